// The host's folders, whoever has them. A handle is an open file or directory; results are from 0
// up, or negated WASI error numbers. Virtual machines have none yet, and node the host's by
// TypeScript.
import * as config from "../base/config.as";
import * as node from "../base/machine/node.as";
import { linuxOpenFolderRoot } from "../platform/linux/folders.as";
import {
  linuxCloseInFolder,
  linuxIsFolderDirectory,
  linuxOpenInFolder,
  linuxReadInFolder,
  linuxSetFolderFileSize,
  linuxSyncInFolder,
  linuxWriteInFolder,
} from "../platform/linux/folder-files.as";
import { linuxFolderStatus, linuxSetFolderTimes } from "../platform/linux/folder-status.as";
import { linuxFolderEntry } from "../platform/linux/folder-entries.as";
import {
  linuxLinkInFolder,
  linuxMakeFolderDirectory,
  linuxReadFolderLink,
  linuxRemoveInFolder,
  linuxRenameInFolder,
  linuxSymbolicLinkInFolder,
} from "../platform/linux/folder-names.as";
import {
  nodeFolderEntry,
  nodeFolderStatus,
  nodeIsFolderDirectory,
  nodeOpenInFolder,
  nodeReadInFolder,
  nodeSymbolicLink,
  nodeWriteInFolder,
} from "../platform/node/folders.as";

const missing: i64 = -58; // errno.notSupported

/** Opens a folder of the host by its path there; a NUL is behind it, and its bytes are changed. */
export function openFolderRoot(path: usize, length: u32): i64 {
  if (config.platform == config.linux) return linuxOpenFolderRoot(path);
  return config.platform == config.node ? node.folderRoot(path, length) : missing;
}

/** Opens a path below an open directory; what it was, `isFolderDirectory` tells. */
export function openInFolder(directory: u32, path: usize, length: u32, options: u32): i64 {
  if (config.platform == config.linux) return linuxOpenInFolder(directory, path, length, options);
  if (config.platform == config.node) return nodeOpenInFolder(directory, path, length, options);
  return missing;
}

/** Whether what was opened last is a directory. */
export function isFolderDirectory(): bool {
  if (config.platform == config.linux) return linuxIsFolderDirectory();
  return config.platform == config.node ? nodeIsFolderDirectory() : false;
}

/** Closes a handle. */
export function closeInFolder(handle: u32): void {
  if (config.platform == config.linux) linuxCloseInFolder(handle);
  else if (config.platform == config.node) node.folderClose(handle);
}

/** Reads into checked app vectors: bytes, 0 at the file's end. */
export function readInFolder(handle: u32, list: u32, count: u32, offset: u64): i64 {
  if (config.platform == config.linux) return linuxReadInFolder(handle, list, count, offset);
  if (config.platform == config.node) return nodeReadInFolder(handle, list, count, offset);
  return missing;
}

/** Writes checked app vectors, at the file's end if it `appends`: bytes. */
export function writeInFolder(
  handle: u32, list: u32, count: u32, offset: u64, appends: bool,
): i64 {
  if (config.platform == config.linux) {
    return linuxWriteInFolder(handle, list, count, offset, appends);
  }
  if (config.platform == config.node) {
    return nodeWriteInFolder(handle, list, count, offset, appends);
  }
  return missing;
}

/** Sets a file's size. */
export function setFolderFileSize(handle: u32, size: u64): i64 {
  if (config.platform == config.linux) return linuxSetFolderFileSize(handle, size);
  return config.platform == config.node ? node.folderSetSize(handle, size) : missing;
}

/** Has a file's bytes, and unless `dataOnly` all else of it, kept durably. */
export function syncInFolder(handle: u32, dataOnly: bool): i64 {
  if (config.platform == config.linux) return linuxSyncInFolder(handle, dataOnly);
  return config.platform == config.node ? node.folderSync(handle) : missing;
}

/** Puts the status of a path, or with no bytes of the handle itself, into `statusSpace`. */
export function folderStatus(handle: u32, path: usize, length: u32, follows: bool): i64 {
  if (config.platform == config.linux) return linuxFolderStatus(handle, path, length, follows);
  if (config.platform == config.node) return nodeFolderStatus(handle, path, length, follows);
  return missing;
}

/** Sets the times of a path, or with no bytes of the handle itself; `which` are WASI's fstflags. */
export function setFolderTimes(
  handle: u32, path: usize, length: u32, follows: bool, access: u64, modification: u64, which: u32,
): i64 {
  if (config.platform == config.linux) {
    return linuxSetFolderTimes(handle, path, length, follows, access, modification, which);
  }
  if (config.platform == config.node) {
    const isFollowed = <u32>follows;
    return node.folderSetTimes(handle, path, length, isFollowed, access, modification, which);
  }
  return missing;
}

/** Finds a directory's entry after a cookie: 1 and the entry is set (entry.as.ts), 0 at the end. */
export function folderEntry(handle: u32, cookie: u64): i64 {
  if (config.platform == config.linux) return linuxFolderEntry(handle, cookie);
  return config.platform == config.node ? nodeFolderEntry(handle, cookie) : missing;
}

/** Makes a directory. */
export function makeFolderDirectory(directory: u32, path: usize, length: u32): i64 {
  if (config.platform == config.linux) return linuxMakeFolderDirectory(directory, path, length);
  if (config.platform == config.node) return node.folderMakeDirectory(directory, path, length);
  return missing;
}

/** Removes a directory, or a file. */
export function removeInFolder(
  directory: u32, path: usize, length: u32, isDirectory: bool,
): i64 {
  if (config.platform == config.linux) {
    return linuxRemoveInFolder(directory, path, length, isDirectory);
  }
  if (config.platform == config.node) {
    return node.folderRemove(directory, path, length, <u32>isDirectory);
  }
  return missing;
}

/** Renames. */
export function renameInFolder(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): i64 {
  if (config.platform == config.linux) {
    return linuxRenameInFolder(directory, path, length, newDirectory, newPath, newLength);
  }
  if (config.platform == config.node) {
    return node.folderRename(directory, path, length, newDirectory, newPath, newLength, 0);
  }
  return missing;
}

/** Gives a file a second name. */
export function linkInFolder(
  directory: u32, path: usize, length: u32, newDirectory: u32, newPath: usize, newLength: u32,
): i64 {
  if (config.platform == config.linux) {
    return linuxLinkInFolder(directory, path, length, newDirectory, newPath, newLength);
  }
  if (config.platform == config.node) {
    return node.folderRename(directory, path, length, newDirectory, newPath, newLength, 1);
  }
  return missing;
}

/** Makes a symbolic link; `target` has a NUL behind it. */
export function symbolicLinkInFolder(
  target: usize, directory: u32, path: usize, length: u32,
): i64 {
  if (config.platform == config.linux) {
    return linuxSymbolicLinkInFolder(target, directory, path, length);
  }
  if (config.platform == config.node) return nodeSymbolicLink(target, directory, path, length);
  return missing;
}

/** Reads a symbolic link: its bytes, as far as there is room. */
export function readFolderLink(
  directory: u32, path: usize, length: u32, buffer: usize, capacity: u32,
): i64 {
  if (config.platform == config.linux) {
    return linuxReadFolderLink(directory, path, length, buffer, capacity);
  }
  if (config.platform == config.node) {
    return node.folderReadLink(directory, path, length, buffer, capacity);
  }
  return missing;
}
