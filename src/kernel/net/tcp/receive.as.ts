// Segments that come in for a connection (RFC 9293, 3.10.7.4, in its order).
import { connectionReset } from "../../base/errno.as";
import { ackFlag, finFlag, rstFlag, synFlag, Tcp } from "../wire/tcp.as";
import { finishHandshake } from "./accept.as";
import { isAcknowledgementSound, takeAcknowledgement } from "./acknowledge.as";
import { tuneReceiving } from "./buffers.as";
import { takeInSynSent } from "./connect.as";
import {
  closeWaitState,
  closingState,
  Connection,
  establishedState,
  finWait1State,
  finWait2State,
  lastAckState,
  never,
  noteChange,
  synReceivedState,
  synSentState,
  timeWaitState,
} from "./connection.as";
import { emitAcknowledgement, emitReset, emitSegment } from "./emit.as";
import { endConnection, enterTimeWait } from "./ending.as";
import { addRange, hasRangeRoom, isCovered, joinRanges } from "./ranges.as";
import { storeReceived } from "./received.as";
import { pushOutput } from "./send.as";
import { isBefore } from "./sequence.as";

const acknowledgeDelay: u64 = 40_000_000; // RFC 9293, 3.8.6.3: less than 500 ms
const challengeLimit: u32 = 100; // RFC 5961, 7: in a second
const second: u64 = 1_000_000_000;
/** RFC 7323, 5.5: after 24 days without a segment a timestamp says nothing. */
const timestampLifetime: u64 = 24 * 86_400 * second;
const orphanTime: u64 = 60 * second;

let challengesLeft: u32 = 0;
let challengeEpoch: u64 = 0;

/** Takes a segment for a connection. `addresses` are the segment's. */
export function takeSegment(
  connection: Connection, tcp: Tcp, data: usize, addresses: usize, now: u64,
): void {
  connection.lastReceivedAt = now;
  connection.keepAliveProbes = 0;
  if (connection.keepAliveAt != never) connection.keepAliveAt = now + connection.keepAliveTime;
  if (connection.state == synSentState) {
    takeInSynSent(connection, tcp, addresses, now);
    pushOutput(connection, now);
    return;
  }
  if (!areTimestampsSound(connection, tcp, now) || !isInWindow(connection, tcp)) {
    answerUnacceptable(connection, tcp, now);
    return;
  }
  if ((tcp.flags & rstFlag) != 0) {
    takeReset(connection, tcp, now);
    return;
  }
  // RFC 5961, 4.2: a SYN within the window is answered, not believed.
  if ((tcp.flags & synFlag) != 0) {
    challenge(connection, now);
    return;
  }
  if ((tcp.flags & ackFlag) == 0) return;
  noteTimestamp(connection, tcp, now);
  if (!takeAck(connection, tcp, addresses, now)) return;
  takeData(connection, tcp, data, now);
  if (connection.state != timeWaitState) pushOutput(connection, now);
  else if (connection.mustAcknowledge != 0) emitAcknowledgement(connection, now);
}

/** PAWS (RFC 7323, 5.3). */
function areTimestampsSound(connection: Connection, tcp: Tcp, now: u64): bool {
  if (connection.usesTimestamps == 0 || (tcp.flags & rstFlag) != 0) return true;
  if (tcp.hasTimestamps == 0) return (tcp.flags & synFlag) != 0;
  if (!isBefore(tcp.timestamp, connection.recentTimestamp)) return true;
  return now - connection.recentTimestampAt > timestampLifetime;
}

/** RFC 7323, 4.3: the timestamp of the segment at the edge of what is acknowledged is echoed. */
function noteTimestamp(connection: Connection, tcp: Tcp, now: u64): void {
  if (connection.usesTimestamps == 0 || tcp.hasTimestamps == 0) return;
  if (isBefore(connection.lastAcknowledged, tcp.sequence)) return;
  if (isBefore(tcp.timestamp, connection.recentTimestamp)) return;
  connection.recentTimestamp = tcp.timestamp;
  connection.recentTimestampAt = now;
}

