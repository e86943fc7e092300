// Bytes of a stream by their sequence numbers, in page frames that are there only while they hold
// something: a table of 64 frames, through which the stream goes round and round.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";

/** Frames of a queue, at most. */
const tableEntries: u32 = 64;

/** Bytes of a queue, at most: those of one frame less, for they begin anywhere in one. */
export const queueCapacity: u32 = (tableEntries - 1) * frameBytes;

let inUse: u32 = 0;
let limit: u32 = 0xffff_ffff;

/** Frames that all queues have together. */
export function queueFramesInUse(): u32 {
  return inUse;
}

/** Bounds them: whoever wants more gets none. */
export function limitQueueFrames(count: u32): void {
  limit = count;
}

@inline
function spanBytes(position: u32): u32 {
  return frameBytes - (position & (frameBytes - 1));
}

function writableSpan(table: usize, position: u32): usize {
  const entry = entryOf(table, position);
  let frame = <usize>load<u32>(entry);
  if (frame == 0) {
    if (inUse >= limit) return 0;
    frame = allocateFrame();
    if (frame == 0) return 0;
    inUse++;
    store<u32>(entry, <u32>frame);
  }
  return frame + (position & (frameBytes - 1));
}

@inline
function readableSpan(table: usize, position: u32): usize {
  return <usize>load<u32>(entryOf(table, position)) + (position & (frameBytes - 1));
}

/** Writes bytes from a position on: how many, fewer when there is no memory. */
export function writeQueue(table: usize, position: u32, source: usize, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    const target = writableSpan(table, position + done);
    if (target == 0) break;
    const part = min(length - done, spanBytes(position + done));
    memory.copy(target, source + done, part);
    done += part;
  }
  return done;
}

/** Copies bytes that are there. */
export function readQueue(table: usize, position: u32, target: usize, length: u32): void {
  let done: u32 = 0;
  while (done < length) {
    const part = min(length - done, spanBytes(position + done));
    memory.copy(target + done, readableSpan(table, position + done), part);
    done += part;
  }
}

/** Gives back the frames whose bytes all lie before `to` and not before `from`'s frame. */
export function dropFrames(table: usize, from: u32, to: u32): void {
  const count = ((to & ~(frameBytes - 1)) - (from & ~(frameBytes - 1))) / frameBytes;
  for (let index: u32 = 0; index < count; index++) {
    dropEntry(entryOf(table, from + index * frameBytes));
  }
}

/** Gives back all frames. */
export function clearQueue(table: usize): void {
  for (let index: u32 = 0; index < tableEntries; index++) dropEntry(table + index * 4);
}

/** Gives back the frame of a position, behind which and before which nothing is needed. */
export function dropFrameOf(table: usize, position: u32): void {
  dropEntry(entryOf(table, position));
}

function dropEntry(entry: usize): void {
  const frame = load<u32>(entry);
  if (frame == 0) return;
  store<u32>(entry, 0);
  releaseFrame(frame);
  inUse--;
}

@inline
function entryOf(table: usize, position: u32): usize {
  return table + ((position / frameBytes) & (tableEntries - 1)) * 4;
}
