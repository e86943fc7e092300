// Files in the host's folders: opening, reading straight into the app's memory, writing from it.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import {
  createOption,
  directoryOption,
  directoryType,
  exclusiveOption,
  followOption,
  readOption,
  regularType,
  truncateOption,
  writeOption,
} from "../../files/kinds.as";
import { hostSpace, statusSpace } from "../../files/scratch.as";
import { forgetEntries } from "./folder-entries.as";
import { folderResult } from "./folder-errors.as";
import { closeDescriptor, noFollow, openBeneath } from "./folder-paths.as";
import { takeStatus } from "./folder-status.as";
import { translateVectors, vectorLimit } from "./vectors.as";

const fsync = 74;
const fdatasync = 75;
const ftruncate = 77;
const preadv = 295;
const pwritev2 = 328;

const writeOnly: u64 = 1; // O_WRONLY
const readWrite: u64 = 2; // O_RDWR
const create: u64 = 0x40; // O_CREAT
const exclusive: u64 = 0x80; // O_EXCL
const truncate: u64 = 0x200; // O_TRUNC
const directory: u64 = 0x1_0000; // O_DIRECTORY
const always: u64 = 0x8_0900; // O_CLOEXEC | O_NONBLOCK | O_NOCTTY
const atEnd: u64 = 0x10; // RWF_APPEND

let isDirectory = false;

/** Opens a file or directory, nothing else: a pipe or device would answer for somebody. */
export function linuxOpenInFolder(folder: u32, path: usize, length: u32, options: u32): i64 {
  const opened = openBeneath(folder, path, length, flagsOf(options));
  if (opened < 0) return opened;
  const error = takeStatus(<u32>opened);
  const type: u32 = load<u8>(statusSpace(), 16);
  isDirectory = type == directoryType;
  if (error == 0 && (isDirectory || type == regularType)) return opened;
  closeDescriptor(<u32>opened);
  return error != 0 ? error : -<i64>errno.notSupported;
}

/** Whether what was opened last is a directory. */
export function linuxIsFolderDirectory(): bool {
  return isDirectory;
}

/** Closes it. */
export function linuxCloseInFolder(handle: u32): void {
  forgetEntries(handle);
  closeDescriptor(handle);
}

/** Reads into checked app vectors. */
export function linuxReadInFolder(handle: u32, list: u32, count: u32, offset: u64): i64 {
  const vectors = hostSpace() + 512;
  const used = translateVectors(list, count, vectors, vectorLimit);
  return folderResult(host.call(preadv, handle, vectors, used, offset, 0, 0));
}

/** Writes checked app vectors, at the end if it `appends`. */
export function linuxWriteInFolder(
  handle: u32, list: u32, count: u32, offset: u64, appends: bool,
): i64 {
  const vectors = hostSpace() + 512;
  const used = translateVectors(list, count, vectors, vectorLimit);
  const flags = appends ? atEnd : 0;
  return folderResult(host.call(pwritev2, handle, vectors, used, offset, 0, flags));
}

/** Sets a file's size. */
export function linuxSetFolderFileSize(handle: u32, size: u64): i64 {
  return folderResult(host.call(ftruncate, handle, size, 0, 0, 0, 0));
}

/** Has a file kept durably. */
export function linuxSyncInFolder(handle: u32, dataOnly: bool): i64 {
  if (dataOnly) return folderResult(host.call(fdatasync, handle, 0, 0, 0, 0, 0));
  return folderResult(host.call(fsync, handle, 0, 0, 0, 0, 0));
}

function flagsOf(options: u32): u64 {
  let flags = always;
  const reads = (options & readOption) != 0;
  if ((options & writeOption) != 0) flags |= reads ? readWrite : writeOnly;
  if ((options & createOption) != 0) flags |= create;
  if ((options & exclusiveOption) != 0) flags |= exclusive;
  if ((options & truncateOption) != 0) flags |= truncate;
  if ((options & directoryOption) != 0) flags |= directory;
  if ((options & followOption) == 0) flags |= noFollow;
  return flags;
}
