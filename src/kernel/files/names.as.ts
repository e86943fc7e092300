// Making, removing and renaming. Every path is relative to an open directory; results are error
// numbers. The memory file system has neither hard nor symbolic links.
import * as errno from "../base/errno.as";
import { diskRefusal } from "./disks.as";
import {
  linkInFolder,
  makeFolderDirectory,
  readFolderLink,
  removeInFolder,
  renameInFolder,
  symbolicLinkInFolder,
} from "./folder.as";
import { directoryType, diskKind, folderKind, memoryKind } from "./kinds.as";
import {
  isMemoryBelow,
  isMemoryDirectory,
  makeMemoryNode,
  memoryChildFrom,
  moveMemoryNode,
  removeMemoryNode,
} from "./memory-nodes.as";
import { isMountReadOnly } from "./mounts.as";
import { isDirectoryFile, kindOfFile, mountOfFile, objectOfFile } from "./open-files.as";
import { nameLength, nameStart } from "./path.as";
import { demandsDirectoryAtEnd, endsInName, walk, walkParent, walkTarget } from "./walk.as";

/** Makes a directory. */
export function makeDirectory(directory: u32, path: usize, length: u32): u32 {
  const error = checkDirectory(directory);
  if (error != 0) return error;
  const object = objectOfFile(directory);
  if (kindOfFile(directory) == folderKind) {
    if (isMountReadOnly(mountOfFile(directory))) return errno.readOnly;
    return <u32>-makeFolderDirectory(object, path, length);
  }
  if (kindOfFile(directory) == diskKind) return diskRefusal(path, length, errno.exists);
  const problem = walk(kindOfFile(directory), object, path, length);
  if (problem != 0) return problem;
  if (walkTarget() >= 0) return errno.exists;
  if (isMountReadOnly(mountOfFile(directory))) return errno.readOnly;
  const made = makeMemoryNode(walkParent(), nameStart(), nameLength(), directoryType);
  return made < 0 ? -made : errno.success;
}

/** Removes a file, or a directory that is empty. */
export function removePath(directory: u32, path: usize, length: u32, isDirectory: bool): u32 {
  const error = checkDirectory(directory);
  if (error != 0) return error;
  const object = objectOfFile(directory);
  if (kindOfFile(directory) == folderKind) {
    if (isMountReadOnly(mountOfFile(directory))) return errno.readOnly;
    return <u32>-removeInFolder(object, path, length, isDirectory);
  }
  if (kindOfFile(directory) == diskKind) {
    return diskRefusal(path, length, isDirectory ? errno.notDirectory : errno.busy);
  }
  const problem = walk(kindOfFile(directory), object, path, length);
  if (problem != 0) return problem;
  if (walkTarget() < 0) return errno.noEntry;
  if (isMountReadOnly(mountOfFile(directory))) return errno.readOnly;
  if (!endsInName()) return isDirectory ? errno.invalid : errno.isDirectory;
  const refusal = removalError(walkTarget(), isDirectory);
  if (refusal != 0) return refusal;
  removeMemoryNode(walkTarget());
  return errno.success;
}

/** Renames; what has the new name already is replaced, as POSIX's rename does. */
export function renamePath(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): u32 {
  const error = checkPair(directory, newDirectory);
  if (error != 0) return error;
  const from = objectOfFile(directory);
  const to = objectOfFile(newDirectory);
  if (kindOfFile(directory) == folderKind) {
    return <u32>-renameInFolder(from, path, length, to, newPath, newLength);
  }
  if (kindOfFile(directory) == diskKind) return diskRefusal(path, length, errno.busy);
  const problem = walk(kindOfFile(directory), from, path, length);
  if (problem != 0) return problem;
  const node = walkTarget();
  if (node < 0) return errno.noEntry;
  if (!endsInName()) return errno.busy;
  return renameNode(node, to, newPath, newLength);
}

/** Gives a file a second name. */
export function linkPath(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): u32 {
  const error = checkPair(directory, newDirectory);
  if (error != 0) return error;
  if (kindOfFile(directory) != folderKind) return errno.notSupported;
  const from = objectOfFile(directory);
  return <u32>-linkInFolder(from, path, length, objectOfFile(newDirectory), newPath, newLength);
}

/** Makes a symbolic link. A target that begins at the root would lead out of every mount. */
export function symbolicLinkPath(
  target: usize, directory: u32, path: usize, length: u32,
): u32 {
  const error = checkDirectory(directory);
  if (error != 0) return error;
  if (isMountReadOnly(mountOfFile(directory))) return errno.readOnly;
  if (kindOfFile(directory) != folderKind) return errno.notSupported;
  if (load<u8>(target) == 0) return errno.noEntry;
  if (load<u8>(target) == 0x2f) return errno.notCapable;
  return <u32>-symbolicLinkInFolder(target, objectOfFile(directory), path, length);
}

/** Reads a symbolic link into kernel memory: its bytes, or a negated error number. */
export function readLinkPath(
  directory: u32, path: usize, length: u32, buffer: usize, capacity: u32,
): i32 {
  const error = checkDirectory(directory);
  if (error != 0) return -<i32>error;
  const object = objectOfFile(directory);
  if (kindOfFile(directory) == folderKind) {
    return <i32>readFolderLink(object, path, length, buffer, capacity);
  }
  if (kindOfFile(directory) == diskKind) return -<i32>diskRefusal(path, length, errno.invalid);
  const problem = walk(kindOfFile(directory), object, path, length);
  if (problem != 0) return -<i32>problem;
  return walkTarget() < 0 ? -<i32>errno.noEntry : -<i32>errno.invalid;
}

function renameNode(node: u32, start: u32, path: usize, length: u32): u32 {
  const demandsDirectory = demandsDirectoryAtEnd();
  const problem = walk(memoryKind, start, path, length);
  if (problem != 0) return problem;
  const isDirectory = isMemoryDirectory(node);
  if ((demandsDirectory || demandsDirectoryAtEnd()) && !isDirectory) return errno.notDirectory;
  const replaced = walkTarget();
  if (replaced == node) return errno.success;
  if (!endsInName()) return errno.busy;
  if (isMemoryBelow(walkParent(), node)) return errno.invalid;
  if (replaced >= 0) {
    const refusal = removalError(replaced, isDirectory);
    if (refusal != 0) return refusal;
    removeMemoryNode(replaced);
  }
  moveMemoryNode(node, walkParent(), nameStart(), nameLength());
  return errno.success;
}

/** Why a node cannot be removed as a directory, or as a file; 0 if it can. */
function removalError(node: u32, asDirectory: bool): u32 {
  if (!asDirectory) return isMemoryDirectory(node) ? errno.isDirectory : errno.success;
  if (!isMemoryDirectory(node)) return errno.notDirectory;
  return memoryChildFrom(node, 0) >= 0 ? errno.notEmpty : errno.success;
}

function checkDirectory(directory: u32): u32 {
  return isDirectoryFile(directory) ? errno.success : errno.notDirectory;
}

function checkPair(first: u32, second: u32): u32 {
  if (!isDirectoryFile(first) || !isDirectoryFile(second)) return errno.notDirectory;
  if (mountOfFile(first) != mountOfFile(second)) return errno.crossDevice;
  return isMountReadOnly(mountOfFile(first)) ? errno.readOnly : errno.success;
}
