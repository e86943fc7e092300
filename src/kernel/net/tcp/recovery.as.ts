// Loss: found by time (RACK-TLP, RFC 8985), by duplicate acknowledgements without SACK (NewReno,
// RFC 6582), and by timeout (RFC 6298, 5); then recovery of what was under way.
import { Connection, never } from "./connection.as";
import { shrinkWindow } from "./congestion.as";
import { retransmitDelay } from "./round-trip.as";
import {
  bytesUnderWay,
  lostFlag,
  resentFlag,
  sackedFlag,
  Segment,
  segmentAt,
} from "./segments.as";
import { resendSegment, sendNew } from "./send.as";
import { isBefore, laterOf } from "./sequence.as";

const duplicateThreshold: u32 = 3;
const millisecond: u64 = 1_000_000;
const longestAckDelay: u64 = 200 * millisecond;

/** Takes the peer's selective acknowledgements: bytes that they newly tell of. */
export function applySack(
  connection: Connection, start: u32, end: u32, now: u64,
): u32 {
  let bytes: u32 = 0;
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    if (isBefore(segment.start, start)) continue;
    if (isBefore(end, segment.end)) break;
    if ((segment.flags & sackedFlag) != 0) continue;
    noteDelivered(connection, segment, now);
    segment.flags = (segment.flags | sackedFlag) & ~lostFlag;
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
    if ((segment.flags & (sackedFlag | lostFlag)) != 0 || !isSentBefore(connection, segment)) {
      continue;
    }
    const lostAt = segment.sentAt + connection.latestRoundTrip + window;
    if (lostAt <= now) {
      segment.flags |= lostFlag;
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

/** RFC 8985, 6.2, step 4, without the part that D-SACK plays. */
function reorderingWindow(connection: Connection): u64 {
  if (connection.reorderSeen == 0) {
    if (connection.isRecovering != 0) return 0;
    if (sackedSegments(connection) >= duplicateThreshold) return 0;
  }
  return min(connection.leastRoundTrip / 4, connection.smoothedRoundTrip);
}

function sackedSegments(connection: Connection): u32 {
  let count: u32 = 0;
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    if ((segmentAt(connection, index).flags & sackedFlag) != 0) count++;
  }
  return count;
}

/** RFC 6582, 3.2: the third duplicate, or an acknowledgement of a part in recovery. */
function detectByDuplicates(connection: Connection, isNew: bool): bool {
  if (connection.segmentCount == 0) return false;
  const isPartial = connection.isRecovering != 0 && connection.isAfterTimeout == 0 && isNew;
  const isThird = connection.isRecovering == 0 && !isNew
    && connection.duplicateAcks == duplicateThreshold;
  if (!isPartial && !isThird) return false;
  segmentAt(connection, 0).flags |= lostFlag;
  return true;
}

function enterRecovery(connection: Connection): void {
  shrinkWindow(connection, connection.sendNext - connection.unacknowledged);
  connection.congestionWindow = connection.slowStartThreshold;
  connection.isRecovering = 1;
  connection.isAfterTimeout = 0;
  connection.recoveryEnd = connection.sendNext;
  connection.hasTailProbe = 0;
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
    if (isForgetful) segment.flags &= ~sackedFlag;
    if ((segment.flags & sackedFlag) == 0) segment.flags |= lostFlag;
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