/** RFC 9293, 3.10.7.4, first: table 6. With no window, what carries data is read for its ACK. */
function isInWindow(connection: Connection, tcp: Tcp): bool {
  const length = tcp.dataBytes + (tcp.flags & finFlag) + (tcp.flags >> 1 & 1);
  const next = connection.receiveNext;
  const edge = connection.windowEdge;
  if (tcp.sequence == next) return true;
  if (!isBefore(next, edge)) return false;
  if (!isBefore(tcp.sequence, next) && isBefore(tcp.sequence, edge)) return true;
  const last = tcp.sequence + length - 1;
  return length != 0 && !isBefore(last, next) && isBefore(last, edge);
}

function answerUnacceptable(connection: Connection, tcp: Tcp, now: u64): void {
  if ((tcp.flags & rstFlag) != 0) return;
  if (connection.state == timeWaitState) enterTimeWait(connection, now);
  const end = tcp.sequence + tcp.dataBytes;
  const isOld = tcp.dataBytes != 0 && !isBefore(connection.receiveNext, end);
  if (isOld && connection.state >= establishedState) noteDuplicate(connection, tcp.sequence, end);
  // Bounded, or two hosts that disagree would answer one another for ever.
  if (takeChallenge(now)) emitAcknowledgement(connection, now);
}

/** Bytes that had come before are told of (RFC 2883). */
function noteDuplicate(connection: Connection, start: u32, end: u32): void {
  connection.duplicateStart = start;
  connection.duplicateEnd = end;
}

/** RFC 5961, 3.2: only exactly the next number resets. */
function takeReset(connection: Connection, tcp: Tcp, now: u64): void {
  if (tcp.sequence != connection.receiveNext) {
    challenge(connection, now);
    return;
  }
  const isOver = connection.state == timeWaitState || connection.state == lastAckState
    || connection.state == closingState;
  endConnection(connection, isOver ? 0 : connectionReset);
}

function challenge(connection: Connection, now: u64): void {
  if (takeChallenge(now)) emitAcknowledgement(connection, now);
}

function takeChallenge(now: u64): bool {
  if (now >= challengeEpoch + second || challengeEpoch == 0) {
    challengeEpoch = max<u64>(now, 1);
    challengesLeft = challengeLimit;
  }
  if (challengesLeft == 0) return false;
  challengesLeft--;
  return true;
}

/** Takes the acknowledgement; false when the segment is of no more use. */
function takeAck(connection: Connection, tcp: Tcp, addresses: usize, now: u64): bool {
  if (connection.state == synReceivedState) {
    const isRight = tcp.acknowledgement == connection.initialSend + 1;
    if (!isRight) {
      emitReset(tcp, addresses, now);
      return false;
    }
    if (!finishHandshake(connection, tcp, now)) return false;
  } else if (!isAcknowledgementSound(connection, tcp.acknowledgement)) {
    challenge(connection, now);
    return false;
  }
  if (connection.state == timeWaitState) return true;
  takeAcknowledgement(connection, tcp, now);
  const isEndKnown = connection.isFinSent != 0
    && connection.unacknowledged == connection.queueEnd + 1;
  return isEndKnown ? takeEndKnown(connection, now) : true;
}

/** The peer knows that this side has ended. */
function takeEndKnown(connection: Connection, now: u64): bool {
  if (connection.state == finWait1State) {
    connection.state = finWait2State;
    // Nobody waits for the peer's end any more: not for ever then.
    if (connection.isHeld == 0) connection.waitAt = now + orphanTime;
  } else if (connection.state == closingState) {
    enterTimeWait(connection, now);
  } else if (connection.state == lastAckState) {
    endConnection(connection, 0);
    return false;
  }
  return true;
}

