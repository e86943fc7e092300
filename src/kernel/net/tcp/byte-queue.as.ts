// Bytes of a stream by their sequence numbers, in page frames that are there only while they hold
// something. A queue remembers four pages itself; one that needs more gets a table of 1024, through
// which the stream goes round and round.
//
// A queue's record: u32 table, 0 for none; from byte 8 on four pairs of u32: frame, page.
import {
  allocateFrame,
  allocateZeroedFrame,
  frameBytes,
} from "../../memory/frames.as";
import { giveUpFrame } from "../../memory/lent-frames.as";

const tableEntries: u32 = frameBytes / 4;
const pairCount: u32 = 4;
const pairsOffset: u32 = 8;

/** Bytes of a queue's record. */
export const queueRecordBytes: u32 = pairsOffset + pairCount * 8;

/** Bytes that a queue may have however little memory there is. */
export const leastCapacity: u32 = 0x1_0000;

let inUse: u32 = 0;
let limit: u32 = 0xffff_ffff;
let refused: u32 = 0;

/** Frames that all queues have together. */
export function queueFramesInUse(): u32 {
  return inUse;
}

/** Frames that were wanted and not had. */
export function refusedFrames(): u32 {
  return refused;
}

/** Bounds them: whoever wants more gets none. */
export function limitQueueFrames(count: u32): void {
  limit = count;
}

/**
 * Bytes that one queue may have: it leaves others some of the memory, and has one frame less than
 * its table, for a stream begins anywhere in one.
 */
export function largestQueue(): u32 {
  return max(min(limit / 4, tableEntries - 1) * frameBytes, leastCapacity);
}

/** Whether so much memory is used that queues had better not grow. */
export function isQueueMemoryShort(): bool {
  return inUse >= limit - limit / 4;
}

/** How many bytes of the stream lie behind one another from a position on, at most. */
@inline
export function spanBytes(position: u32): u32 {
  return frameBytes - (position & (frameBytes - 1));
}

/** Where bytes from a position on can be put; 0 when there is no memory. */
export function writableSpan(queue: usize, position: u32): usize {
  const page = position / frameBytes;
  let entry = entryOf(queue, page);
  const isTaken = load<u32>(queue) == 0 && load<u32>(entry) != 0 && load<u32>(entry, 4) != page;
  if (isTaken) {
    if (!makeTable(queue)) return 0;
    entry = entryOf(queue, page);
  }
  if (load<u32>(entry) == 0) {
    const frame = inUse >= limit ? 0 : allocateFrame();
    if (frame == 0) {
      refused++;
      return 0;
    }
    inUse++;
    store<u32>(entry, <u32>frame);
    if (load<u32>(queue) == 0) store<u32>(entry, page, 4);
  }
  return <usize>load<u32>(entry) + (position & (frameBytes - 1));
}

function makeTable(queue: usize): bool {
  const table = inUse >= limit ? 0 : allocateZeroedFrame();
  if (table == 0) return false;
  inUse++;
  for (let pair = queue + pairsOffset; pair < queue + queueRecordBytes; pair += 8) {
    // A pair that was never used says page 0, which may be another's.
    if (load<u32>(pair) == 0) continue;
    store<u32>(table + (load<u32>(pair, 4) & (tableEntries - 1)) * 4, load<u32>(pair));
    store<u32>(pair, 0);
  }
  store<u32>(queue, <u32>table);
  return true;
}

/** Where the bytes from a position on lie, which are there. */
@inline
export function readableSpan(queue: usize, position: u32): usize {
  const frame = <usize>load<u32>(entryOf(queue, position / frameBytes));
  return frame + (position & (frameBytes - 1));
}

/** Writes bytes from a position on: how many, fewer when there is no memory. */
export function writeQueue(queue: usize, position: u32, source: usize, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    const target = writableSpan(queue, position + done);
    if (target == 0) break;
    const part = min(length - done, spanBytes(position + done));
    memory.copy(target, source + done, part);
    done += part;
  }
  return done;
}

/** Copies bytes that are there. */
export function readQueue(queue: usize, position: u32, target: usize, length: u32): void {
  let done: u32 = 0;
  while (done < length) {
    const part = min(length - done, spanBytes(position + done));
    memory.copy(target + done, readableSpan(queue, position + done), part);
    done += part;
  }
}

/** Gives back the frames whose bytes all lie before `to` and not before `from`'s frame. */
export function dropFrames(queue: usize, from: u32, to: u32): void {
  const count = ((to & ~(frameBytes - 1)) - (from & ~(frameBytes - 1))) / frameBytes;
  for (let index: u32 = 0; index < count; index++) {
    const page = (from + index * frameBytes) / frameBytes;
    const entry = entryOf(queue, page);
    if (load<u32>(queue) != 0 || load<u32>(entry, 4) == page) dropEntry(entry);
  }
}

/** Gives back all that a queue has. */
export function clearQueue(queue: usize): void {
  for (let pair = queue + pairsOffset; pair < queue + queueRecordBytes; pair += 8) dropEntry(pair);
  const table = <usize>load<u32>(queue);
  if (table == 0) return;
  for (let index: u32 = 0; index < tableEntries; index++) dropEntry(table + index * 4);
  dropEntry(queue);
}

/** Gives back what a queue still has that holds nothing more but bytes before a position. */
export function dropRest(queue: usize, position: u32): void {
  dropEntry(entryOf(queue, position / frameBytes));
  if (load<u32>(queue) != 0) dropEntry(queue);
}

function dropEntry(entry: usize): void {
  const frame = load<u32>(entry);
  if (frame == 0) return;
  store<u32>(entry, 0);
  giveUpFrame(frame);
  inUse--;
}

@inline
function entryOf(queue: usize, page: u32): usize {
  const table = <usize>load<u32>(queue);
  if (table != 0) return table + (page & (tableEntries - 1)) * 4;
  return queue + pairsOffset + (page & (pairCount - 1)) * 8;
}
