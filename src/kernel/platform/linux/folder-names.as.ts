// Names in the host's folders. Every call gets one name in a directory that was opened beneath the
// folder, and none of them follows a symbolic link of that name.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { directoryType } from "../../files/kinds.as";
import { statusSpace } from "../../files/scratch.as";
import { folderResult } from "./folder-errors.as";
import {
  closeDescriptor,
  closeParent,
  lastName,
  namedDirectory,
  noFollow,
  openBeneath,
  openParent,
  pathOnly,
} from "./folder-paths.as";
import { takeStatus } from "./folder-status.as";

const mkdirat = 258;
const unlinkat = 263;
const renameat = 264;
const linkat = 265;
const symlinkat = 266;
const readlinkat = 267;

const directoryMode: u64 = 0x1ff; // 0777, less the process's umask
const removeDirectory: u64 = 0x200; // AT_REMOVEDIR

/** Makes a directory. */
export function linuxMakeFolderDirectory(directory: u32, path: usize, length: u32): i64 {
  const parent = openParent(directory, path, length);
  if (parent == -<i64>errno.invalid) return -<i64>errno.exists; // `.` or `..`
  if (parent < 0) return parent;
  const result = host.call(mkdirat, parent, lastName(), directoryMode, 0, 0, 0);
  closeParent(parent, directory);
  return folderResult(result);
}

/** Removes a directory, or a file. */
export function linuxRemoveInFolder(
  directory: u32, path: usize, length: u32, isDirectory: bool,
): i64 {
  const parent = openParent(directory, path, length);
  if (parent < 0) return parent;
  let result: i64 = 0;
  if (isDirectory) {
    result = folderResult(host.call(unlinkat, parent, lastName(), removeDirectory, 0, 0, 0));
  } else {
    result = namedDirectory() ? -<i64>errno.notDirectory : 0;
    if (result == 0) result = folderResult(host.call(unlinkat, parent, lastName(), 0, 0, 0, 0));
  }
  closeParent(parent, directory);
  return result;
}

/** Renames; what has the new name is replaced. */
export function linuxRenameInFolder(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): i64 {
  const parent = openParent(directory, path, length);
  if (parent < 0) return parent;
  const name = lastName();
  const demandsDirectory = namedDirectory();
  const newParent = openParent(newDirectory, newPath, newLength);
  let result = newParent;
  if (newParent >= 0) {
    const isRefused = (demandsDirectory || namedDirectory()) && !isDirectoryName(parent, name);
    result = isRefused
      ? -<i64>errno.notDirectory
      : folderResult(host.call(renameat, parent, name, newParent, lastName(), 0, 0));
  }
  closeParent(newParent, newDirectory);
  closeParent(parent, directory);
  return result;
}

/** Gives a file a second name. */
export function linuxLinkInFolder(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): i64 {
  const parent = openParent(directory, path, length);
  if (parent < 0) return parent;
  const name = lastName();
  const newParent = openParent(newDirectory, newPath, newLength);
  let result = newParent;
  if (newParent >= 0) {
    result = folderResult(host.call(linkat, parent, name, newParent, lastName(), 0, 0));
  }
  closeParent(newParent, newDirectory);
  closeParent(parent, directory);
  return result;
}

/** Makes a symbolic link. */
export function linuxSymbolicLinkInFolder(
  target: usize, directory: u32, path: usize, length: u32,
): i64 {
  const parent = openParent(directory, path, length);
  if (parent < 0) return parent;
  const result = host.call(symlinkat, target, parent, lastName(), 0, 0, 0);
  closeParent(parent, directory);
  return folderResult(result);
}

/** Reads a symbolic link: its bytes, as far as there is room. */
export function linuxReadFolderLink(
  directory: u32, path: usize, length: u32, buffer: usize, capacity: u32,
): i64 {
  if (capacity == 0) return -<i64>errno.invalid;
  const parent = openParent(directory, path, length);
  if (parent < 0) return parent;
  const result = host.call(readlinkat, parent, lastName(), buffer, capacity, 0, 0);
  closeParent(parent, directory);
  return folderResult(result);
}

/** Whether a name in an open directory is a directory's. */
function isDirectoryName(parent: i64, name: usize): bool {
  let length: u32 = 0;
  while (load<u8>(name + length) != 0) length++;
  const opened = openBeneath(<u32>parent, name, length, pathOnly | noFollow);
  if (opened < 0) return true; // whatever it is, the call itself will say it
  const error = takeStatus(<u32>opened);
  closeDescriptor(<u32>opened);
  return error == 0 && load<u8>(statusSpace(), 16) == directoryType;
}
