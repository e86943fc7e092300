// The open files and directories. A record has 32 bytes, in page frames taken when first needed:
//
//    0 u8 kind    1 u8 flags    2 u16 mount    4 u32 object    8 u64 position    16 u32 next free
import * as errno from "../base/errno.as";
import { allocateZeroedFrame } from "../memory/frames.as";

const directoryFlag: u32 = 1;
const rootFlag: u32 = 2;

const recordBytes: u32 = 32;
const recordsOfFrame: u32 = 128;
const fileLimit: u32 = 1024;

let index: usize = 0; // a frame: one u32 for each recordsOfFrame files
let made: u32 = 0;
let freeHead: u32 = 0; // number + 1

/** Takes the number of a file on a mount; a negated error number when there are too many. */
export function makeFile(kind: u32, mount: u32, object: u32, isDirectory: bool): i32 {
  let file = freeHead;
  if (file != 0) {
    file--;
    freeHead = load<u32>(recordOf(file), 16);
  } else {
    if (made == fileLimit) return -<i32>errno.tooManyDescriptors;
    if (!makeRoom()) return -<i32>errno.noMemory;
    file = made++;
  }
  const record = recordOf(file);
  store<u8>(record, kind);
  store<u8>(record, isDirectory ? directoryFlag : 0, 1);
  store<u16>(record, mount, 2);
  store<u32>(record, object, 4);
  store<u64>(record, 0, 8);
  return file;
}

/** Gives a file's number back. */
export function freeFile(file: u32): void {
  store<u8>(recordOf(file), 0);
  store<u32>(recordOf(file), freeHead, 16);
  freeHead = file + 1;
}

/** The kind of a file. */
export function kindOfFile(file: u32): u32 {
  return load<u8>(recordOf(file));
}

/** Which object of its kind it is. */
export function objectOfFile(file: u32): u32 {
  return load<u32>(recordOf(file), 4);
}

/** The mount that it lies on. */
export function mountOfFile(file: u32): u32 {
  return load<u16>(recordOf(file), 2);
}

/** Whether it is a directory. */
export function isDirectoryFile(file: u32): bool {
  return (load<u8>(recordOf(file), 1) & directoryFlag) != 0;
}

/** Marks the directory in which a mount begins. */
export function markRoot(file: u32): void {
  store<u8>(recordOf(file), directoryFlag | rootFlag, 1);
}

/** Whether a mount begins in it. */
export function isRootFile(file: u32): bool {
  return (load<u8>(recordOf(file), 1) & rootFlag) != 0;
}

/** Where the next byte is read or written. */
export function positionOf(file: u32): u64 {
  return load<u64>(recordOf(file), 8);
}

/** Sets it. */
export function setPosition(file: u32, position: u64): void {
  store<u64>(recordOf(file), position, 8);
}

/** Takes the frame of the next record if need be. */
function makeRoom(): bool {
  if (index == 0) index = allocateZeroedFrame();
  if (index == 0) return false;
  const place = index + made / recordsOfFrame * 4;
  if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
  return load<u32>(place) != 0;
}

function recordOf(file: u32): usize {
  return load<u32>(index + file / recordsOfFrame * 4) + file % recordsOfFrame * recordBytes;
}
