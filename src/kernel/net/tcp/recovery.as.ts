// Loss: found by time (RACK-TLP, RFC 8985), by duplicate acknowledgements without SACK (NewReno,
// RFC 6582), and by timeout (RFC 6298, 5); then recovery of what was under way.
import { Connection, never } from "./connection.as";
import { shrinkWindow } from "./congestion.as";
import { retransmitDelay } from "./round-trip.as";
import {
  bytesUnderWay,
  forget,
  lostFlag,
  markLost,
  markSacked,
  resentFlag,
  sackedFlag,
  Segment,
  segmentAt,
  segmentsBefore,
} from "./segments.as";
import { resendSegment, sendNew } from "./send.as";
import { isBefore, laterOf } from "./sequence.as";

const duplicateThreshold: u32 = 3;
const reorderStepLimit: u32 = 63;
const reorderRecoveries: u32 = 16;
const millisecond: u64 = 1_000_000;
const longestAckDelay: u64 = 200 * millisecond;

/** Takes the peer's selective acknowledgements: bytes that they newly tell of. */
export function applySack(
  connection: Connection, start: u32, end: u32, now: u64,
): u32 {
  let bytes: u32 = 0;
  const first = segmentsBefore(connection, start);
  for (let index = first; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    if (isBefore(end, segment.end)) break;
    if ((segment.flags & sackedFlag) != 0) continue;
    noteDelivered(connection, segment, now);
    markSacked(connection, segment);
    bytes += segment.end - segment.start;
  }
  return bytes;
}

/** Notes that a segment has arrived (RFC 8985, 6.2, steps 1 to 3). */
export function noteDelivered(connection: Connection, segment: Segment, now: u64): void {
  const isResent = (segment.flags & resentFlag) != 0;
  const time = now - segment.sentAt;
  // Sooner than any round trip: it is the first one that has arrived, not the one sent again.
  if (isResent && time < connection.leastRoundTrip) return;
  connection.latestRoundTrip = time;
  const isLater = segment.sentAt > connection.latestSentAt
    || segment.sentAt == connection.latestSentAt
    && isBefore(connection.latestSentEnd, segment.end);
  if (isLater) {
    connection.latestSentAt = segment.sentAt;
    connection.latestSentEnd = segment.end;
  }
  if (isBefore(segment.end, connection.highestSacked) && !isResent) connection.reorderSeen = 1;
  connection.highestSacked = laterOf(connection.highestSacked, segment.end);
}

/** Looks for lost segments after an acknowledgement, and begins recovery when there are some. */
export function detectLoss(connection: Connection, isNew: bool, now: u64): void {
  const found = connection.usesSack != 0
    ? detectByTime(connection, now)
    : detectByDuplicates(connection, isNew);
  if (found && connection.isRecovering == 0) enterRecovery(connection);
}

/** RFC 8985, 6.2, step 5. */
function detectByTime(connection: Connection, now: u64): bool {
  let found = false;
  let wait: u64 = 0;
  const window = reorderingWindow(connection);
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    if (!isSentBefore(connection, segment)) {
      // What was sent once lies in the order of its sending: all behind it was sent later.
      if ((segment.flags & resentFlag) == 0) break;
      continue;
    }
    if ((segment.flags & (sackedFlag | lostFlag)) != 0) continue;
    const lostAt = segment.sentAt + connection.latestRoundTrip + window;
    if (lostAt <= now) {
      markLost(connection, segment);
      found = true;
    } else {
      wait = max(wait, lostAt - now);
    }
  }
  if (wait != 0) {
    connection.lossAt = now + wait;
    connection.isTailProbe = 0;
  } else if (connection.isTailProbe == 0) {
    connection.lossAt = never;
  }
  return found;
}

/** Whether a segment was sent before the one that was delivered last. */
function isSentBefore(connection: Connection, segment: Segment): bool {
  if (segment.sentAt != connection.latestSentAt) return segment.sentAt < connection.latestSentAt;
  return isBefore(segment.end, connection.latestSentEnd);
}

/** RFC 8985, 6.2, step 4. */
function reorderingWindow(connection: Connection): u64 {
  if (connection.reorderSeen == 0) {
    if (connection.isRecovering != 0) return 0;
    if (connection.sackedSegments >= duplicateThreshold) return 0;
  }
  const window = connection.leastRoundTrip / 4 * (1 + connection.reorderSteps);
  return min(window, connection.smoothedRoundTrip);
}

/**
 * The peer had a segment already that was sent again (RFC 2883): packets overtake one another by
 * more than was thought, so the reordering window grows, once in a round trip (RFC 8985, 6.2, step
 * 4).
 */
export function noteNeedless(connection: Connection, acknowledgement: u32): void {
  connection.reorderPersists = reorderRecoveries;
  if (isBefore(acknowledgement, connection.reorderRoundEnd)) return;
  connection.reorderRoundEnd = connection.sendNext;
  connection.reorderSeen = 1;
  if (connection.reorderSteps < reorderStepLimit) connection.reorderSteps++;
}

