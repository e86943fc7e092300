// Acknowledgements that come in (RFC 9293, 3.10.7.4, fifth; RFC 5681; RFC 2018).
import { sackBlock, Tcp } from "../wire/tcp.as";
import { dropRest, dropFrames } from "./byte-queue.as";
import { growWindow } from "./congestion.as";
import { Connection, never, noteChange, sendQueue } from "./connection.as";
import {
  applySack,
  armTailProbe,
  detectLoss,
  leaveRecovery,
  noteDelivered,
  noteNeedless,
  reduceRate,
} from "./recovery.as";
import { noteRoundTrip, retransmitDelay } from "./round-trip.as";
import {
  dropFirstSegment,
  resentFlag,
  sackedFlag,
  segmentAt,
  trimFirstSegment,
  trimSegments,
} from "./segments.as";
import { earlierOf, isBefore } from "./sequence.as";

/**
 * Whether an acknowledgement can be the peer's: of what was sent, and not older than a window
 * (RFC 5961, 5.2).
 */
export function isAcknowledgementSound(connection: Connection, acknowledgement: u32): bool {
  if (isBefore(connection.sendNext, acknowledgement)) return false;
  return !isBefore(acknowledgement, connection.unacknowledged - connection.largestWindow);
}

/** Takes an acknowledgement that is sound. */
export function takeAcknowledgement(connection: Connection, tcp: Tcp, now: u64): void {
  const acknowledgement = tcp.acknowledgement;
  const isNew = isBefore(connection.unacknowledged, acknowledgement);
  const deliveredBefore = connection.unacknowledged + connection.sackedBytes;
  const lostBefore = connection.lostBytes;
  const sacked = takeSack(connection, tcp, now);
  const window = tcp.window << connection.sendScale;
  if (isNew) advance(connection, acknowledgement, now);
  else noteDuplicate(connection, tcp, window);
  updateWindow(connection, tcp, window);
  if (isNew || sacked != 0 || connection.duplicateAcks != 0) detectLoss(connection, isNew, now);
  const delivered = connection.unacknowledged + connection.sackedBytes - deliveredBefore;
  const isSafe = isNew && connection.lostBytes <= lostBefore;
  reduceRate(connection, delivered, isSafe);
  leaveRecovery(connection);
  if (!isNew) return;
  if (connection.segmentCount == 0) connection.lossAt = never;
  else if (connection.isTailProbe != 0) armTailProbe(connection, now);
}

/** Bytes that the segment newly acknowledges selectively. */
function takeSack(connection: Connection, tcp: Tcp, now: u64): u32 {
  if (connection.usesSack == 0) return 0;
  let bytes: u32 = 0;
  for (let index: u32 = 0; index < tcp.sackCount; index++) {
    const start = load<u32>(sackBlock(tcp, index));
    const end = load<u32>(sackBlock(tcp, index), 4);
    const isSound = isBefore(start, end) && !isBefore(connection.sendNext, end)
      && isBefore(connection.unacknowledged, end) && !isBefore(start, tcp.acknowledgement);
    if (isSound) bytes += applySack(connection, start, end, now);
    // What the acknowledgement covers already was received twice.
    const isTwice = index == 0 && isBefore(start, end) && !isBefore(tcp.acknowledgement, end);
    if (isTwice) noteNeedless(connection, tcp.acknowledgement);
  }
  return bytes;
}

function advance(connection: Connection, acknowledgement: u32, now: u64): void {
  const before = connection.unacknowledged;
  dropSegments(connection, acknowledgement, now);
  const dataFrom = earlierOf(before, connection.queueEnd);
  const dataTo = earlierOf(acknowledgement, connection.queueEnd);
  dropFrames(sendQueue(connection), dataFrom, dataTo);
  if (dataTo == connection.queueEnd) dropRest(sendQueue(connection), dataTo);
  const wasFull = isCongestionLimited(connection);
  connection.unacknowledged = acknowledgement;
  connection.backoff = 0;
  connection.progressAt = now;
  connection.duplicateAcks = 0;
  connection.retransmitAt = connection.segmentCount == 0
    ? never
    : now + retransmitDelay(connection);
  if (!isBefore(acknowledgement, connection.tailProbeEnd)) connection.hasTailProbe = 0;
  const mayGrow = connection.isRecovering == 0 || connection.isAfterTimeout != 0;
  if (mayGrow && wasFull) growWindow(connection, acknowledgement - before, now);
  noteChange(connection);
}

/** A window that is not used up has not been tried, so it must not grow (RFC 7661). */
function isCongestionLimited(connection: Connection): bool {
  const flight = connection.sendNext - connection.unacknowledged;
  if (connection.congestionWindow < connection.slowStartThreshold) {
    return flight * 2 >= connection.congestionWindow;
  }
  return flight + connection.segmentSize >= connection.congestionWindow;
}

function dropSegments(connection: Connection, acknowledgement: u32, now: u64): void {
  while (connection.segmentCount != 0) {
    const segment = segmentAt(connection, 0);
    if (isBefore(acknowledgement, segment.end)) {
      trimFirstSegment(connection, acknowledgement);
      break;
    }
    if ((segment.flags & sackedFlag) == 0) {
      if ((segment.flags & resentFlag) == 0) noteRoundTrip(connection, now - segment.sentAt);
      noteDelivered(connection, segment, now);
    }
    dropFirstSegment(connection);
  }
  trimSegments(connection);
}

/** RFC 5681, 2: what counts as a duplicate. */
function noteDuplicate(connection: Connection, tcp: Tcp, window: u32): void {
  const isDuplicate = connection.segmentCount != 0 && tcp.dataBytes == 0 && (tcp.flags & 1) == 0
    && tcp.acknowledgement == connection.unacknowledged && window == connection.sendWindow;
  if (isDuplicate) connection.duplicateAcks++;
}

/** RFC 9293, 3.10.7.4: the window of the latest segment counts. */
function updateWindow(connection: Connection, tcp: Tcp, window: u32): void {
  const isLater = isBefore(connection.windowSequence, tcp.sequence)
    || connection.windowSequence == tcp.sequence
    && !isBefore(tcp.acknowledgement, connection.windowAcknowledgement);
  if (!isLater || isBefore(tcp.acknowledgement, connection.unacknowledged)) return;
  connection.sendWindow = window;
  connection.windowSequence = tcp.sequence;
  connection.windowAcknowledgement = tcp.acknowledgement;
  connection.largestWindow = max(connection.largestWindow, window);
}
