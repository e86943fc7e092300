// Opening and closing. A file is a number; what fails gives a negated WASI error number. Paths are
// kernel memory of at most `pathLimit` bytes with a NUL behind, and relative to an open directory.
import * as errno from "../base/errno.as";
import { embeddedType } from "./embedded-tree.as";
import { diskPathError } from "./disks.as";
import { closeInFolder, isFolderDirectory, openInFolder } from "./folder.as";
import {
  createOption,
  directoryOption,
  directoryType,
  diskKind,
  embeddedKind,
  exclusiveOption,
  folderKind,
  memoryKind,
  regularType,
  truncateOption,
  writeOption,
} from "./kinds.as";
import { setContentSize } from "./memory-contents.as";
import {
  holdMemoryNode,
  makeMemoryNode,
  memoryNode,
  memoryType,
  releaseMemoryNode,
  touchMemoryNode,
} from "./memory-nodes.as";
import { isMountReadOnly } from "./mounts.as";
import { nameLength, nameStart } from "./path.as";
import {
  freeFile,
  isDirectoryFile,
  kindOfFile,
  makeFile,
  mountOfFile,
  objectOfFile,
} from "./open-files.as";
import { demandsDirectoryAtEnd, walk, walkParent, walkTarget } from "./walk.as";

const changingOptions = createOption | exclusiveOption | truncateOption | writeOption;

/** Opens the file or directory of a path below an open directory; options as in kinds.as.ts. */
export function openFile(directory: u32, path: usize, length: u32, options: u32): i32 {
  if (!isDirectoryFile(directory)) return -<i32>errno.notDirectory;
  if (kindOfFile(directory) == folderKind) return openFolderFile(directory, path, length, options);
  if (kindOfFile(directory) == diskKind) return openDisk(directory, path, length, options);
  const node = findNode(directory, path, length, options);
  if (node < 0) return node;
  return openNode(kindOfFile(directory), mountOfFile(directory), node, options);
}

/** Closes a file. */
export function closeFile(file: u32): void {
  const kind = kindOfFile(file);
  if (kind == folderKind) closeInFolder(objectOfFile(file));
  else if (kind == memoryKind) releaseMemoryNode(objectOfFile(file));
  freeFile(file);
}

function openFolderFile(directory: u32, path: usize, length: u32, options: u32): i32 {
  const mount = mountOfFile(directory);
  const isReadOnly = isMountReadOnly(mount);
  const asked = isReadOnly ? options & ~changingOptions : options;
  const handle = <i32>openInFolder(objectOfFile(directory), path, length, asked);
  if (handle < 0) {
    const isCreation = isReadOnly && (options & createOption) != 0;
    return isCreation && handle == -<i32>errno.noEntry ? -<i32>errno.readOnly : handle;
  }
  const isDirectory = isFolderDirectory();
  const error = isReadOnly ? refusal(isDirectory, options, true) : errno.success;
  const file = error != 0 ? -<i32>error : makeFile(folderKind, mount, handle, isDirectory);
  if (file < 0) closeInFolder(handle);
  return file;
}

/** A disk has the size that it has: it is not emptied (EPERM). */
function openDisk(directory: u32, path: usize, length: u32, options: u32): i32 {
  const mount = mountOfFile(directory);
  let error = diskPathError(path, length);
  if (error == 0) error = refusal(false, options, isMountReadOnly(mount));
  if (error == 0 && (options & truncateOption) != 0) error = errno.notPermitted;
  return error != 0 ? -<i32>error : makeFile(diskKind, mount, objectOfFile(directory), false);
}

/** The node that a path names, made if that is asked for; a negated error number otherwise. */
function findNode(directory: u32, path: usize, length: u32, options: u32): i32 {
  const kind = kindOfFile(directory);
  const isReadOnly = isMountReadOnly(mountOfFile(directory));
  const error = walk(kind, objectOfFile(directory), path, length);
  if (error != 0) return -<i32>error;
  const node = walkTarget();
  if (node >= 0) {
    const isDirectory = typeOfNode(kind, node) == directoryType;
    const problem = refusal(isDirectory, options, isReadOnly);
    return problem != 0 ? -<i32>problem : node;
  }
  if ((options & createOption) == 0) return -<i32>errno.noEntry;
  if ((options & directoryOption) != 0) return -<i32>errno.invalid;
  if (isReadOnly) return -<i32>errno.readOnly;
  if (demandsDirectoryAtEnd()) return -<i32>errno.isDirectory;
  return makeMemoryNode(walkParent(), nameStart(), nameLength(), regularType);
}

/** Why something that is there cannot be opened; 0 if it can. */
function refusal(isDirectory: bool, options: u32, isReadOnly: bool): u32 {
  const creates = (options & createOption) != 0;
  if (creates && (options & exclusiveOption) != 0) return errno.exists;
  if (!isDirectory && (options & directoryOption) != 0) return errno.notDirectory;
  const changes = (options & (writeOption | truncateOption)) != 0;
  if (isDirectory && (changes || creates)) return errno.isDirectory;
  return isReadOnly && changes ? errno.readOnly : errno.success;
}

function openNode(kind: u32, mount: u32, node: u32, options: u32): i32 {
  const file = makeFile(kind, mount, node, typeOfNode(kind, node) == directoryType);
  if (file < 0 || kind == embeddedKind) return file;
  holdMemoryNode(node);
  if ((options & truncateOption) != 0) {
    setContentSize(memoryNode(node), 0);
    touchMemoryNode(node);
  }
  return file;
}

function typeOfNode(kind: u32, node: u32): u32 {
  return kind == embeddedKind ? embeddedType(node) : memoryType(node);
}
