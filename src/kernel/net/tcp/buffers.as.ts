// How much of a stream a connection keeps, both ways: as much as its path is found to need, or as
// an app says, and less when memory is short.
import { frameBytes } from "../../memory/frames.as";
import { isQueueMemoryShort, largestQueue, leastCapacity } from "./byte-queue.as";
import { Connection } from "./connection.as";
import { timestampNow } from "./round-trip.as";

/** What a stream to be sent has from the beginning. */
const usualSendCapacity: u32 = 0x2_0000;
/** What is advertised beyond what is there already, when memory is short. */
const shortCapacity: u32 = 4 * frameBytes;
const millisecond: u64 = 1_000_000;
const longestRoundTripMs: u32 = 10_000;

/** Begins. */
export function startBuffers(connection: Connection): void {
  if (connection.isReceiveFixed == 0) connection.receiveCapacity = leastCapacity;
}

/** Bytes of the stream to be sent that are kept, at most: twice what may be under way. */
export function sendCapacityOf(connection: Connection): u32 {
  if (connection.sendCapacity != 0) return connection.sendCapacity;
  return min(max(2 * connection.congestionWindow, usualSendCapacity), largestQueue());
}

/** Bytes of the received stream that are kept, at most, for now. */
export function receiveCapacityOf(connection: Connection): u32 {
  const capacity = connection.receiveCapacity;
  return isQueueMemoryShort() ? min(capacity, shortCapacity) : capacity;
}

/** Fixes the capacity of the received stream. */
export function fixReceiveCapacity(connection: Connection, bytes: u32): void {
  connection.receiveCapacity = clampCapacity(bytes);
  connection.isReceiveFixed = 1;
}

/** Fixes the capacity of the stream to be sent. */
export function fixSendCapacity(connection: Connection, bytes: u32): void {
  connection.sendCapacity = clampCapacity(bytes);
}

function clampCapacity(bytes: u32): u32 {
  return min(max(bytes, frameBytes), largestQueue());
}

/** A round trip as one who receives sees it: by the timestamp that a segment echoes. */
function receivingRoundTrip(connection: Connection, echo: u32, now: u64): u64 {
  const round = connection.smoothedRoundTrip;
  if (connection.usesTimestamps == 0) return round;
  const echoedMs = timestampNow(connection, now) - echo;
  return echoedMs > longestRoundTripMs ? round : max(round, <u64>echoedMs * millisecond);
}

/**
 * Doubles what is advertised when the whole of it came within two round trips, and was read: then
 * it, and nothing else, holds the peer back. `echo` is the timestamp that the last segment brought
 * back.
 */
export function tuneReceiving(connection: Connection, echo: u32, now: u64): void {
  if (<i32>(connection.receiveNext - connection.tuneEdge) < 0) return;
  const elapsed = now - connection.tuneAt;
  const round = receivingRoundTrip(connection, echo, now);
  const unread = connection.receiveNext - connection.readNext;
  const isHeldBack = round != 0 && connection.receiveScale != 0
    && elapsed <= 2 * round + millisecond && unread <= connection.receiveCapacity / 2;
  connection.tuneEdge = connection.windowEdge;
  connection.tuneAt = now;
  if (!isHeldBack || connection.isReceiveFixed != 0 || isQueueMemoryShort()) return;
  connection.receiveCapacity = min(2 * connection.receiveCapacity, largestQueue());
}
