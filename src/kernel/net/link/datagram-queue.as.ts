// What waits to be received by one socket: datagrams, or frames, of up to 64 KiB, in page frames
// that are bounded in number, or where their device has put them.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";
import { KeptFrame, keepFrame, returnKept } from "./kept-frames.as";

/** Page frames of one queue, at most: 256 KiB. */
const frameLimit: u32 = 64;

/** A queue. Zeroes are an empty one. */
@unmanaged
export class DatagramQueue {
  head: usize;
  tail: usize;
  /** Page frames that it has. */
  frames: u32;
  /** Datagrams that had no room. */
  dropped: u32;
}

/**
 * A datagram, at the start of its first page frame, where its data begin behind this record and go
 * on in others; or of a frame that is kept, which has a keeper, and all data in one piece.
 */
@unmanaged
class Datagram extends KeptFrame {
  fromHigh: u64;
  fromLow: u64;
  /** Its second page frame, which begins with where its third one is. */
  more: usize;
  fromPort: u32;
}

const firstOffset: u32 = 48;
const firstRoom: u32 = frameBytes - firstOffset;
const otherOffset: u32 = 8;
const otherRoom: u32 = frameBytes - otherOffset;

let waiting: u32 = 0;
let droppedCount: u32 = 0;

/** Datagrams that wait in all queues. */
export function datagramsWaiting(): u32 {
  return waiting;
}

/** Datagrams that had no room in their queue, or found no memory. */
export function droppedDatagrams(): u32 {
  return droppedCount;
}

/**
 * Keeps a datagram from an address of 16 bytes, where it is if its frame can be kept; false when
 * there is no room.
 */
export function takeInDatagram(
  queue: DatagramQueue, from: usize, port: u32, data: usize, length: u32,
): bool {
  const frames = framesFor(length);
  const hasRoom = queue.frames + frames <= frameLimit;
  const place = hasRoom ? keepFrame(changetype<usize>(queue), true, data, length) : 0;
  if (place == 0) return keepDatagram(queue, from, port, data, length);
  // As many as there are when it has to be copied after all.
  queue.frames += frames;
  append(queue, place, from, port);
  return true;
}

/** Copies a datagram from an address of 16 bytes into a queue; false when there is no room. */
export function keepDatagram(
  queue: DatagramQueue, from: usize, port: u32, data: usize, length: u32,
): bool {
  const place = makeDatagram(queue, data, length);
  if (place == 0) {
    queue.dropped++;
    droppedCount++;
    return false;
  }
  append(queue, place, from, port);
  return true;
}

function append(queue: DatagramQueue, place: usize, from: usize, port: u32): void {
  const datagram = changetype<Datagram>(place);
  datagram.next = 0;
  datagram.fromHigh = load<u64>(from);
  datagram.fromLow = load<u64>(from, 8);
  datagram.fromPort = port;
  if (queue.head == 0) queue.head = place;
  else changetype<Datagram>(queue.tail).next = place;
  queue.tail = place;
  waiting++;
}

/** Copies a kept datagram after all; false when there is no memory. */
export function moveDatagram(place: usize): bool {
  const kept = changetype<Datagram>(place);
  const queue = changetype<DatagramQueue>(kept.keeper);
  const frames = framesFor(kept.bytes);
  queue.frames -= frames;
  const target = makeDatagram(queue, kept.data, kept.bytes);
  if (target == 0) {
    queue.frames += frames;
    return false;
  }
  const copy = changetype<Datagram>(target);
  copy.next = kept.next;
  copy.fromHigh = kept.fromHigh;
  copy.fromLow = kept.fromLow;
  copy.fromPort = kept.fromPort;
  if (queue.tail == place) queue.tail = target;
  if (queue.head == place) {
    queue.head = target;
  } else {
    let before = changetype<Datagram>(queue.head);
    while (before.next != place) before = changetype<Datagram>(before.next);
    before.next = target;
  }
  returnKept(place);
  return true;
}

/** Page frames that a copy takes. */
function framesFor(length: u32): u32 {
  return length <= firstRoom ? 1 : 1 + (length - firstRoom + otherRoom - 1) / otherRoom;
}

/** A copy of a datagram in page frames, chained; 0 when they cannot be had. */
function makeDatagram(queue: DatagramQueue, data: usize, length: u32): usize {
  const frames = framesFor(length);
  if (queue.frames + frames > frameLimit) return 0;
  const place = allocateFrame();
  if (place == 0) return 0;
  queue.frames++;
  const datagram = changetype<Datagram>(place);
  datagram.keeper = 0;
  datagram.data = place + firstOffset;
  datagram.bytes = length;
  datagram.more = 0;
  for (let count: u32 = 1; count < frames; count++) {
    const frame = allocateFrame();
    if (frame == 0) {
      releaseChain(queue, place);
      return 0;
    }
    queue.frames++;
    store<u32>(frame, <u32>datagram.more);
    datagram.more = frame;
  }
  const first = min(length, firstRoom);
  memory.copy(datagram.data, data, first);
  let frame = datagram.more;
  for (let done = first; done < length; done += otherRoom) {
    memory.copy(frame + otherOffset, data + done, min(length - done, otherRoom));
    frame = load<u32>(frame);
  }
  return place;
}

function releaseChain(queue: DatagramQueue, place: usize): void {
  let frame = changetype<Datagram>(place).more;
  releaseFrame(place);
  queue.frames--;
  while (frame != 0) {
    const next = load<u32>(frame);
    releaseFrame(frame);
    queue.frames--;
    frame = next;
  }
}

/** Drops the first datagram of a queue that has one. */
export function dropDatagram(queue: DatagramQueue): void {
  const place = queue.head;
  const datagram = changetype<Datagram>(place);
  queue.head = datagram.next;
  waiting--;
  if (datagram.keeper == 0) {
    releaseChain(queue, place);
  } else {
    queue.frames -= framesFor(datagram.bytes);
    returnKept(place);
  }
}

/** Bytes of the first datagram of a queue that has one. */
export function headBytes(queue: DatagramQueue): u32 {
  return changetype<Datagram>(queue.head).bytes;
}

/** Writes the first datagram's sender: address of 16 bytes, port (u32). */
export function headSender(queue: DatagramQueue, from: usize): void {
  const datagram = changetype<Datagram>(queue.head);
  store<u64>(from, datagram.fromHigh);
  store<u64>(from, datagram.fromLow, 8);
  store<u32>(from, datagram.fromPort, 16);
}

/** Copies the first datagram, as far as there is room: its bytes there. */
export function copyHead(queue: DatagramQueue, target: usize, length: u32): u32 {
  const count = min(headBytes(queue), length);
  for (let done: u32 = 0; done < count; ) {
    const part = min(count - done, headPartBytes(queue, done));
    memory.copy(target + done, headPart(queue, done), part);
    done += part;
  }
  return count;
}

/** Where a byte of the first datagram lies. */
export function headPart(queue: DatagramQueue, offset: u32): usize {
  const datagram = changetype<Datagram>(queue.head);
  if (offset < firstRoom || datagram.keeper != 0) return datagram.data + offset;
  let frame = datagram.more;
  for (offset -= firstRoom; offset >= otherRoom; offset -= otherRoom) frame = load<u32>(frame);
  return frame + otherOffset + offset;
}

/** How many bytes follow there in one piece. */
export function headPartBytes(queue: DatagramQueue, offset: u32): u32 {
  const datagram = changetype<Datagram>(queue.head);
  if (datagram.keeper != 0) return datagram.bytes - offset;
  return offset < firstRoom ? firstRoom - offset : otherRoom - (offset - firstRoom) % otherRoom;
}
