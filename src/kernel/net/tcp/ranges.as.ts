// Ranges of bytes that came before those in front of them: sorted, apart from one another, in a
// page frame that is there only while there are some.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";
import { Connection } from "./connection.as";
import { earlierOf, isBefore, laterOf } from "./sequence.as";

const rangeLimit: u32 = frameBytes / 8;

/** The first sequence number of a range. */
@inline
export function rangeStart(connection: Connection, index: u32): u32 {
  return load<u32>(connection.ranges + index * 8);
}

/** The sequence number behind a range. */
@inline
export function rangeEnd(connection: Connection, index: u32): u32 {
  return load<u32>(connection.ranges + index * 8, 4);
}

/** Whether one more range that touches none would have room. */
export function hasRangeRoom(connection: Connection): bool {
  if (connection.ranges == 0) connection.ranges = allocateFrame();
  return connection.ranges != 0 && connection.rangeCount < rangeLimit;
}

/** Forgets all ranges. */
export function releaseRanges(connection: Connection): void {
  if (connection.ranges != 0) releaseFrame(connection.ranges);
  connection.ranges = 0;
  connection.rangeCount = 0;
}

/** Adds a range, joined with those that it touches. There must be room. */
export function addRange(connection: Connection, start: u32, end: u32): void {
  const ranges = connection.ranges;
  connection.latestRange = start;
  let first: u32 = 0;
  while (first < connection.rangeCount && isBefore(rangeEnd(connection, first), start)) first++;
  let last = first;
  while (last < connection.rangeCount && !isBefore(end, rangeStart(connection, last))) {
    start = earlierOf(start, rangeStart(connection, last));
    end = laterOf(end, rangeEnd(connection, last));
    last++;
  }
  const tail = ranges + last * 8;
  memory.copy(ranges + (first + 1) * 8, tail, (connection.rangeCount - last) * 8);
  connection.rangeCount = connection.rangeCount + 1 - (last - first);
  store<u32>(ranges + first * 8, start);
  store<u32>(ranges + first * 8, end, 4);
}

/** Takes the ranges out that `next` has reached: the sequence number behind what is there now. */
export function joinRanges(connection: Connection, next: u32): u32 {
  let count: u32 = 0;
  while (count < connection.rangeCount && !isBefore(next, rangeStart(connection, count))) {
    next = laterOf(next, rangeEnd(connection, count));
    count++;
  }
  if (count == 0) return next;
  connection.rangeCount -= count;
  const ranges = connection.ranges;
  memory.copy(ranges, ranges + count * 8, connection.rangeCount * 8);
  if (connection.rangeCount == 0) releaseRanges(connection);
  return next;
}

/** Whether all of a range is there. */
export function isCovered(connection: Connection, start: u32, end: u32): bool {
  for (let index: u32 = 0; index < connection.rangeCount; index++) {
    const isInside = !isBefore(start, rangeStart(connection, index))
      && !isBefore(rangeEnd(connection, index), end);
    if (isInside) return true;
  }
  return false;
}
