// The embedded tree (contracts/embedded-tree.ts). Its bytes are used where they lie, and are
// checked where they are used: a damaged tree misses files, but nothing outside of it is ever read.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import {
  beginPath,
  compareNames,
  isDot,
  isDotDot,
  nameLength,
  nameStart,
  nextName,
} from "./path.as";

/** The root directory's entry. */
export const embeddedRoot: u32 = 0;

const magic: u32 = 0x464b_5354;
const version: u32 = 1;
const headerBytes: u32 = 16;
const entryBytes: u32 = 24;
const directoryType: u32 = 3;
const fileType: u32 = 4;

/** Whether the image carries a tree. */
export function hasEmbeddedTree(): bool {
  return entryCount() != 0;
}

/**
 * The entry of a path from the root, without a slash in front, or a negated error number. `..` is
 * refused with ENOTCAPABLE; a path of no bytes is the root.
 */
export function findEmbedded(path: usize, length: u32): i32 {
  if (!hasEmbeddedTree()) return -<i32>errno.noEntry;
  if (length == 0) return embeddedRoot;
  const error = beginPath(path, length);
  if (error != 0) return -<i32>error;
  let entry: i32 = embeddedRoot;
  while (entry >= 0 && nextName()) {
    if (isDot(nameStart(), nameLength())) continue;
    if (isDotDot(nameStart(), nameLength())) return -<i32>errno.notCapable;
    if (!isEmbeddedDirectory(entry)) return -<i32>errno.notDirectory;
    entry = embeddedChild(entry, nameStart(), nameLength());
  }
  return entry;
}

/** Whether an entry is a directory. */
export function isEmbeddedDirectory(entry: u32): bool {
  return load<u8>(addressOf(entry), 6) == directoryType;
}

/** WASI's file type of an entry; 0, unknown, of a damaged one. */
export function embeddedType(entry: u32): u32 {
  const type = load<u8>(addressOf(entry), 6);
  return type == directoryType || type == fileType ? type : 0;
}

/** A directory's entry of a name, or negated ENOENT. */
export function embeddedChild(directory: u32, name: usize, length: u32): i32 {
  const first = embeddedFirst(directory);
  let low: u32 = 0;
  let high = embeddedCount(directory);
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = first + middle;
    const order = compareNames(name, length, embeddedName(entry), embeddedNameLength(entry));
    if (order == 0) return entry;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return -<i32>errno.noEntry;
}

/** The first entry in a directory. */
export function embeddedFirst(directory: u32): u32 {
  return load<u32>(addressOf(directory), 8);
}

/** How many entries a directory has. They lie behind its own, so that no path can be endless. */
export function embeddedCount(directory: u32): u32 {
  const first = embeddedFirst(directory);
  if (!isEmbeddedDirectory(directory) || first <= directory || first >= entryCount()) return 0;
  return min(load<u32>(addressOf(directory), 12), entryCount() - first);
}

/** Where an entry's name is. */
export function embeddedName(entry: u32): usize {
  return config.embeddedTree + load<u32>(addressOf(entry));
}

/** Bytes of an entry's name; 0 of a damaged one. */
export function embeddedNameLength(entry: u32): u32 {
  const length = load<u16>(addressOf(entry), 4);
  return length < 256 && isInside(load<u32>(addressOf(entry)), length) ? length : 0;
}

/** Where a file's bytes are. */
export function embeddedBytes(file: u32): usize {
  return config.embeddedTree + load<u32>(addressOf(file), 8);
}

/** How many bytes a file has; 0 of a directory. */
export function embeddedLength(file: u32): u32 {
  const length = load<u32>(addressOf(file), 12);
  const isWhole = isInside(load<u32>(addressOf(file), 8), length);
  return load<u8>(addressOf(file), 6) == fileType && isWhole ? length : 0;
}

/** The first eight bytes of the SHA-256 of a file's bytes. */
export function embeddedHash(file: u32): u64 {
  return load<u64>(addressOf(file), 16);
}

/** Address of an entry, which is one that there is. */
function addressOf(entry: u32): usize {
  return config.embeddedTree + headerBytes + entry * entryBytes;
}

/** How many entries there are; 0 when there is no tree, or none that can be read. */
function entryCount(): u32 {
  const tree: usize = config.embeddedTree;
  if (tree == 0 || config.embeddedTreeLength < headerBytes + entryBytes) return 0;
  if (load<u32>(tree) != magic || load<u32>(tree, 4) != version) return 0;
  return min(load<u32>(tree, 8), (config.embeddedTreeLength - headerBytes) / entryBytes);
}

function isInside(offset: u32, length: u32): bool {
  return <u64>offset + length <= <u64>config.embeddedTreeLength;
}
