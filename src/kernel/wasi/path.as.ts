// WASI: path_*. There are no directories yet: a stream is none, and nothing else is open.
import * as errno from "../base/errno.as";
import { isOpen } from "./descriptors.as";

/** WASI path_create_directory. */
export function path_create_directory(directory: u32, _path: u32, _length: u32): u32 {
  return refuseDirectory(directory);
}

/** WASI path_filestat_get. */
export function path_filestat_get(
  directory: u32, _flags: u32, _path: u32, _length: u32, _result: u32,
): u32 {
  return refuseDirectory(directory);
}

/** WASI path_filestat_set_times. */
export function path_filestat_set_times(
  directory: u32, _flags: u32, _path: u32, _length: u32,
  _accessTime: u64, _modificationTime: u64, _which: u32,
): u32 {
  return refuseDirectory(directory);
}

/** WASI path_link. */
export function path_link(
  directory: u32, _flags: u32, _path: u32, _length: u32,
  newDirectory: u32, _newPath: u32, _newLength: u32,
): u32 {
  return refuseDirectories(directory, newDirectory);
}

/** WASI path_open. */
export function path_open(
  directory: u32, _lookup: u32, _path: u32, _length: u32, _flags: u32,
  _rights: u64, _inheriting: u64, _descriptorFlags: u32, _result: u32,
): u32 {
  return refuseDirectory(directory);
}

/** WASI path_readlink. */
export function path_readlink(
  directory: u32, _path: u32, _length: u32, _buffer: u32, _capacity: u32, _result: u32,
): u32 {
  return refuseDirectory(directory);
}

/** WASI path_remove_directory. */
export function path_remove_directory(directory: u32, _path: u32, _length: u32): u32 {
  return refuseDirectory(directory);
}

/** WASI path_rename. */
export function path_rename(
  directory: u32, _path: u32, _length: u32, newDirectory: u32, _newPath: u32, _newLength: u32,
): u32 {
  return refuseDirectories(directory, newDirectory);
}

/** WASI path_symlink. */
export function path_symlink(
  _target: u32, _targetLength: u32, directory: u32, _path: u32, _length: u32,
): u32 {
  return refuseDirectory(directory);
}

/** WASI path_unlink_file. */
export function path_unlink_file(directory: u32, _path: u32, _length: u32): u32 {
  return refuseDirectory(directory);
}

function refuseDirectory(directory: u32): u32 {
  return isOpen(directory) ? errno.notDirectory : errno.badDescriptor;
}

function refuseDirectories(first: u32, second: u32): u32 {
  return isOpen(first) && isOpen(second) ? errno.notDirectory : errno.badDescriptor;
}