/** RFC 6582, 3.2: the third duplicate, or an acknowledgement of a part in recovery. */
function detectByDuplicates(connection: Connection, isNew: bool): bool {
  if (connection.segmentCount == 0) return false;
  const isPartial = connection.isRecovering != 0 && connection.isAfterTimeout == 0 && isNew;
  const isThird = connection.isRecovering == 0 && !isNew
    && connection.duplicateAcks == duplicateThreshold;
  if (!isPartial && !isThird) return false;
  markLost(connection, segmentAt(connection, 0));
  return true;
}

function enterRecovery(connection: Connection): void {
  const flight = connection.sendNext - connection.unacknowledged;
  shrinkWindow(connection, flight);
  connection.recoveryFlight = max<u32>(flight - min(flight, connection.sackedBytes), 1);
  connection.congestionWindow = connection.slowStartThreshold;
  connection.isRecovering = 1;
  connection.isAfterTimeout = 0;
  connection.recoveryEnd = connection.sendNext;
  connection.hasTailProbe = 0;
  connection.recoveryDelivered = 0;
  connection.recoverySent = 0;
}

/**
 * Proportional rate reduction (RFC 9937, 5): while less and less is under way, sends in proportion
 * to what has arrived, so that at the end of recovery as much is under way as the threshold says.
 */
export function reduceRate(connection: Connection, delivered: u32, isSafe: bool): void {
  const isReducing = connection.isRecovering != 0 && connection.isAfterTimeout == 0
    && connection.usesSack != 0 && delivered != 0;
  if (!isReducing) return;
  const underWay = bytesUnderWay(connection);
  const target = connection.slowStartThreshold;
  const size = connection.segmentSize;
  connection.recoveryDelivered += delivered;
  let count: i64;
  if (underWay > target) {
    const share = (<u64>connection.recoveryDelivered * target + connection.recoveryFlight - 1)
      / connection.recoveryFlight;
    count = <i64>share - connection.recoverySent;
  } else {
    count = <i64>connection.recoveryDelivered - connection.recoverySent;
    count = max<i64>(count, delivered);
    if (isSafe) count += size;
    count = min<i64>(count, target - underWay);
  }
  count = max<i64>(count, connection.recoverySent == 0 ? size : 0);
  connection.congestionWindow = underWay + <u32>count;
}

/** Ends recovery when all is acknowledged that was under way when it began. */
export function leaveRecovery(connection: Connection): void {
  if (connection.isRecovering == 0) return;
  if (isBefore(connection.unacknowledged, connection.recoveryEnd)) return;
  if (connection.isAfterTimeout == 0) {
    connection.congestionWindow = connection.slowStartThreshold;
  }
  connection.isRecovering = 0;
  connection.isAfterTimeout = 0;
  connection.duplicateAcks = 0;
  if (connection.reorderPersists != 0) connection.reorderPersists--;
  if (connection.reorderPersists == 0) connection.reorderSteps = 0;
}

/** The retransmission timer has fired (RFC 6298, 5.4 to 5.6): all is lost. */
export function loseAll(connection: Connection, now: u64): void {
  const first = segmentAt(connection, 0);
  if (connection.isAfterTimeout == 0 && first.sends == 1 || connection.isRecovering == 0) {
    shrinkWindow(connection, bytesUnderWay(connection));
  }
  // A peer that has forgotten what it had acknowledged selectively (RFC 2018, 8).
  const isForgetful = (first.flags & sackedFlag) != 0;
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    if (isForgetful) forget(connection, segment);
    markLost(connection, segment);
  }
  connection.congestionWindow = connection.segmentSize;
  connection.isRecovering = 1;
  connection.isAfterTimeout = 1;
  connection.recoveryEnd = connection.sendNext;
  connection.duplicateAcks = 0;
  connection.hasTailProbe = 0;
  connection.lossAt = never;
  if (connection.backoff < 12) connection.backoff++;
  connection.retransmitAt = now + retransmitDelay(connection);
}

/** Plans a probe for when the last segments' acknowledgement stays away (RFC 8985, 7.2). */
export function armTailProbe(connection: Connection, now: u64): void {
  const mayProbe = connection.usesSack != 0 && connection.isRecovering == 0
    && connection.hasTailProbe == 0 && connection.segmentCount != 0;
  if (!mayProbe || connection.lossAt != never && connection.isTailProbe == 0) return;
  let wait = connection.smoothedRoundTrip == 0
    ? 1000 * millisecond
    : 2 * connection.smoothedRoundTrip + 2 * millisecond;
  if (connection.segmentCount == 1) wait += longestAckDelay;
  connection.lossAt = now + wait;
  connection.isTailProbe = 1;
}

/** The time of a probe, or of a reordering, is over. */
export function runLossTimer(connection: Connection, now: u64): void {
  connection.lossAt = never;
  if (connection.segmentCount == 0) return;
  if (connection.isTailProbe == 0) {
    detectLoss(connection, false, now);
    return;
  }
  connection.isTailProbe = 0;
  connection.hasTailProbe = 1;
  const before = connection.sendNext;
  sendNew(connection, now, false);
  if (connection.sendNext == before) {
    resendSegment(connection, segmentAt(connection, connection.segmentCount - 1), now);
  }
  connection.tailProbeEnd = connection.sendNext;
  connection.lossAt = never;
  connection.retransmitAt = now + retransmitDelay(connection);
}
