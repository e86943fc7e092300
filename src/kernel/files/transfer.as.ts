// Reading and writing. Ranges of the app's memory are checked by the caller; results are bytes, or
// negated error numbers.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { embeddedBytes, embeddedLength } from "./embedded-tree.as";
import { diskSize, readDisk, writeDisk } from "./disks.as";
import { readInFolder, writeInFolder } from "./folder.as";
import { diskKind, embeddedKind, folderKind } from "./kinds.as";
import { contentSize, readContents, writeContents } from "./memory-contents.as";
import { memoryNode, touchMemoryNode } from "./memory-nodes.as";
import {
  isDirectoryFile,
  kindOfFile,
  objectOfFile,
  positionOf,
  setPosition,
} from "./open-files.as";
import { fileSize } from "./status.as";

/** Reads vectors from the file's position on, and moves it. */
export function readFile(file: u32, list: u32, count: u32): i64 {
  const bytes = readFileAt(file, list, count, positionOf(file));
  if (bytes > 0) setPosition(file, positionOf(file) + bytes);
  return bytes;
}

/** Reads vectors from an offset on. */
export function readFileAt(file: u32, list: u32, count: u32, offset: u64): i64 {
  if (isDirectoryFile(file)) return -<i64>errno.isDirectory;
  if (<i64>offset < 0) return -<i64>errno.invalid;
  const object = objectOfFile(file);
  const kind = kindOfFile(file);
  if (kind == folderKind) return readInFolder(object, list, count, offset);
  if (kind == diskKind) return readDisk(object, list, count, offset);
  let total: u32 = 0;
  for (; count != 0; count--) {
    const length = app.load32(list + 4);
    const part = readPart(file, offset + total, app.load32(list), length);
    total += part;
    list += 8;
    if (part < length) break;
  }
  return total;
}

/** Writes vectors at the file's position, or at its end if it `appends`, and moves the position. */
export function writeFile(file: u32, list: u32, count: u32, appends: bool): i64 {
  const bytes = writeFileAt(file, list, count, positionOf(file), appends);
  if (bytes < 0) return bytes;
  if (appends) setPosition(file, fileSize(file));
  else setPosition(file, positionOf(file) + bytes);
  return bytes;
}

/** Writes vectors at an offset, or at the file's end if it `appends`. */
export function writeFileAt(file: u32, list: u32, count: u32, offset: u64, appends: bool): i64 {
  if (isDirectoryFile(file)) return -<i64>errno.isDirectory;
  if (<i64>offset < 0) return -<i64>errno.invalid;
  const kind = kindOfFile(file);
  const object = objectOfFile(file);
  if (kind == folderKind) return writeInFolder(object, list, count, offset, appends);
  if (kind == diskKind) return writeDisk(object, list, count, appends ? diskSize(object) : offset);
  if (kind == embeddedKind) return -<i64>errno.readOnly;
  const node = memoryNode(object);
  if (appends) offset = contentSize(node);
  let total: u32 = 0;
  for (; count != 0; count--) {
    const length = app.load32(list + 4);
    const part = writeContents(node, offset + total, app.load32(list), length);
    if (part < 0 && total == 0) return part;
    if (part > 0) total += <u32>part;
    list += 8;
    if (part < <i64>length) break;
  }
  touchMemoryNode(object);
  return total;
}

function readPart(file: u32, offset: u64, appPointer: u32, length: u32): u32 {
  const object = objectOfFile(file);
  if (kindOfFile(file) != embeddedKind) {
    return readContents(memoryNode(object), offset, appPointer, length);
  }
  const size: u64 = embeddedLength(object);
  if (offset >= size) return 0;
  const part = <u32>min<u64>(length, size - offset);
  app.copyOut(appPointer, embeddedBytes(object) + <usize>offset, part);
  return part;
}
