// A split virtqueue: its memory and its record (virtio 1.2, 2.7).
import { memoryFailure, queueFailure } from "../../bus/failures.as";
import { eventIndex, hasFeature, indirectDescriptors } from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { enableQueue, notifyAddress, queueSizeLimit } from "../../bus/transport.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";

/** Bytes of a descriptor: u64 address, u32 length, u16 flags, u16 next (2.7.5). */
export const descriptorBytes: u32 = 16;

/** Bytes of an element of the used ring: u32 head, u32 length (2.7.8). */
export const usedElementBytes: u32 = 8;

/** Where the rings begin behind flags and index. */
export const ringOffset: u32 = 4;

/** A chain has at most so many parts. */
export const partLimit: u32 = 32;

/** More descriptors than that are of no use to one processor. */
const sizeLimit: u32 = 256;

/** What the queue knows of a descriptor: it would be foolish to read that back from the ring. */
@unmanaged
class Shadow {
  /** The driver's token, of a chain's head. */
  token: u32;
  /** Bytes that the device may write, of a chain's head. */
  writableBytes: u32;
  /** Descriptors of the chain, of its head when the device has it; else 0. */
  count: u32;
  /** The next free descriptor, or the next of the chain. */
  next: u32;
}

/** One queue. Indices count from 0 and wrap at 65,536, as the rings' do. */
@unmanaged
export class Queue {
  transport: Transport;
  index: u32;
  /** Where this queue's notifications are written. */
  notifyAddress: u64;
  /** Descriptors, a power of two. */
  size: u32;
  descriptors: usize;
  available: usize;
  used: usize;
  shadows: usize;
  /** Indirect tables of `partLimit` descriptors, one for each descriptor; 0 for none. */
  tables: usize;
  firstFree: u32;
  freeCount: u32;
  /** Chains that the device has. */
  inFlight: u32;
  nextAvailable: u32;
  /** `nextAvailable` when the device was last notified, or an index of which it knows. */
  notifiedAvailable: u32;
  nextUsed: u32;
  usesEvents: bool;
  /** Whether the driver wants to be notified. */
  isListening: bool;
  /** Whether the device broke the rules. */
  isBroken: bool;
  /** How often the device broke the rules. */
  violations: u32;
  /** Bytes that the device wrote into the chain that was taken last. */
  takenBytes: u32;
  // The chain under construction.
  chainHead: u32;
  chainPlace: usize;
  chainLeft: u32;
  chainNext: u32;
  chainWritable: u32;
}

/**
 * Makes a queue of at most `wanted` descriptors and gives it to the device; the driver cannot do
 * with less than `leastSize`. With `indirect`, chains of several parts take one descriptor if the
 * device allows. A queue that had memory before keeps it. Returns 0 or a failure.
 */
export function makeQueue(
  queue: Queue, transport: Transport, index: u32, wanted: u32, leastSize: u32, indirect: bool,
): u32 {
  const limit = queueSizeLimit(transport, index);
  const size = powerOfTwo(min(min(limit, wanted), sizeLimit));
  if ((limit == 0) | (size < leastSize)) return queueFailure;
  if (queue.descriptors == 0 && !allocate(queue, size, indirect)) return memoryFailure;
  // A device that offers less after a reset than before is not followed there.
  if (queue.size > limit) return queueFailure;
  clear(queue);
  queue.transport = transport;
  queue.index = index;
  queue.usesEvents = hasFeature(transport, eventIndex);
  queue.tables = select<usize>(queue.tables, 0, hasFeature(transport, indirectDescriptors));
  queue.notifyAddress = notifyAddress(transport, index);
  if (queue.notifyAddress == 0) return queueFailure;
  const isEnabled = enableQueue(
    transport, index, queue.size, queue.descriptors, queue.available, queue.used,
  );
  return isEnabled ? 0 : queueFailure;
}

/** The shadow of a descriptor. */
@inline
export function shadowOf(queue: Queue, index: u32): Shadow {
  return changetype<Shadow>(queue.shadows + index * offsetof<Shadow>());
}

function allocate(queue: Queue, size: u32, indirect: bool): bool {
  const ringBytes = (size * descriptorBytes + ringBytesOf(size) + 15) & ~15;
  const frames = framesOf(ringBytes + size * offsetof<Shadow>());
  const tableFrames = indirect ? framesOf(size * partLimit * descriptorBytes) : 0;
  const start = allocateFrames(frames + tableFrames);
  if (start == 0) return false;
  queue.size = size;
  queue.descriptors = start;
  queue.available = start + size * descriptorBytes;
  queue.used = (queue.available + ringOffset + 2 * size + 2 + 3) & ~3;
  queue.shadows = start + ringBytes;
  queue.tables = indirect ? start + frames * frameBytes : 0;
  return true;
}

/** Bytes of the available and the used ring, with their events and the gap between them. */
function ringBytesOf(size: u32): u32 {
  return ringOffset + 2 * size + 2 + 3 + ringOffset + usedElementBytes * size + 2;
}

/** Everything as at the beginning: empty rings without wishes, all descriptors free. */
function clear(queue: Queue): void {
  const size = queue.size;
  store<u32>(queue.available, 0);
  store<u16>(queue.available + ringOffset + size * 2, 0);
  store<u32>(queue.used, 0);
  store<u16>(queue.used + ringOffset + size * usedElementBytes, 0);
  for (let index: u32 = 0; index < size; index++) {
    const shadow = shadowOf(queue, index);
    shadow.count = 0;
    shadow.next = index + 1;
  }
  queue.firstFree = 0;
  queue.freeCount = size;
  queue.inFlight = 0;
  queue.nextAvailable = 0;
  queue.notifiedAvailable = 0;
  queue.nextUsed = 0;
  queue.isListening = true;
  queue.isBroken = false;
  queue.chainLeft = 0;
}

function framesOf(bytes: u32): u32 {
  return (bytes + frameBytes - 1) / frameBytes;
}

/** The largest power of two that is not above a number; of 0, any. */
function powerOfTwo(value: u32): u32 {
  return 1 << (31 - <u32>clz(value));
}
