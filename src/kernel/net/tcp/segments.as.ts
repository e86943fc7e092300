// Segments under way: what was sent when, and what became of it. The ring lies in one page frame,
// or, once that is full, in many by way of a table; frames are there only while segments lie in
// them.
import {
  allocateFrame,
  allocateZeroedFrame,
  frameBytes,
  releaseFrame,
} from "../../memory/frames.as";
import { Connection } from "./connection.as";
import { isBefore } from "./sequence.as";

const segmentBytes: u32 = 32;
const segmentsOfFrame: u32 = frameBytes / segmentBytes;
const tableEntries: u32 = 32;
const ringPlaces: u32 = tableEntries * segmentsOfFrame;

/** Segments under way, at most: the first and the last never lie in the same frame by a lap. */
const segmentLimit: u32 = ringPlaces - segmentsOfFrame;

/** Flag: the peer has it, although not all before it. */
export const sackedFlag: u32 = 1;
/** Flag: it is taken for lost, and not sent again yet. */
export const lostFlag: u32 = 2;
/** Flag: it was sent more than once. */
export const resentFlag: u32 = 4;
/** Flag: it ends with FIN, which its end counts. */
export const finSegment: u32 = 8;

/** A segment. Its flags change by the functions below alone, which count bytes by them. */
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
  let place = connection.firstSegment + index;
  let frame = connection.segments;
  if (connection.segmentTable != 0) {
    frame = load<u32>(entryOf(connection, place));
  }
  place &= segmentsOfFrame - 1;
  return changetype<Segment>(frame + place * segmentBytes);
}

@inline
function entryOf(connection: Connection, place: u32): usize {
  return connection.segmentTable + (place & (ringPlaces - 1)) / segmentsOfFrame * 4;
}

/** Adds one at the end; there must be room. */
export function addSegment(connection: Connection, end: u32, flags: u32, now: u64): void {
  const segment = segmentAt(connection, connection.segmentCount++);
  segment.start = connection.sendNext;
  segment.end = end;
  segment.flags = flags;
  segment.sends = 1;
  segment.sentAt = now;
}

/** Whether one more segment can be under way. */
export function hasSegmentRoom(connection: Connection): bool {
  const count = connection.segmentCount;
  if (connection.segmentTable != 0) return count < segmentLimit && growRing(connection);
  if (connection.segments == 0) connection.segments = allocateFrame();
  if (connection.segments == 0) return false;
  return count < segmentsOfFrame || makeTable(connection) && growRing(connection);
}

/** Puts the ring, whose frame is full, into a table. */
function makeTable(connection: Connection): bool {
  const table = allocateZeroedFrame();
  if (table == 0) return false;
  const frame = allocateFrame();
  if (frame == 0) {
    releaseFrame(table);
    return false;
  }
  const front = connection.firstSegment * segmentBytes;
  memory.copy(frame, connection.segments + front, frameBytes - front);
  memory.copy(frame + frameBytes - front, connection.segments, front);
  releaseFrame(connection.segments);
  store<u32>(table, <u32>frame);
  connection.segments = 0;
  connection.segmentTable = table;
  connection.firstSegment = 0;
  return true;
}

/** Sees to it that the place behind the last segment has a frame. */
function growRing(connection: Connection): bool {
  const entry = entryOf(connection, connection.firstSegment + connection.segmentCount);
  if (load<u32>(entry) == 0) store<u32>(entry, <u32>allocateFrame());
  return load<u32>(entry) != 0;
}

/** Takes the oldest out. */
export function dropFirstSegment(connection: Connection): void {
  forget(connection, segmentAt(connection, 0));
  const place = connection.firstSegment++;
  connection.segmentCount--;
  if (connection.segmentTable == 0) {
    connection.firstSegment &= segmentsOfFrame - 1;
    return;
  }
  connection.firstSegment &= ringPlaces - 1;
  if ((connection.firstSegment & (segmentsOfFrame - 1)) != 0) return;
  const entry = entryOf(connection, place);
  releaseFrame(load<u32>(entry));
  store<u32>(entry, 0);
}

/** Takes the first bytes of the oldest out, which are acknowledged. */
export function trimFirstSegment(connection: Connection, start: u32): void {
  const segment = segmentAt(connection, 0);
  if (!isBefore(segment.start, start)) return;
  const count = start - segment.start;
  if ((segment.flags & sackedFlag) != 0) connection.sackedBytes -= count;
  if ((segment.flags & lostFlag) != 0) connection.lostBytes -= count;
  segment.start = start;
}

/** Gives the ring's memory back when nothing is under way. */
export function trimSegments(connection: Connection): void {
  if (connection.segmentCount == 0) releaseSegments(connection);
}

/** Gives the ring's memory back with all that is in it. */
export function releaseSegments(connection: Connection): void {
  if (connection.segments != 0) releaseFrame(connection.segments);
  const table = connection.segmentTable;
  for (let index: u32 = 0; table != 0 && index < tableEntries; index++) {
    const frame = load<u32>(table + index * 4);
    if (frame != 0) releaseFrame(frame);
  }
  if (table != 0) releaseFrame(table);
  connection.segments = 0;
  connection.segmentTable = 0;
  connection.firstSegment = 0;
  connection.segmentCount = 0;
  connection.sackedBytes = 0;
  connection.sackedSegments = 0;
  connection.lostBytes = 0;
}

/** Notes that the peer has a segment. */
export function markSacked(connection: Connection, segment: Segment): void {
  forget(connection, segment);
  segment.flags |= sackedFlag;
  connection.sackedBytes += segment.end - segment.start;
  connection.sackedSegments++;
}

/** Takes a segment that the peer does not have for lost. */
export function markLost(connection: Connection, segment: Segment): void {
  if ((segment.flags & (lostFlag | sackedFlag)) != 0) return;
  segment.flags |= lostFlag;
  connection.lostBytes += segment.end - segment.start;
}

/** Notes that a segment is sent again. */
export function markResent(connection: Connection, segment: Segment, now: u64): void {
  forget(connection, segment);
  segment.flags |= resentFlag;
  segment.sends++;
  segment.sentAt = now;
}

/** Makes it one of which nothing is known. */
export function forget(connection: Connection, segment: Segment): void {
  const bytes = segment.end - segment.start;
  if ((segment.flags & lostFlag) != 0) connection.lostBytes -= bytes;
  if ((segment.flags & sackedFlag) != 0) {
    connection.sackedBytes -= bytes;
    connection.sackedSegments--;
  }
  segment.flags &= ~(lostFlag | sackedFlag);
}

/** The place of the first segment that does not begin before a sequence number. */
export function segmentsBefore(connection: Connection, sequence: u32): u32 {
  let low: u32 = 0;
  let high = connection.segmentCount;
  while (low < high) {
    const middle = (low + high) / 2;
    if (isBefore(segmentAt(connection, middle).start, sequence)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes that are thought to be on their way (RFC 6675, 4, pipe). */
export function bytesUnderWay(connection: Connection): u32 {
  if (connection.segmentCount == 0) return 0;
  const all = connection.sendNext - segmentAt(connection, 0).start;
  const bytes = all - connection.sackedBytes - connection.lostBytes;
  // Without SACK each duplicate acknowledgement tells of one segment that has arrived.
  if (connection.usesSack != 0) return bytes;
  return bytes - min(bytes, connection.duplicateAcks * connection.segmentSize);
}
