// Chains of buffers on their way to the device (virtio 1.2, 2.7.13).
import * as dma from "../../base/machine/dma.as";
import { fence } from "../../base/machine/processor.as";
import { notifyDevice } from "../../bus/transport.as";
import {
  descriptorBytes,
  partLimit,
  Queue,
  ringOffset,
  shadowOf,
  usedElementBytes,
} from "./queue.as";

const hasNext: u32 = 1;
const isWritable: u32 = 2;
const isIndirect: u32 = 4;

/** Used ring's flag: the device wants no notifications (2.7.8). */
const noNotify: u32 = 1;

/** Whether a chain of so many parts has room now. */
export function hasRoom(queue: Queue, parts: u32): bool {
  if (queue.isBroken || parts == 0 || parts > partLimit) return false;
  return queue.freeCount >= (queue.tables != 0 ? 1 : parts);
}

/** Begins a chain of exactly `parts` parts; false when it has no room. */
export function beginChain(queue: Queue, parts: u32): bool {
  if (!hasRoom(queue, parts)) return false;
  const head = queue.firstFree;
  queue.chainHead = head;
  queue.chainLeft = parts;
  queue.chainWritable = 0;
  if (queue.tables != 0 && parts > 1) {
    const table = queue.tables + head * partLimit * descriptorBytes;
    writeDescriptor(descriptorOf(queue, head), table, parts * descriptorBytes, isIndirect, 0);
    queue.chainPlace = table;
    queue.chainNext = 0;
    takeFree(queue, 1);
  } else {
    queue.chainPlace = 0;
    queue.chainNext = head;
    takeFree(queue, parts);
  }
  return true;
}

/** Adds a part that the device reads. */
export function addReadable(queue: Queue, pointer: usize, length: u32): void {
  addPart(queue, pointer, length, 0);
}

/** Adds a part that the device writes; these come behind those that it reads. */
export function addWritable(queue: Queue, pointer: usize, length: u32): void {
  queue.chainWritable += length;
  addPart(queue, pointer, length, isWritable);
}

/** Makes the chain available; `token` comes back with it. */
export function endChain(queue: Queue, token: u32): void {
  const shadow = shadowOf(queue, queue.chainHead);
  shadow.token = token;
  shadow.writableBytes = queue.chainWritable;
  const place = queue.nextAvailable & (queue.size - 1);
  dma.store16(queue.available + ringOffset + place * 2, queue.chainHead);
  queue.nextAvailable = (queue.nextAvailable + 1) & 0xffff;
  queue.inFlight++;
  // The processor keeps the order of stores, and so does the compiler (2.7.13.3.1).
  dma.store16(queue.available + 2, queue.nextAvailable);
}

/** Notifies the device of chains that it does not know of, if it wants that. */
export function notifyQueue(queue: Queue): void {
  // The index must be visible before the device's wish is read (2.7.13.4.1).
  fence();
  remindDevice(queue);
}

/**
 * Notifies a device that waits for chains which are there. Whoever looks for used chains in vain
 * calls this: the wish that `notifyQueue` saw may have been an old one, because QEMU before 8.1
 * leaves fences out of the code of machines with one processor, while devices have their own.
 */
export function remindDevice(queue: Queue): void {
  const now = queue.nextAvailable;
  let unknown = (now - queue.notifiedAvailable) & 0xffff;
  if (unknown == 0 || queue.inFlight == 0 || queue.isBroken) return;
  if (unknown > queue.size) {
    // The device has taken all but the last of them.
    unknown = queue.size;
    queue.notifiedAvailable = (now - unknown) & 0xffff;
  }
  if (queue.usesEvents) {
    const event = dma.load16(queue.used + ringOffset + queue.size * usedElementBytes);
    // Whether the index passed the event (2.7.10).
    if (((now - event - 1) & 0xffff) >= unknown) return;
  } else if ((dma.load16(queue.used) & noNotify) != 0) {
    return;
  }
  queue.notifiedAvailable = now;
  notifyDevice(queue.transport, queue.notifyAddress, queue.index);
}

function addPart(queue: Queue, pointer: usize, length: u32, flags: u32): void {
  queue.chainLeft--;
  const more = queue.chainLeft == 0 ? 0 : hasNext;
  if (queue.chainPlace != 0) {
    queue.chainNext++;
    writeDescriptor(queue.chainPlace, pointer, length, flags | more, queue.chainNext);
    queue.chainPlace += descriptorBytes;
    return;
  }
  const index = queue.chainNext;
  const next = shadowOf(queue, index).next;
  writeDescriptor(descriptorOf(queue, index), pointer, length, flags | more, next);
  queue.chainNext = next;
}

function writeDescriptor(place: usize, pointer: usize, length: u32, flags: u32, next: u32): void {
  dma.store64(place, <u64>pointer);
  dma.store32(place + 8, length);
  dma.store32(place + 12, flags | (next << 16));
}

/** Takes descriptors from the front of those that are free: their chain is already linked. */
function takeFree(queue: Queue, count: u32): void {
  shadowOf(queue, queue.firstFree).count = count;
  for (let taken: u32 = 0; taken < count; taken++) {
    queue.firstFree = shadowOf(queue, queue.firstFree).next;
  }
  queue.freeCount -= count;
}

function descriptorOf(queue: Queue, index: u32): usize {
  return queue.descriptors + index * descriptorBytes;
}
