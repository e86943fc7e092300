// Paths below an open directory of the host. openat2 resolves them so that neither `..`, nor a
// symbolic link, nor somebody who renames directories meanwhile leads out (openat2(2),
// RESOLVE_BENEATH). Calls that cannot resolve so get a name in a directory that was opened so.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { beginPath, isDot, isDotDot } from "../../files/path.as";
import { hostSpace } from "../../files/scratch.as";
import { tryAgain } from "./errors.as";
import { folderResult } from "./folder-errors.as";

const close = 3;
const openat2 = 437;

/** Open flags: a place in the file system, to be neither read nor written (O_PATH | O_CLOEXEC). */
export const pathOnly: u64 = 0x28_0000;

/** Open flag: a symbolic link at the path's end is not followed (O_NOFOLLOW). */
export const noFollow: u64 = 0x2_0000;

/** How every path is resolved (RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS). */
export const resolveFlags: u64 = 0xa;

const directoryOnly: u64 = 0x1_0000; // O_DIRECTORY
const createFlag: u64 = 0x40; // O_CREAT
const createMode: u64 = 0x1b6; // 0666, less the process's umask
const howBytes: u64 = 24;
const attemptLimit: u32 = 64;
const crossDevice: i64 = -18; // EXDEV: the path leads out
const slash: u32 = 0x2f;

let name: usize = 0;
let isDirectoryName = false;

/** Opens what a path names below a directory; a descriptor or a negated WASI error number. */
export function openBeneath(directory: u32, path: usize, length: u32, flags: u64): i64 {
  const error = beginPath(path, length);
  if (error != 0) return -<i64>error;
  const how = hostSpace();
  store<u64>(how, flags);
  store<u64>(how, (flags & createFlag) != 0 ? createMode : 0, 8);
  store<u64>(how, resolveFlags, 16);
  let result: i64 = tryAgain;
  // EAGAIN: something was renamed meanwhile, and the host cannot tell whether `..` leads out.
  for (let attempts: u32 = 0; result == tryAgain && attempts < attemptLimit; attempts++) {
    result = host.call(openat2, directory, path, how, howBytes, 0, 0);
  }
  return result == crossDevice ? -<i64>errno.notCapable : folderResult(result);
}

/** Closes a descriptor. */
export function closeDescriptor(descriptor: u32): void {
  host.call(close, descriptor, 0, 0, 0, 0, 0);
}

/**
 * Opens the directory in which a path's last name lies, which may be the given one; a descriptor
 * or a negated WASI error number. The path's bytes are changed.
 */
export function openParent(directory: u32, path: usize, length: u32): i64 {
  const error = beginPath(path, length);
  if (error != 0) return -<i64>error;
  let end = path + length;
  isDirectoryName = load<u8>(end - 1) == slash;
  while (load<u8>(end - 1) == slash) end--;
  store<u8>(end, 0);
  name = end;
  while (name > path && load<u8>(name - 1) != slash) name--;
  const bytes = <u32>(end - name);
  if (isDot(name, bytes) || isDotDot(name, bytes)) return -<i64>errno.invalid;
  if (name == path) return directory;
  store<u8>(name - 1, 0);
  const parentBytes = <u32>(name - 1 - path);
  return openBeneath(directory, path, parentBytes, pathOnly | directoryOnly);
}

/** The last name of the path that `openParent` was given; a NUL is behind it. */
export function lastName(): usize {
  return name;
}

/** Whether that path ended with a slash. */
export function namedDirectory(): bool {
  return isDirectoryName;
}

/** Closes what `openParent` opened for a directory. */
export function closeParent(parent: i64, directory: u32): void {
  if (parent >= 0 && parent != directory) closeDescriptor(<u32>parent);
}