function takeData(connection: Connection, tcp: Tcp, data: usize, now: u64): void {
  const hasFin = (tcp.flags & finFlag) != 0;
  if (tcp.dataBytes == 0 && !hasFin) return;
  const mayCome = connection.state == establishedState || connection.state == finWait1State
    || connection.state == finWait2State;
  if (!mayCome) {
    connection.mustAcknowledge = 1;
    if (connection.state == timeWaitState) enterTimeWait(connection, now);
    return;
  }
  if (tcp.dataBytes != 0 && connection.isHeld == 0 && connection.listener == 0) {
    refuseData(connection, tcp, now);
    return;
  }
  const before = connection.receiveNext;
  const hadRanges = connection.rangeCount != 0;
  storeData(connection, tcp, data);
  const finSequence = tcp.sequence + tcp.dataBytes;
  if (hasFin && isBefore(finSequence, connection.windowEdge)) {
    connection.hasFin = 1;
    connection.finSequence = finSequence;
  }
  takeFin(connection, now);
  if (connection.receiveNext == before || hadRanges || hasFin) {
    connection.mustAcknowledge = 1;
  } else {
    planAcknowledgement(connection, tcp.dataBytes, now);
  }
  if (connection.receiveNext == before) return;
  tuneReceiving(connection, tcp.timestampEcho, now);
  noteChange(connection);
}

/** Nobody will ever read it: the peer must know (RFC 1122, 4.2.2.13). */
function refuseData(connection: Connection, tcp: Tcp, now: u64): void {
  const end = tcp.sequence + tcp.dataBytes;
  if (!isBefore(connection.receiveNext, end)) {
    connection.mustAcknowledge = 1;
    return;
  }
  resetConnection(connection, connectionReset, now);
}

/** Breaks a connection off, and tells the peer. */
export function resetConnection(connection: Connection, error: u32, now: u64): void {
  emitSegment(connection, connection.sendNext, 0, rstFlag | ackFlag, now);
  endConnection(connection, error);
}

function storeData(connection: Connection, tcp: Tcp, data: usize): void {
  let start = tcp.sequence;
  let end = start + tcp.dataBytes;
  const next = connection.receiveNext;
  if (isBefore(start, next)) {
    if (!isBefore(next, end)) noteDuplicate(connection, start, end);
    data += next - start;
    start = next;
  }
  if (isBefore(connection.windowEdge, end)) end = connection.windowEdge;
  if (!isBefore(start, end)) return;
  const isNext = start == next;
  if (!isNext) {
    if (isCovered(connection, start, end)) {
      noteDuplicate(connection, start, end);
      return;
    }
    if (!hasRangeRoom(connection)) return;
  }
  const stored = connection.isReceiveClosed != 0
    ? end - start
    : storeReceived(connection, start, data, end - start);
  if (stored == 0) return;
  if (!isNext) {
    addRange(connection, start, start + stored);
    return;
  }
  connection.receiveNext = joinRanges(connection, start + stored);
  if (connection.isReceiveClosed != 0) connection.readNext = connection.receiveNext;
}

/** The peer has ended, and all before its end has come (RFC 9293, 3.10.7.4, eighth). */
function takeFin(connection: Connection, now: u64): void {
  if (connection.hasFin == 0 || connection.receiveNext != connection.finSequence) return;
  if (connection.isFinReceived != 0) return;
  connection.isFinReceived = 1;
  connection.receiveNext++;
  connection.mustAcknowledge = 1;
  if (connection.state == establishedState) {
    connection.state = closeWaitState;
  } else if (connection.state == finWait1State) {
    connection.state = closingState;
  } else if (connection.state == finWait2State) {
    enterTimeWait(connection, now);
  }
  noteChange(connection);
}

/**
 * At least every second segment is acknowledged (RFC 9293, 3.8.6.3); a device may have joined
 * several to one.
 */
function planAcknowledgement(connection: Connection, bytes: u32, now: u64): void {
  connection.unacknowledgedSegments += bytes > connection.segmentSize ? 2 : 1;
  if (connection.unacknowledgedSegments >= 2) connection.mustAcknowledge = 1;
  else if (connection.acknowledgeAt == never) connection.acknowledgeAt = now + acknowledgeDelay;
}
