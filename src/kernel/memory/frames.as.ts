// Page frames: 4 KiB pages of the kernel's window that no image occupies, taken from the front of
// the ranges of memory; of a guest of Solo5's from the end, towards which its app grows. Frames
// that were given back are chained by their first word, and go first.
import * as config from "../base/config.as";
import { frameBytes } from "./frame-size.as";
import { findMemory } from "../platform/pc/machine-memory.as";

export { frameBytes } from "./frame-size.as";

const rangeLimit: u32 = 16;
const ranges = memory.data(128); // rangeLimit pairs of u32: next fresh frame, end
let rangeCount: u32 = 0;
let available: u32 = 0;
let total: u32 = 0;
let least: u32 = 0xffff_ffff; // available when frames were last given back, at the least
let returned: u32 = 0; // first of the frames given back; only files and sockets give some back

/** Gives the allocator a range of memory; partial pages at its ends are left out. */
export function addFrames(start: u64, end: u64): void {
  start = (start + 4095) & ~4095;
  end &= ~4095;
  // The last frame of the window is left out, so that an end never wraps to 0.
  if (end > 0xfffff000) end = 0xfffff000;
  if (start >= end || rangeCount == rangeLimit) return;
  const entry = ranges + rangeCount * 8;
  store<u32>(entry, <u32>start);
  store<u32>(entry, <u32>end, 4);
  rangeCount++;
  available += <u32>((end - start) >> 12);
  total += <u32>((end - start) >> 12);
}

/** Frames that can still be had. */
export function availableFrames(): u32 {
  if (config.platform == config.pc) findMemory();
  return available;
}

/** Frames that there were at first. */
export function totalFrames(): u32 {
  return total;
}

/** The fewest that could be had at any time so far. */
export function leastFrames(): u32 {
  return min(least, availableFrames());
}

/** Takes one frame, its content undefined; 0 when there is none. */
export function allocateFrame(): usize {
  if (returned == 0 || !config.opensFiles && !config.opensSockets) return allocateFrames(1);
  const frame = returned;
  returned = load<u32>(frame);
  available--;
  return frame;
}

/** Gives one frame back. */
export function releaseFrame(frame: usize): void {
  store<u32>(frame, returned);
  returned = <u32>frame;
  least = min(least, available);
  available++;
}

/** Takes one frame of zeroes; 0 when there is none. */
export function allocateZeroedFrame(): usize {
  const frame = allocateFrame();
  if (frame != 0) clearFrame(frame);
  return frame;
}

/** Takes `count` fresh frames that follow one another; 0 when no range has them. */
export function allocateFrames(count: u32): usize {
  if (config.platform == config.pc) findMemory();
  for (let index: u32 = 0; index < rangeCount; index++) {
    const entry = ranges + index * 8;
    const start = load<u32>(entry);
    const end = load<u32>(entry, 4);
    if ((end - start) >> 12 < count) continue;
    available -= count;
    if (config.platform == config.solo5) {
      store<u32>(entry, end - count * frameBytes, 4);
      return end - count * frameBytes;
    }
    store<u32>(entry, start + count * frameBytes);
    return start;
  }
  return 0;
}

/** Where the fresh frames of the first range end. */
export function frameRangeEnd(): u64 {
  return load<u32>(ranges, 4);
}

/** Takes the first range's fresh frames below an address; false when there are not so many. */
export function takeFramesBelow(end: u64): bool {
  const start = <u64>load<u32>(ranges);
  if (end < start || end > frameRangeEnd()) return false;
  store<u32>(ranges, <u32>end);
  available -= <u32>((end - start) >> 12);
  return true;
}

function clearFrame(frame: usize): void {
  for (let end = frame + frameBytes; frame < end; frame += 32) {
    store<u64>(frame, 0);
    store<u64>(frame, 0, 8);
    store<u64>(frame, 0, 16);
    store<u64>(frame, 0, 24);
  }
}
