// The contents of the memory file system's files: blocks of a page frame each. A file of one block
// names it itself, a larger one a table of 1,024 blocks, or a table of such tables. A block that
// was never written is not there, and reads as zeroes.
//
// `file` is the address of a node (memory-nodes.as.ts): levels of tables at 1, the root at 8, the
// size at 16.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import {
  allocateZeroedFrame,
  availableFrames,
  frameBytes,
  releaseFrame,
} from "../memory/frames.as";

const tableShift: u32 = 10;
const slotsOfTable: u32 = 1024;
const levelLimit: u32 = 2;
const frameLimit: u32 = 16_384; // 64 MiB
const largestFile: u64 = 0x1_0000_0000;

let usedFrames: u32 = 0;
let limit: u32 = 0;

/** Bounds what all files may occupy: 64 MiB, or half of the memory that there is. */
export function limitContents(): void {
  limit = min(frameLimit, availableFrames() / 2);
}

/** A file's bytes. */
export function contentSize(file: usize): u64 {
  return load<u64>(file, 16);
}

/** Copies from a file to checked app memory: bytes, 0 at its end. */
export function readContents(file: usize, offset: u64, appPointer: u32, length: u32): u32 {
  const size = contentSize(file);
  if (offset >= size) return 0;
  const whole = <u32>min<u64>(length, size - offset);
  for (let done: u32 = 0; done < whole; ) {
    const within = <u32>offset & (frameBytes - 1);
    const part = min(whole - done, frameBytes - within);
    const block = findBlock(file, offset);
    if (block == 0) app.fill(appPointer + done, 0, part);
    else app.copyOut(appPointer + done, block + within, part);
    done += part;
    offset += part;
  }
  return whole;
}

/** Copies from checked app memory to a file: bytes, or a negated error number if not even one. */
export function writeContents(file: usize, offset: u64, appPointer: u32, length: u32): i64 {
  if (offset + length > largestFile || offset > largestFile) return -<i64>errno.fileTooLarge;
  for (let done: u32 = 0; done < length; ) {
    const within = <u32>offset & (frameBytes - 1);
    const part = min(length - done, frameBytes - within);
    const block = makeBlock(file, offset);
    if (block == 0) return done != 0 ? <i64>done : -<i64>errno.noSpace;
    app.copyIn(block + within, appPointer + done, part);
    done += part;
    offset += part;
    if (offset > contentSize(file)) store<u64>(file, offset, 16);
  }
  return length;
}

/** Cuts a file, or makes it longer with zeroes; an error number. */
export function setContentSize(file: usize, size: u64): u32 {
  if (size > largestFile) return errno.fileTooLarge;
  const old = contentSize(file);
  store<u64>(file, size, 16);
  if (size >= old) return errno.success;
  const root = load<u32>(file, 8);
  if (size == 0) freeContents(file);
  else if (root != 0) cut(root, load<u8>(file, 1), size);
  return errno.success;
}

/** Gives back all of a file's blocks. */
export function freeContents(file: usize): void {
  freeTree(load<u32>(file, 8), load<u8>(file, 1));
  store<u32>(file, 0, 8);
  store<u8>(file, 0, 1);
}

/** Bytes under one slot of a table of a level. */
function slotShift(level: u32): u64 {
  return 12 + (level - 1) * tableShift;
}

function findBlock(file: usize, offset: u64): usize {
  let block: usize = load<u32>(file, 8);
  const levels: u32 = load<u8>(file, 1);
  if (offset >> (12 + levels * tableShift) != 0) return 0;
  for (let level = levels; level != 0 && block != 0; level--) {
    block = load<u32>(block + slotOf(offset, level) * 4);
  }
  return block;
}

function slotOf(offset: u64, level: u32): u32 {
  return <u32>(offset >> slotShift(level)) & (slotsOfTable - 1);
}

/** The block of an offset, which is made if need be, with the tables to it; 0 without room. */
function makeBlock(file: usize, offset: u64): usize {
  while (offset >> (12 + <u32>load<u8>(file, 1) * tableShift) != 0) {
    if (!addLevel(file)) return 0;
  }
  let place = file + 8;
  for (let level: u32 = load<u8>(file, 1); level != 0; level--) {
    const table = frameAt(place);
    if (table == 0) return 0;
    place = table + slotOf(offset, level) * 4;
  }
  return frameAt(place);
}

/** The frame that a slot names, taken now if it names none; 0 without room. */
function frameAt(slot: usize): usize {
  if (load<u32>(slot) == 0) store<u32>(slot, <u32>takeFrame());
  return load<u32>(slot);
}

function addLevel(file: usize): bool {
  const levels = load<u8>(file, 1);
  const root = load<u32>(file, 8);
  if (levels == levelLimit) return false;
  if (root != 0) {
    const table = takeFrame();
    if (table == 0) return false;
    store<u32>(table, root);
    store<u32>(file, <u32>table, 8);
  }
  store<u8>(file, levels + 1, 1);
  return true;
}

/** Frees what lies behind `size` bytes of a tree, and clears the rest of its last block. */
function cut(root: u32, levels: u32, size: u64): void {
  let table = root;
  for (let level = levels; level != 0; level--) {
    const last = slotOf(size - 1, level);
    for (let slot = last + 1; slot < slotsOfTable; slot++) {
      freeTree(load<u32>(table + slot * 4), level - 1);
      store<u32>(table + slot * 4, 0);
    }
    table = load<u32>(table + last * 4);
    if (table == 0) return;
  }
  const rest = <u32>size & (frameBytes - 1);
  if (rest != 0) memory.fill(table + rest, 0, frameBytes - rest);
}

function freeTree(root: u32, levels: u32): void {
  if (root == 0) return;
  if (levels != 0) {
    for (let slot: u32 = 0; slot < slotsOfTable; slot++) {
      freeTree(load<u32>(root + slot * 4), levels - 1);
    }
  }
  releaseFrame(root);
  usedFrames--;
}

function takeFrame(): usize {
  if (usedFrames >= limit) return 0;
  const frame = allocateZeroedFrame();
  if (frame != 0) usedFrames++;
  return frame;
}
