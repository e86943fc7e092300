// The received bytes of a connection: those of frames that are kept lie there, sorted by where they
// begin, all others in the queue. Where both have a byte, the frame's counts.
import { KeptFrame, keepFrame, returnKept } from "../link/kept-frames.as";
import {
  clearQueue,
  dropFrames,
  dropRest,
  readableSpan,
  spanBytes,
  writeQueue,
} from "./byte-queue.as";
import { Connection, receiveQueue } from "./connection.as";
import { isBefore, laterOf } from "./sequence.as";

/** A frame that is kept for a connection. */
@unmanaged
class KeptSegment extends KeptFrame {
  /** The sequence number of its first byte. */
  start: u32;
}

@inline
function segmentOf(place: usize): KeptSegment {
  return changetype<KeptSegment>(place);
}

@inline
function endOf(place: usize): u32 {
  return segmentOf(place).start + segmentOf(place).bytes;
}

/** Puts bytes in, from a sequence number on: how many, fewer when there is no memory. */
export function storeReceived(
  connection: Connection, start: u32, data: usize, length: u32,
): u32 {
  const place = keepFrame(changetype<usize>(connection), false, data, length);
  if (place == 0) return writeQueue(receiveQueue(connection), start, data, length);
  segmentOf(place).start = start;
  let before: usize = 0;
  let after = connection.keptSegments;
  while (after != 0 && !isBefore(start, segmentOf(after).start)) {
    before = after;
    after = segmentOf(after).next;
  }
  segmentOf(place).next = after;
  if (before == 0) connection.keptSegments = place;
  else segmentOf(before).next = place;
  return length;
}

/** The first frame with bytes at a position or behind it; 0 for none. */
function keptFrom(connection: Connection, position: u32): usize {
  let place = connection.keptSegments;
  while (place != 0 && !isBefore(position, endOf(place))) place = segmentOf(place).next;
  return place;
}

/** Where the byte at a position lies, which has come. */
export function receivedPlace(connection: Connection, position: u32): usize {
  const place = keptFrom(connection, position);
  if (place == 0 || isBefore(position, segmentOf(place).start)) {
    return readableSpan(receiveQueue(connection), position);
  }
  return segmentOf(place).data + (position - segmentOf(place).start);
}

/** How many bytes follow one another there, at most. */
export function receivedSpan(connection: Connection, position: u32): u32 {
  const place = keptFrom(connection, position);
  if (place == 0) return spanBytes(position);
  const start = segmentOf(place).start;
  if (isBefore(position, start)) return min(spanBytes(position), start - position);
  return endOf(place) - position;
}

/** Gives back the memory of bytes between two positions, before which there are none. */
export function dropReceived(connection: Connection, from: u32, to: u32): void {
  dropFrames(receiveQueue(connection), from, to);
  let place = connection.keptSegments;
  while (place != 0 && !isBefore(to, endOf(place))) {
    connection.keptSegments = segmentOf(place).next;
    returnKept(place);
    place = connection.keptSegments;
  }
}

/** The same, when there are none behind them either. */
export function dropAllReceived(connection: Connection, from: u32, to: u32): void {
  dropReceived(connection, from, to);
  dropRest(receiveQueue(connection), to);
}

/** Gives back the memory of all received bytes. */
export function clearReceived(connection: Connection): void {
  clearQueue(receiveQueue(connection));
  while (connection.keptSegments != 0) {
    const place = connection.keptSegments;
    connection.keptSegments = segmentOf(place).next;
    returnKept(place);
  }
}

/** Copies what is left of a kept frame into the queue; false when there is no memory. */
export function moveSegment(place: usize): bool {
  const segment = segmentOf(place);
  const connection = changetype<Connection>(segment.keeper);
  const start = laterOf(segment.start, connection.readNext);
  const data = segment.data + (start - segment.start);
  const length = endOf(place) - start;
  if (writeQueue(receiveQueue(connection), start, data, length) != length) return false;
  if (connection.keptSegments == place) {
    connection.keptSegments = segment.next;
  } else {
    let before = connection.keptSegments;
    while (segmentOf(before).next != place) before = segmentOf(before).next;
    segmentOf(before).next = segment.next;
  }
  returnKept(place);
  return true;
}
