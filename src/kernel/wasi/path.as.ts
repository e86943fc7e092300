// WASI: path_*. A path is relative to an open directory and never leads out of it.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import {
  linkPath,
  makeDirectory,
  readLinkPath,
  removePath,
  renamePath,
  symbolicLinkPath,
} from "../files/names.as";
import { firstPath, secondPath, statusSpace } from "../files/scratch.as";
import { pathStatus, setPathTimes } from "../files/status.as";
import { isAppRange } from "../memory/app-memory.as";
import { objectOf } from "./descriptors.as";
import {
  rightCreateDirectory,
  rightLinkSource,
  rightLinkTarget,
  rightPathStatus,
  rightPathTimes,
  rightReadLink,
  rightRemoveDirectory,
  rightRenameSource,
  rightRenameTarget,
  rightSymbolicLink,
  rightUnlink,
} from "./file-rights.as";
import { checkFile, takePath } from "./path-argument.as";

const followFlag: u32 = 1; // lookupflags: follow a symbolic link at the path's end
const statusBytes: u32 = 64;
const linkLimit: u32 = 4096;

/** WASI path_create_directory. */
export function path_create_directory(directory: u32, path: u32, length: u32): u32 {
  const error = begin(directory, rightCreateDirectory, path, length);
  return error != 0 ? error : makeDirectory(objectOf(directory), firstPath(), length);
}

/** WASI path_filestat_get: 64 bytes. */
export function path_filestat_get(
  directory: u32, flags: u32, path: u32, length: u32, result: u32,
): u32 {
  const error = begin(directory, rightPathStatus, path, length);
  if (error != 0) return error;
  if (!isAppRange(result, statusBytes)) return errno.fault;
  const follows = (flags & followFlag) != 0;
  const problem = pathStatus(objectOf(directory), firstPath(), length, follows);
  if (problem == 0) app.copyOut(result, statusSpace(), statusBytes);
  return problem;
}

/** WASI path_filestat_set_times. */
export function path_filestat_set_times(
  directory: u32, flags: u32, path: u32, length: u32,
  accessTime: u64, modificationTime: u64, which: u32,
): u32 {
  const error = begin(directory, rightPathTimes, path, length);
  if (error != 0) return error;
  const follows = (flags & followFlag) != 0;
  const file = objectOf(directory);
  return setPathTimes(file, firstPath(), length, follows, accessTime, modificationTime, which);
}

/** WASI path_link; a symbolic link is linked itself, never what it names. */
export function path_link(
  directory: u32, flags: u32, path: u32, length: u32,
  newDirectory: u32, newPath: u32, newLength: u32,
): u32 {
  const error = beginPair(directory, rightLinkSource, path, length, newDirectory, rightLinkTarget);
  if (error != 0) return error;
  const problem = takePath(newPath, newLength, secondPath());
  if (problem != 0) return problem;
  if ((flags & followFlag) != 0) return errno.invalid;
  const target = objectOf(newDirectory);
  return linkPath(objectOf(directory), firstPath(), length, target, secondPath(), newLength);
}

/** WASI path_readlink: the link's bytes, as far as there is room. */
export function path_readlink(
  directory: u32, path: u32, length: u32, buffer: u32, capacity: u32, result: u32,
): u32 {
  const error = begin(directory, rightReadLink, path, length);
  if (error != 0) return error;
  if (!isAppRange(buffer, capacity) || !isAppRange(result, 4)) return errno.fault;
  const room = min(capacity, linkLimit);
  const bytes = readLinkPath(objectOf(directory), firstPath(), length, secondPath(), room);
  if (bytes < 0) return -bytes;
  app.copyOut(buffer, secondPath(), bytes);
  app.store32(result, bytes);
  return errno.success;
}

/** WASI path_remove_directory: it must be empty. */
export function path_remove_directory(directory: u32, path: u32, length: u32): u32 {
  const error = begin(directory, rightRemoveDirectory, path, length);
  return error != 0 ? error : removePath(objectOf(directory), firstPath(), length, true);
}

/** WASI path_rename; what has the new name is replaced. */
export function path_rename(
  directory: u32, path: u32, length: u32, newDirectory: u32, newPath: u32, newLength: u32,
): u32 {
  const error = beginPair(
    directory, rightRenameSource, path, length, newDirectory, rightRenameTarget,
  );
  if (error != 0) return error;
  const problem = takePath(newPath, newLength, secondPath());
  if (problem != 0) return problem;
  const target = objectOf(newDirectory);
  return renamePath(objectOf(directory), firstPath(), length, target, secondPath(), newLength);
}

/** WASI path_symlink. */
export function path_symlink(
  target: u32, targetLength: u32, directory: u32, path: u32, length: u32,
): u32 {
  const error = begin(directory, rightSymbolicLink, path, length);
  if (error != 0) return error;
  const problem = takePath(target, targetLength, secondPath());
  if (problem != 0) return problem;
  return symbolicLinkPath(secondPath(), objectOf(directory), firstPath(), length);
}

/** WASI path_unlink_file. */
export function path_unlink_file(directory: u32, path: u32, length: u32): u32 {
  const error = begin(directory, rightUnlink, path, length);
  return error != 0 ? error : removePath(objectOf(directory), firstPath(), length, false);
}

/** Checks the directory and takes the path into `firstPath`. */
function begin(directory: u32, rights: u32, path: u32, length: u32): u32 {
  const error = checkFile(directory, rights);
  return error != 0 ? error : takePath(path, length, firstPath());
}

function beginPair(
  directory: u32, rights: u32, path: u32, length: u32, newDirectory: u32, newRights: u32,
): u32 {
  const error = begin(directory, rights, path, length);
  return error != 0 ? error : checkFile(newDirectory, newRights);
}
