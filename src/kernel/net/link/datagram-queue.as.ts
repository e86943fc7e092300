// What waits to be received by one socket: datagrams, or frames, of up to 64 KiB, in page frames
// that are bounded in number.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";

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

/** A datagram, at the start of its first page frame; its bytes follow, and go on in others. */
@unmanaged
class Datagram {
  fromHigh: u64;
  fromLow: u64;
  next: usize;
  /** Its second page frame, which begins with where its third one is. */
  more: usize;
  fromPort: u32;
  bytes: u32;
}

const firstOffset: u32 = 40;
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

/** Copies a datagram from an address of 16 bytes into a queue; false when there is no room. */
export function keepDatagram(
  queue: DatagramQueue, from: usize, port: u32, data: usize, length: u32,
): bool {
  const place = makeDatagram(queue, length);
  if (place == 0) {
    queue.dropped++;
    droppedCount++;
    return false;
  }
  const datagram = changetype<Datagram>(place);
  memory.copy(place, from, 16);
  datagram.fromPort = port;
  datagram.bytes = length;
  if (queue.head == 0) queue.head = place;
  else changetype<Datagram>(queue.tail).next = place;
  queue.tail = place;
  waiting++;
  const first = min(length, firstRoom);
  memory.copy(place + firstOffset, data, first);
  let frame = datagram.more;
  for (let done = first; done < length; done += otherRoom) {
    memory.copy(frame + otherOffset, data + done, min(length - done, otherRoom));
    frame = load<u32>(frame);
  }
  return true;
}

/** Page frames for a datagram, chained; 0 when they cannot be had. */
function makeDatagram(queue: DatagramQueue, length: u32): usize {
  const others: u32 = length <= firstRoom ? 0 : (length - firstRoom + otherRoom - 1) / otherRoom;
  if (queue.frames + 1 + others > frameLimit) return 0;
  const place = allocateFrame();
  if (place == 0) return 0;
  queue.frames++;
  const datagram = changetype<Datagram>(place);
  datagram.next = 0;
  datagram.more = 0;
  for (let count: u32 = 0; count < others; count++) {
    const frame = allocateFrame();
    if (frame == 0) {
      releaseChain(queue, place);
      return 0;
    }
    queue.frames++;
    store<u32>(frame, <u32>datagram.more);
    datagram.more = frame;
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
  queue.head = changetype<Datagram>(place).next;
  waiting--;
  releaseChain(queue, place);
}

/** Bytes of the first datagram of a queue that has one. */
export function headBytes(queue: DatagramQueue): u32 {
  return changetype<Datagram>(queue.head).bytes;
}

/** Writes the first datagram's sender: address of 16 bytes, port (u32). */
export function headSender(queue: DatagramQueue, from: usize): void {
  memory.copy(from, queue.head, 16);
  store<u32>(from, changetype<Datagram>(queue.head).fromPort, 16);
}

/** Copies the first datagram, as far as there is room: its bytes there. */
export function copyHead(queue: DatagramQueue, target: usize, length: u32): u32 {
  const count = min(headBytes(queue), length);
  for (let done: u32 = 0; done < count; ) {
    const part = min(count - done, headPartBytes(done));
    memory.copy(target + done, headPart(queue, done), part);
    done += part;
  }
  return count;
}

/** Where a byte of the first datagram lies. */
export function headPart(queue: DatagramQueue, offset: u32): usize {
  if (offset < firstRoom) return queue.head + firstOffset + offset;
  let frame = changetype<Datagram>(queue.head).more;
  for (offset -= firstRoom; offset >= otherRoom; offset -= otherRoom) frame = load<u32>(frame);
  return frame + otherOffset + offset;
}

/** How many bytes follow there in one piece. */
export function headPartBytes(offset: u32): u32 {
  return offset < firstRoom ? firstRoom - offset : otherRoom - (offset - firstRoom) % otherRoom;
}
