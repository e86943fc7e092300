// Sending: what may go out now (RFC 9293, 3.8.6; RFC 5681; RFC 6675).
import { ackFlag, finFlag, pshFlag } from "../wire/tcp.as";
import {
  closeWaitState,
  Connection,
  establishedState,
  finWait1State,
  lastAckState,
  never,
  synSentState,
} from "./connection.as";
import { emitAcknowledgement, emitSegment, trainLimit } from "./emit.as";
import { armTailProbe } from "./recovery.as";
import {
  addSegment,
  bytesUnderWay,
  finSegment,
  hasSegmentRoom,
  lostFlag,
  markResent,
  Segment,
  segmentAt,
} from "./segments.as";
import { isBefore } from "./sequence.as";
import { retransmitDelay } from "./round-trip.as";

/** Sends everything that may go out: what was lost, what is new, and acknowledgements. */
export function pushOutput(connection: Connection, now: u64): void {
  const state = connection.state;
  if (state >= establishedState && state <= lastAckState) {
    resendLost(connection, now);
    sendNew(connection, now, false);
    armRetransmission(connection, now);
  }
  if (connection.mustAcknowledge != 0 && state > synSentState) {
    emitAcknowledgement(connection, now);
  }
}

/** Sends what is taken for lost, oldest first, as far as the congestion window goes. */
function resendLost(connection: Connection, now: u64): void {
  if (connection.lostBytes == 0 || connection.isRecovering == 0) return;
  let underWay = bytesUnderWay(connection);
  for (let index: u32 = 0; connection.lostBytes != 0; index++) {
    const segment = segmentAt(connection, index);
    if ((segment.flags & lostFlag) == 0) continue;
    const length = segment.end - segment.start;
    // The oldest is always sent: nothing goes on without it.
    if (index != 0 && underWay + length > connection.congestionWindow) return;
    resendSegment(connection, segment, now);
    underWay += length;
  }
}

/** Sends a segment again, in pieces if segments have become smaller. */
export function resendSegment(connection: Connection, segment: Segment, now: u64): void {
  markResent(connection, segment, now);
  connection.recoverySent += segment.end - segment.start;
  const hasFin = (segment.flags & finSegment) != 0;
  const dataEnd = hasFin ? segment.end - 1 : segment.end;
  let start = segment.start;
  do {
    const length = min(dataEnd - start, connection.segmentSize);
    const isLast = start + length == dataEnd;
    let flags = ackFlag;
    if (isLast && length != 0) flags |= pshFlag;
    if (isLast && hasFin) flags |= finFlag;
    emitSegment(connection, start, length, flags, now);
    start += length;
  } while (isBefore(start, dataEnd));
}

/** Sends what was not sent before. `overrides`: silly windows do not hold it back. */
export function sendNew(connection: Connection, now: u64, overrides: bool): void {
  let underWay = bytesUnderWay(connection);
  let start = connection.sendNext;
  let limit: u32 = 0;
  let hasSent = false;
  while (connection.isFinSent == 0) {
    const available = connection.queueEnd - connection.sendNext;
    const isClosing = connection.isSendClosed != 0;
    if (available == 0 && !isClosing) break;
    const length = sendableBytes(connection, available, underWay, overrides);
    if (length == 0 && available != 0) break;
    if (length + underWay > connection.congestionWindow && underWay != 0) break;
    if (!hasSegmentRoom(connection)) break;
    if (limit == 0) limit = length == available ? length : trainLimit(connection, now);
    if (connection.sendNext + length - start > limit) {
      sendTrain(connection, start, now);
      start = connection.sendNext;
    }
    noteSegment(connection, length, isClosing && length == available, now);
    underWay += length;
    hasSent = true;
  }
  if (!hasSent) return;
  sendTrain(connection, start, now);
  armTailProbe(connection, now);
}

/** How much of what is available goes into the next segment; 0 for none yet. */
function sendableBytes(
  connection: Connection, available: u32, underWay: u32, overrides: bool,
): u32 {
  const edge = connection.unacknowledged + connection.sendWindow;
  const room = isBefore(connection.sendNext, edge) ? edge - connection.sendNext : 0;
  const length = min(min(available, room), connection.segmentSize);
  if (length == connection.segmentSize || length == 0) return length;
  const isIdle = connection.sendNext == connection.unacknowledged;
  if (length == available) {
    // Nagle (RFC 9293, 3.7.4), which must not hold back the end.
    const mayGo = isIdle || connection.isNoDelay || connection.isSendClosed != 0;
    return mayGo ? length : 0;
  }
  // The sender's part against silly windows (RFC 9293, 3.8.6.2.1).
  const isWorthIt = length >= connection.largestWindow / 2 || overrides;
  return isWorthIt ? length : 0;
}

/** Counts a segment of so many bytes as sent. */
function noteSegment(connection: Connection, length: u32, withFin: bool, now: u64): void {
  const end = connection.sendNext + length + <u32>withFin;
  if (connection.segmentCount == 0) connection.progressAt = now;
  addSegment(connection, end, withFin ? finSegment : 0, now);
  connection.recoverySent += end - connection.sendNext;
  connection.sendNext = end;
  if (withFin) enterClosing(connection);
}

/** Sends all that was noted from a sequence number on, as one packet. */
function sendTrain(connection: Connection, start: u32, now: u64): void {
  const hasFin = connection.isFinSent != 0;
  const length = connection.sendNext - start - <u32>hasFin;
  let flags = hasFin ? ackFlag | finFlag : ackFlag;
  if (length != 0 && start + length == connection.queueEnd) flags |= pshFlag;
  emitSegment(connection, start, length, flags, now);
}

function enterClosing(connection: Connection): void {
  connection.isFinSent = 1;
  if (connection.state == establishedState) connection.state = finWait1State;
  else if (connection.state == closeWaitState) connection.state = lastAckState;
}

function armRetransmission(connection: Connection, now: u64): void {
  if (connection.segmentCount != 0) {
    if (connection.isProbingWindow != 0) {
      connection.isProbingWindow = 0;
      connection.backoff = 0;
      connection.retransmitAt = never;
    }
    if (connection.retransmitAt == never) {
      connection.retransmitAt = now + retransmitDelay(connection);
    }
    return;
  }
  const isHeldBack = connection.isFinSent == 0
    && (connection.queueEnd != connection.sendNext || connection.isSendClosed != 0);
  if (!isHeldBack) {
    connection.retransmitAt = never;
    connection.isProbingWindow = 0;
    return;
  }
  if (connection.isProbingWindow != 0) return;
  connection.isProbingWindow = 1;
  connection.backoff = 0;
  connection.retransmitAt = now + retransmitDelay(connection);
}

/** Asks for the window by a segment that must be answered (RFC 9293, 3.8.6.1). */
export function probeWindow(connection: Connection, now: u64): void {
  sendNew(connection, now, true);
  if (connection.segmentCount != 0) {
    armRetransmission(connection, now);
    return;
  }
  emitSegment(connection, connection.unacknowledged - 1, 0, ackFlag, now);
  if (connection.backoff < 12) connection.backoff++;
  connection.retransmitAt = now + retransmitDelay(connection);
}
