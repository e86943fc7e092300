// Status and times of what lies in the host's folders (stat(2), utimensat(2)).
import * as host from "../../base/machine/host.as";
import { text } from "../../base/text.as";
import { hostSpace, statusSpace } from "../../files/scratch.as";
import { folderResult } from "./folder-errors.as";
import { closeDescriptor, noFollow, openBeneath, pathOnly } from "./folder-paths.as";

const fstat = 5;
const utimensat = 280;

const emptyPath: u64 = 0x1000; // AT_EMPTY_PATH
const now: u64 = 0x3fff_ffff; // UTIME_NOW
const omitted: u64 = 0x3fff_fffe; // UTIME_OMIT
const nanosecondsOfSecond: u64 = 1_000_000_000;

/** Puts the status of a path, or with no bytes of the handle itself, into `statusSpace`. */
export function linuxFolderStatus(handle: u32, path: usize, length: u32, follows: bool): i64 {
  if (length == 0) return takeStatus(handle);
  const opened = openBeneath(handle, path, length, follows ? pathOnly : pathOnly | noFollow);
  if (opened < 0) return opened;
  const error = takeStatus(<u32>opened);
  closeDescriptor(<u32>opened);
  return error;
}

/** Sets the times of a path, or with no bytes of the handle itself. */
export function linuxSetFolderTimes(
  handle: u32, path: usize, length: u32, follows: bool, access: u64, modification: u64, which: u32,
): i64 {
  if (length == 0) return setTimes(handle, access, modification, which);
  const opened = openBeneath(handle, path, length, follows ? pathOnly : pathOnly | noFollow);
  if (opened < 0) return opened;
  const error = setTimes(<u32>opened, access, modification, which);
  closeDescriptor(<u32>opened);
  return error;
}

/** Puts the status of a descriptor into `statusSpace`. */
export function takeStatus(descriptor: u32): i64 {
  const found = hostSpace() + 256; // struct stat
  const result = host.call(fstat, descriptor, found, 0, 0, 0, 0);
  if (result < 0) return folderResult(result);
  const status = statusSpace();
  memory.fill(status, 0, 64);
  store<u64>(status, load<u64>(found));
  store<u64>(status, load<u64>(found, 8), 8);
  store<u8>(status, typeOfMode(load<u32>(found, 24)), 16);
  store<u64>(status, load<u64>(found, 16), 24);
  store<u64>(status, load<u64>(found, 48), 32);
  store<u64>(status, nanoseconds(found + 72), 40);
  store<u64>(status, nanoseconds(found + 88), 48);
  store<u64>(status, nanoseconds(found + 104), 56);
  return 0;
}

/** WASI's file type of a directory entry's type, which is that of a mode's upper bits. */
export function typeOfEntry(type: u32): u32 {
  if (type == 8) return 4; // regular file
  if (type == 4) return 3; // directory
  if (type == 10) return 7; // symbolic link
  if (type == 2) return 2; // character device
  if (type == 6) return 1; // block device
  return type == 12 ? 6 : 0; // socket; a pipe has no type in WASI
}

function typeOfMode(mode: u32): u32 {
  return typeOfEntry(mode >> 12);
}

/** A time before 1970 is 0: WASI's are not negative. */
function nanoseconds(timespec: usize): u64 {
  const seconds = load<i64>(timespec);
  return seconds < 0 ? 0 : seconds * nanosecondsOfSecond + load<u64>(timespec, 8);
}

function setTimes(descriptor: u32, access: u64, modification: u64, which: u32): i64 {
  const times = hostSpace() + 256; // struct timespec[2]
  writeTime(times, access, which & 3);
  writeTime(times + 16, modification, which >> 2 & 3);
  const result = host.call(utimensat, descriptor, text(""), times, emptyPath, 0, 0);
  return folderResult(result);
}

function writeTime(timespec: usize, time: u64, which: u32): void {
  store<u64>(timespec, time / nanosecondsOfSecond);
  const parts = time % nanosecondsOfSecond;
  store<u64>(timespec, which == 0 ? omitted : which == 2 ? now : parts, 8);
}
