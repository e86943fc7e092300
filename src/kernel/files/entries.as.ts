// Listing directories. A cookie says where a listing goes on: 0 at its beginning; in the kernel's
// own file systems `.` and `..` come first.
import * as errno from "../base/errno.as";
import { text } from "../base/text.as";
import {
  embeddedCount,
  embeddedFirst,
  embeddedName,
  embeddedNameLength,
  embeddedType,
} from "./embedded-tree.as";
import { setEntry } from "./entry.as";
import { folderEntry } from "./folder.as";
import { directoryType, diskKind, embeddedKind, folderKind } from "./kinds.as";
import { memoryChildFrom, memoryNode, memorySequence, memoryType } from "./memory-nodes.as";
import { isDirectoryFile, kindOfFile, objectOfFile } from "./open-files.as";

const firstCookie: u64 = 2;

/** Finds the entry at a cookie: 1 and the entry is set (entry.as.ts), 0 at the end, or an error. */
export function findEntry(directory: u32, cookie: u64): i32 {
  if (!isDirectoryFile(directory)) return -<i32>errno.notDirectory;
  const kind = kindOfFile(directory);
  const object = objectOfFile(directory);
  if (kind == folderKind) return <i32>folderEntry(object, cookie);
  if (kind == diskKind) return -<i32>errno.notDirectory;
  if (cookie < firstCookie) {
    // The number of the directory above is not told: it may lie beyond what the app may see.
    setEntry(text(".."), <u32>cookie + 1, directoryType, <u64>object + 1, cookie + 1);
    return 1;
  }
  const isEmbedded = kind == embeddedKind;
  return isEmbedded ? findEmbeddedEntry(object, cookie) : findMemoryEntry(object, cookie);
}

function findEmbeddedEntry(directory: u32, cookie: u64): i32 {
  if (cookie - firstCookie >= <u64>embeddedCount(directory)) return 0;
  const entry = embeddedFirst(directory) + <u32>(cookie - firstCookie);
  const length = embeddedNameLength(entry);
  setEntry(embeddedName(entry), length, embeddedType(entry), <u64>entry + 1, cookie + 1);
  return 1;
}

function findMemoryEntry(directory: u32, cookie: u64): i32 {
  if (cookie - firstCookie > 0xffff_ffff) return 0;
  const node = memoryChildFrom(directory, <u32>(cookie - firstCookie));
  if (node < 0) return 0;
  const address = memoryNode(node);
  const next = <u64>memorySequence(node) + 1 + firstCookie;
  setEntry(address + 64, load<u8>(address, 2), memoryType(node), <u64>node + 1, next);
  return 1;
}
