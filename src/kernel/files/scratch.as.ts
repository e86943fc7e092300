// Memory in which one call for files builds what it needs: two paths, and working space.
import { allocateFrames, frameBytes } from "../memory/frames.as";

/** Longest path in bytes; a NUL follows it. */
export const pathLimit: u32 = 4095;

let frames: usize = 0;

/** Takes the memory; false when there is none. */
export function prepareScratch(): bool {
  if (frames == 0) frames = allocateFrames(4);
  return frames != 0;
}

/** Where a path is put: `pathLimit` bytes and a NUL. */
export function firstPath(): usize {
  return frames;
}

/** Where the second path of two is put. */
export function secondPath(): usize {
  return frames + frameBytes;
}

/** The directories of a walk: 1 KiB. */
export function walkSpace(): usize {
  return frames + 2 * frameBytes;
}

/** The status of a file: 64 bytes. */
export function statusSpace(): usize {
  return frames + 2 * frameBytes + 1024;
}

/** What a platform hands to its host: 2 KiB. */
export function hostSpace(): usize {
  return frames + 2 * frameBytes + 2048;
}

/** A platform's directory entries: one frame. */
export function entrySpace(): usize {
  return frames + 3 * frameBytes;
}
