// What is known of a file: WASI's filestat (typenames.witx) in kernel memory, at `statusSpace`: u64
// device, u64 inode, u8 type at 16, u64 links at 24, u64 size at 32, then nanoseconds since 1970:
// u64 accessed at 40, modified at 48, changed at 56.
import * as errno from "../base/errno.as";
import { embeddedLength, embeddedType } from "./embedded-tree.as";
import { diskPathError, diskRefusal, diskSize, diskSizeError, syncDisk } from "./disks.as";
import { folderStatus, setFolderFileSize, setFolderTimes, syncInFolder } from "./folder.as";
import {
  directoryType,
  diskKind,
  embeddedKind,
  folderKind,
  regularType,
} from "./kinds.as";
import { contentSize, setContentSize } from "./memory-contents.as";
import { memoryNode, memoryType, touchMemoryNode } from "./memory-nodes.as";
import { isMountReadOnly } from "./mounts.as";
import { isDirectoryFile, kindOfFile, mountOfFile, objectOfFile } from "./open-files.as";
import { statusSpace } from "./scratch.as";
import { walk, walkTarget } from "./walk.as";
import { wallTime } from "../time/clock.as";

const setAccess: u32 = 1;
const setAccessNow: u32 = 2;
const setModification: u32 = 4;
const setModificationNow: u32 = 8;
const allTimes: u32 = 15;

/** Puts the status of an open file into `statusSpace`; an error number. */
export function fileStatus(file: u32): u32 {
  const object = objectOfFile(file);
  if (kindOfFile(file) == folderKind) return <u32>-folderStatus(object, 0, 0, false);
  nodeStatus(kindOfFile(file), mountOfFile(file), object);
  return errno.success;
}

/** The same of what a path below an open directory names. */
export function pathStatus(directory: u32, path: usize, length: u32, follows: bool): u32 {
  if (!isDirectoryFile(directory)) return errno.notDirectory;
  const kind = kindOfFile(directory);
  const object = objectOfFile(directory);
  if (kind == folderKind) {
    return length == 0 ? errno.noEntry : <u32>-folderStatus(object, path, length, follows);
  }
  if (kind == diskKind) {
    const problem = diskPathError(path, length);
    if (problem == 0) nodeStatus(kind, mountOfFile(directory), object);
    return problem;
  }
  const error = walk(kind, object, path, length);
  if (error != 0) return error;
  if (walkTarget() < 0) return errno.noEntry;
  nodeStatus(kind, mountOfFile(directory), walkTarget());
  return errno.success;
}

/** A file's size; 0 when it cannot be had. */
export function fileSize(file: u32): u64 {
  return fileStatus(file) == 0 ? load<u64>(statusSpace(), 32) : 0;
}

/** Sets a file's size; it must be open to write. */
export function setFileSize(file: u32, size: u64): u32 {
  if (isDirectoryFile(file)) return errno.isDirectory;
  if (<i64>size < 0) return errno.invalid;
  const kind = kindOfFile(file);
  if (kind == embeddedKind) return errno.readOnly;
  if (kind == diskKind) return diskSizeError(objectOfFile(file), size);
  if (kind == folderKind) return <u32>-setFolderFileSize(objectOfFile(file), size);
  touchMemoryNode(objectOfFile(file));
  return setContentSize(memoryNode(objectOfFile(file)), size);
}

/** Sets an open file's times; `which` are WASI's fstflags. */
export function setFileTimes(file: u32, access: u64, modification: u64, which: u32): u32 {
  const error = checkTimes(file, which);
  if (error != 0) return error;
  const object = objectOfFile(file);
  if (kindOfFile(file) == folderKind) {
    return <u32>-setFolderTimes(object, 0, 0, false, access, modification, which);
  }
  if (kindOfFile(file) == diskKind) return errno.notPermitted;
  setNodeTimes(object, access, modification, which);
  return errno.success;
}

/** The same of what a path below an open directory names. */
export function setPathTimes(
  directory: u32, path: usize, length: u32, follows: bool,
  access: u64, modification: u64, which: u32,
): u32 {
  if (!isDirectoryFile(directory)) return errno.notDirectory;
  const problem = checkTimes(directory, which);
  if (problem != 0) return problem;
  const kind = kindOfFile(directory);
  const object = objectOfFile(directory);
  if (kind == folderKind) {
    if (length == 0) return errno.noEntry;
    return <u32>-setFolderTimes(object, path, length, follows, access, modification, which);
  }
  if (kind == diskKind) return diskRefusal(path, length, errno.notPermitted);
  const error = walk(kind, object, path, length);
  if (error != 0) return error;
  if (walkTarget() < 0) return errno.noEntry;
  setNodeTimes(walkTarget(), access, modification, which);
  return errno.success;
}

/** Has a file's bytes, and unless `dataOnly` all else of it, kept as durably as its kind is. */
export function syncFile(file: u32, dataOnly: bool): u32 {
  const kind = kindOfFile(file);
  if (kind == diskKind) return isDirectoryFile(file) ? errno.success : syncDisk(objectOfFile(file));
  if (kind != folderKind) return errno.success;
  return <u32>-syncInFolder(objectOfFile(file), dataOnly);
}

function checkTimes(file: u32, which: u32): u32 {
  const isTwice = (which & 3) == 3 || (which & 12) == 12;
  if (isTwice || (which & ~allTimes) != 0) return errno.invalid;
  return isMountReadOnly(mountOfFile(file)) ? errno.readOnly : errno.success;
}

function setNodeTimes(node: u32, access: u64, modification: u64, which: u32): void {
  const address = memoryNode(node);
  const now = wallTime();
  if ((which & setAccess) != 0) store<u64>(address, access, 32);
  if ((which & setAccessNow) != 0) store<u64>(address, now, 32);
  if ((which & setModification) != 0) store<u64>(address, modification, 24);
  if ((which & setModificationNow) != 0) store<u64>(address, now, 24);
  store<u64>(address, now, 40);
}

/**
 * The embedded tree has no times, and so nothing in it changes with the time of a build; nobody
 * keeps times of a disk.
 */
function nodeStatus(kind: u32, mount: u32, node: u32): void {
  const status = statusSpace();
  memory.fill(status, 0, 64);
  store<u64>(status, <u64>mount + 1);
  store<u64>(status, <u64>node + 1, 8);
  store<u64>(status, 1, 24);
  if (kind == diskKind) {
    store<u8>(status, regularType, 16);
    store<u64>(status, diskSize(node), 32);
    return;
  }
  if (kind == embeddedKind) {
    store<u8>(status, embeddedType(node), 16);
    store<u64>(status, embeddedLength(node), 32);
    return;
  }
  const address = memoryNode(node);
  store<u8>(status, memoryType(node), 16);
  store<u64>(status, load<u32>(address, 56), 24);
  if (memoryType(node) != directoryType) store<u64>(status, contentSize(address), 32);
  store<u64>(status, load<u64>(address, 32), 40);
  store<u64>(status, load<u64>(address, 24), 48);
  store<u64>(status, load<u64>(address, 40), 56);
}
