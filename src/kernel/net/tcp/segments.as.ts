// Segments under way: what was sent when, and what became of it, in a ring that fills one frame.
import { allocateFrame, releaseFrame } from "../../memory/frames.as";
import { Connection } from "./connection.as";

/** Segments under way, at most. */
const ringLimit: u32 = 128;

/** Flag: the peer has it, although not all before it. */
export const sackedFlag: u32 = 1;
/** Flag: it is taken for lost, and not sent again yet. */
export const lostFlag: u32 = 2;
/** Flag: it was sent more than once. */
export const resentFlag: u32 = 4;
/** Flag: it ends with FIN, which its end counts. */
export const finSegment: u32 = 8;

/** A segment. */
@unmanaged
export class Segment {
  sentAt: u64;
  start: u32;
  /** The sequence number behind it. */
  end: u32;
  flags: u32;
  sends: u32;
  unused: u64;
}

/** A segment by its place from the oldest. */
@inline
export function segmentAt(connection: Connection, index: u32): Segment {
  const place = (connection.firstSegment + index) & (ringLimit - 1);
  return changetype<Segment>(connection.segments + place * 32);
}

/** Adds one at the end; false when there are too many, or no memory. */
export function addSegment(
  connection: Connection, end: u32, flags: u32, now: u64,
): bool {
  if (!hasSegmentRoom(connection)) return false;
  const segment = segmentAt(connection, connection.segmentCount++);
  segment.start = connection.sendNext;
  segment.end = end;
  segment.flags = flags;
  segment.sends = 1;
  segment.sentAt = now;
  return true;
}

/** Whether one more segment can be under way. */
export function hasSegmentRoom(connection: Connection): bool {
  if (connection.segmentCount == ringLimit) return false;
  if (connection.segments == 0) connection.segments = allocateFrame();
  return connection.segments != 0;
}

/** Takes the oldest out. */
export function dropFirstSegment(connection: Connection): void {
  connection.firstSegment = (connection.firstSegment + 1) & (ringLimit - 1);
  connection.segmentCount--;
}

/** Gives the ring's memory back when nothing is under way. */
export function trimSegments(connection: Connection): void {
  if (connection.segmentCount != 0 || connection.segments == 0) return;
  releaseFrame(connection.segments);
  connection.segments = 0;
}

/** Bytes that are thought to be on their way (RFC 6675, 4, pipe). */
export function bytesUnderWay(connection: Connection): u32 {
  let bytes: u32 = 0;
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    if ((segment.flags & (sackedFlag | lostFlag)) == 0) bytes += segment.end - segment.start;
  }
  // Without SACK each duplicate acknowledgement tells of one segment that has arrived.
  if (connection.usesSack != 0) return bytes;
  return bytes - min(bytes, connection.duplicateAcks * connection.segmentSize);
}
