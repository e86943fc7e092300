// Folders of the host on the node platform: TypeScript has them.
import * as node from "../../base/machine/node.as";
import { beginVectors } from "../../files/app-vectors.as";
import { setEntry } from "../../files/entry.as";
import { entrySpace, statusSpace } from "../../files/scratch.as";
import { nodeReadFile, nodeWriteFile } from "./file-bytes.as";

let isDirectory = false;

/** Opens a path below an open directory; what it was, `nodeIsFolderDirectory` tells. */
export function nodeOpenInFolder(directory: u32, path: usize, length: u32, options: u32): i64 {
  const opened = node.folderOpen(directory, path, length, options);
  if (opened < 0) return opened;
  isDirectory = (opened & 1) != 0;
  return opened >> 1;
}

/** Whether what was opened last is a directory. */
export function nodeIsFolderDirectory(): bool {
  return isDirectory;
}

/** Reads into checked app vectors: bytes, 0 at the file's end. */
export function nodeReadInFolder(handle: u32, list: u32, count: u32, offset: u64): i64 {
  return nodeReadFile(handle, offset, beginVectors(list, count));
}

/** Writes checked app vectors, at the end if it `appends`: bytes. */
export function nodeWriteInFolder(
  handle: u32, list: u32, count: u32, offset: u64, appends: bool,
): i64 {
  return nodeWriteFile(handle, offset, beginVectors(list, count), appends);
}

/** Puts the status of a path, or with no bytes of the handle itself, into `statusSpace`. */
export function nodeFolderStatus(handle: u32, path: usize, length: u32, follows: bool): i64 {
  return node.folderStatus(handle, path, length, <u32>follows, statusSpace());
}

/** Finds a directory's entry at a cookie: 1 and the entry is set, 0 at the end, or an error. */
export function nodeFolderEntry(directory: u32, cookie: u64): i64 {
  const entry = entrySpace();
  const found = node.folderEntry(directory, cookie, entry);
  if (found != 1) return found;
  const length = min<u32>(load<u32>(entry, 20), 255);
  setEntry(entry + 24, length, load<u32>(entry, 16), load<u64>(entry), load<u64>(entry, 8));
  return 1;
}

/** Makes a symbolic link; a NUL is behind the target. */
export function nodeSymbolicLink(
  target: usize, directory: u32, path: usize, length: u32,
): i64 {
  let bytes: u32 = 0;
  while (load<u8>(target + bytes) != 0) bytes++;
  return node.folderSymbolicLink(target, bytes, directory, path, length);
}
