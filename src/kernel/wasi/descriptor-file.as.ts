// WASI: the fd_* functions that are for files and directories; streams and sockets refuse them.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { positionOf, setPosition } from "../files/open-files.as";
import { statusSpace } from "../files/scratch.as";
import { fileSize, fileStatus, setFileSize, setFileTimes, syncFile } from "../files/status.as";
import { readFileAt, writeFileAt } from "../files/transfer.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  appendFlag,
  descriptorFlags,
  fileKind,
  hasRights,
  inheritingRightsOf,
  isOpen,
  kindOf,
  objectOf,
  rightRead,
  rightsOf,
  rightWrite,
  setRights,
} from "./descriptors.as";
import {
  rightAdvise,
  rightAllocate,
  rightDataSync,
  rightSeek,
  rightSize,
  rightSync,
  rightTell,
  rightTimes,
} from "./file-rights.as";
import { checkFile } from "./path-argument.as";
import { checkVectors, finishTransfer } from "./vectors.as";

const fromPosition: u32 = 1;
const fromEnd: u32 = 2;
const adviceLimit: u32 = 5;

/** WASI fd_advise: taken note of by nobody; a stream has no position. */
export function fd_advise(descriptor: u32, offset: u64, length: u64, advice: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  const error = checkFile(descriptor, rightAdvise);
  if (error != 0) return error;
  const isMeaningful = advice <= adviceLimit && <i64>offset >= 0 && <i64>length >= 0;
  return isMeaningful ? errno.success : errno.invalid;
}

/** WASI fd_allocate: makes a file as long as that; a stream has no position. */
export function fd_allocate(descriptor: u32, offset: u64, length: u64): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  const error = checkFile(descriptor, rightAllocate);
  if (error != 0) return error;
  const end = offset + length;
  if (length == 0 || <i64>offset < 0 || <i64>length < 0) return errno.invalid;
  if (<i64>end < 0) return errno.fileTooLarge;
  const file = objectOf(descriptor);
  return end > fileSize(file) ? setFileSize(file, end) : errno.success;
}

/** WASI fd_datasync: a stream has nothing to make durable (POSIX fdatasync). */
export function fd_datasync(descriptor: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.invalid);
  }
  const error = checkFile(descriptor, rightDataSync);
  return error != 0 ? error : syncFile(objectOf(descriptor), true);
}

/** WASI fd_fdstat_set_rights: rights can be given up; a stream's stay as they are. */
export function fd_fdstat_set_rights(descriptor: u32, base: u64, inheriting: u64): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSupported);
  }
  const isLess = (base & ~<u64>rightsOf(descriptor)) == 0;
  const inheritsLess = (inheriting & ~<u64>inheritingRightsOf(descriptor)) == 0;
  if (!isLess || !inheritsLess) return errno.notCapable;
  setRights(descriptor, <u32>base, <u32>inheriting);
  return errno.success;
}

/** WASI fd_filestat_set_size: a stream has no size (POSIX ftruncate). */
export function fd_filestat_set_size(descriptor: u32, size: u64): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.invalid);
  }
  const error = checkFile(descriptor, rightSize);
  return error != 0 ? error : setFileSize(objectOf(descriptor), size);
}

/** WASI fd_filestat_set_times: a stream has no times. */
export function fd_filestat_set_times(
  descriptor: u32, accessTime: u64, modificationTime: u64, which: u32,
): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSupported);
  }
  const error = checkFile(descriptor, rightTimes);
  if (error != 0) return error;
  return setFileTimes(objectOf(descriptor), accessTime, modificationTime, which);
}

/** WASI fd_pread: reads from an offset; a stream has no position. */
export function fd_pread(descriptor: u32, list: u32, count: u32, offset: u64, result: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  if (!hasRights(descriptor, rightRead)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  if (error != 0) return error;
  return finishTransfer(readFileAt(objectOf(descriptor), list, count, offset), result);
}

/** WASI fd_pwrite: writes from an offset; a stream has no position. */
export function fd_pwrite(descriptor: u32, list: u32, count: u32, offset: u64, result: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  if (!hasRights(descriptor, rightWrite)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  if (error != 0) return error;
  const appends = (descriptorFlags(descriptor) & appendFlag) != 0;
  return finishTransfer(writeFileAt(objectOf(descriptor), list, count, offset, appends), result);
}

/** WASI fd_seek: moves the position; a stream has none. */
export function fd_seek(descriptor: u32, offset: i64, whence: u32, result: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  const error = checkFile(descriptor, rightSeek);
  if (error != 0) return error;
  if (!isAppRange(result, 8)) return errno.fault;
  if (whence > fromEnd) return errno.invalid;
  const file = objectOf(descriptor);
  let start: u64 = 0;
  if (whence == fromPosition) start = positionOf(file);
  else if (whence == fromEnd) start = fileSize(file);
  const position = <i64>start + offset;
  if (position < 0) return errno.invalid;
  setPosition(file, position);
  app.store64(result, position);
  return errno.success;
}

/** WASI fd_sync: a stream has nothing to make durable (POSIX fsync). */
export function fd_sync(descriptor: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.invalid);
  }
  const error = checkFile(descriptor, rightSync);
  return error != 0 ? error : syncFile(objectOf(descriptor), false);
}

/** WASI fd_tell: the position; a stream has none. */
export function fd_tell(descriptor: u32, result: u32): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return refuse(descriptor, errno.notSeekable);
  }
  const error = checkFile(descriptor, rightTell);
  if (error != 0) return error;
  if (!isAppRange(result, 8)) return errno.fault;
  app.store64(result, positionOf(objectOf(descriptor)));
  return errno.success;
}

/** Puts a file's status, 64 bytes, into checked app memory; an error number. */
export function giveFileStatus(descriptor: u32, result: u32): u32 {
  const error = fileStatus(objectOf(descriptor));
  if (error == 0) app.copyOut(result, statusSpace(), 64);
  return error;
}

function refuse(descriptor: u32, error: u32): u32 {
  return isOpen(descriptor) ? error : errno.badDescriptor;
}
