// Buffers of connections: page frames, single or four together, kept in lists for the next one.
import { allocateFrames, availableFrames, frameBytes } from "../memory/frames.as";

/** Bytes of a small buffer. */
export const smallBuffer: u32 = 4096;

/** Bytes of a large one: a head of the greatest length, the table of its fields, some body. */
export const largeBuffer: u32 = 16_384;

/** Frames that are left to others. */
const reservedFrames: u32 = 24;

let smallFree: usize = 0;
let largeFree: usize = 0;

/** Takes a buffer of one of the two sizes; 0 when there is none. */
export function takeBuffer(size: u32): usize {
  const isSmall = size == smallBuffer;
  const free = isSmall ? smallFree : largeFree;
  if (free != 0) {
    if (isSmall) smallFree = load<u32>(free);
    else largeFree = load<u32>(free);
    return free;
  }
  const count = size / frameBytes;
  if (availableFrames() < reservedFrames + count) return 0;
  return allocateFrames(count);
}

/** Gives a buffer back. */
export function releaseBuffer(buffer: usize, size: u32): void {
  if (size == smallBuffer) {
    store<u32>(buffer, <u32>smallFree);
    smallFree = buffer;
  } else {
    store<u32>(buffer, <u32>largeFree);
    largeFree = buffer;
  }
}
