// WASI: the fd_* functions that are for files and directories, as streams and sockets refuse them.
import * as errno from "../base/errno.as";
import { isOpen } from "./descriptors.as";

/** WASI fd_advise: a stream has no position. */
export function fd_advise(descriptor: u32, _offset: u64, _length: u64, _advice: u32): u32 {
  return refuse(descriptor, errno.notSeekable);
}

/** WASI fd_allocate: a stream has no position. */
export function fd_allocate(descriptor: u32, _offset: u64, _length: u64): u32 {
  return refuse(descriptor, errno.notSeekable);
}

/** WASI fd_datasync: a stream has nothing to make durable (POSIX fdatasync). */
export function fd_datasync(descriptor: u32): u32 {
  return refuse(descriptor, errno.invalid);
}

/** WASI fd_fdstat_set_rights: a stream's rights stay as they are. */
export function fd_fdstat_set_rights(descriptor: u32, _base: u64, _inheriting: u64): u32 {
  return refuse(descriptor, errno.notSupported);
}

/** WASI fd_filestat_set_size: a stream has no size (POSIX ftruncate). */
export function fd_filestat_set_size(descriptor: u32, _size: u64): u32 {
  return refuse(descriptor, errno.invalid);
}

/** WASI fd_filestat_set_times: a stream has no times. */
export function fd_filestat_set_times(
  descriptor: u32, _accessTime: u64, _modificationTime: u64, _which: u32,
): u32 {
  return refuse(descriptor, errno.notSupported);
}

/** WASI fd_pread: a stream has no position. */
export function fd_pread(
  descriptor: u32, _list: u32, _count: u32, _offset: u64, _result: u32,
): u32 {
  return refuse(descriptor, errno.notSeekable);
}

/** WASI fd_prestat_get: nothing was opened in advance; EBADF ends an app's search. */
export function fd_prestat_get(_descriptor: u32, _result: u32): u32 {
  return errno.badDescriptor;
}

/** WASI fd_prestat_dir_name: nothing was opened in advance. */
export function fd_prestat_dir_name(_descriptor: u32, _path: u32, _length: u32): u32 {
  return errno.badDescriptor;
}

/** WASI fd_pwrite: a stream has no position. */
export function fd_pwrite(
  descriptor: u32, _list: u32, _count: u32, _offset: u64, _result: u32,
): u32 {
  return refuse(descriptor, errno.notSeekable);
}

/** WASI fd_readdir: a stream is no directory. */
export function fd_readdir(
  descriptor: u32, _buffer: u32, _length: u32, _cookie: u64, _result: u32,
): u32 {
  return refuse(descriptor, errno.notDirectory);
}

/** WASI fd_seek: a stream has no position. */
export function fd_seek(descriptor: u32, _offset: i64, _whence: u32, _result: u32): u32 {
  return refuse(descriptor, errno.notSeekable);
}

/** WASI fd_sync: a stream has nothing to make durable (POSIX fsync). */
export function fd_sync(descriptor: u32): u32 {
  return refuse(descriptor, errno.invalid);
}

/** WASI fd_tell: a stream has no position. */
export function fd_tell(descriptor: u32, _result: u32): u32 {
  return refuse(descriptor, errno.notSeekable);
}

function refuse(descriptor: u32, error: u32): u32 {
  return isOpen(descriptor) ? error : errno.badDescriptor;
}
