// Page frames that a device reads where they are, while they belong to somebody else. Their owner
// may give them up at any time: they are released when the device is done with them. A table by
// frame, with open addressing (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithms L
// and R), in one page: each entry is the frame's address, and below, how often it is lent.
import { allocateZeroedFrame, frameBytes, releaseFrame } from "./frames.as";

const entryCount: u32 = frameBytes / 4;
/** Searches stay short as long as a quarter is free. */
const lentLimit: u32 = entryCount / 4 * 3;
const countMask: u32 = 0x3ff;
const isGivenUp: u32 = 0x800;

let table: usize = 0;
let lent: u32 = 0;

/** Frames that are lent. */
export function lentFrames(): u32 {
  return lent;
}

/** Whether so many frames more can be lent. */
export function canLend(count: u32): bool {
  if (table == 0) table = allocateZeroedFrame();
  return table != 0 && lent + count <= lentLimit;
}

/** Lends a frame once more; `canLend` has said that there is room. */
export function lendFrame(frame: usize): void {
  const entry = entryOf(frame);
  if (load<u32>(entry) == 0) {
    store<u32>(entry, <u32>frame);
    lent++;
  }
  store<u32>(entry, load<u32>(entry) + 1);
}

/** Takes a frame back once, and releases it if that was the last time and it was given up. */
export function takeBackFrame(frame: usize): void {
  const entry = entryOf(frame);
  const value = load<u32>(entry) - 1;
  store<u32>(entry, value);
  if ((value & countMask) != 0) return;
  removeEntry(entry);
  lent--;
  if ((value & isGivenUp) != 0) releaseFrame(frame);
}

/** Releases a frame as soon as nobody has it any more. */
export function giveUpFrame(frame: usize): void {
  if (lent != 0) {
    const entry = entryOf(frame);
    if (load<u32>(entry) != 0) {
      store<u32>(entry, load<u32>(entry) | isGivenUp);
      return;
    }
  }
  releaseFrame(frame);
}

/** The entry of a frame, or the free one that it would have. */
function entryOf(frame: usize): usize {
  let index = homeOf(<u32>frame);
  while (isOther(load<u32>(table + index * 4), <u32>frame)) index = (index + 1) & (entryCount - 1);
  return table + index * 4;
}

@inline
function isOther(value: u32, frame: u32): bool {
  return value != 0 && (value & ~(frameBytes - 1)) != frame;
}

@inline
function homeOf(value: u32): u32 {
  return (value / frameBytes) & (entryCount - 1);
}

/** Frees an entry, and moves up those behind it that would not be found any more. */
function removeEntry(entry: usize): void {
  let free = <u32>(entry - table) / 4;
  let index = free;
  for (;;) {
    index = (index + 1) & (entryCount - 1);
    const value = load<u32>(table + index * 4);
    if (value == 0) break;
    const distance = (index - homeOf(value)) & (entryCount - 1);
    if (distance < ((index - free) & (entryCount - 1))) continue;
    store<u32>(table + free * 4, value);
    free = index;
  }
  store<u32>(table + free * 4, 0);
}
