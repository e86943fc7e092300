// How much may be under way: slow start and congestion avoidance (RFC 5681), CUBIC (RFC 9438).
import { Connection } from "./connection.as";

const largestWindow: u32 = 0x4000_0000;

/** Begins (RFC 6928: ten segments). */
export function startCongestion(connection: Connection): void {
  const size = connection.segmentSize;
  connection.congestionWindow = min(10 * size, max(2 * size, 14_600));
  connection.slowStartThreshold = largestWindow;
}

/** Grows the window by what was acknowledged while nothing was lost. */
export function growWindow(connection: Connection, acknowledged: u32, now: u64): void {
  const size = connection.segmentSize;
  if (connection.congestionWindow < connection.slowStartThreshold) {
    connection.congestionWindow += min(acknowledged, 2 * size); // RFC 3465, 2.2, L = 2
    return;
  }
  if (connection.cubicEpochAt == 0) startEpoch(connection, now);
  const target = cubicTarget(connection, now);
  growEstimate(connection, acknowledged);
  if (connection.cubicEstimate > target) {
    connection.congestionWindow = max(connection.congestionWindow, connection.cubicEstimate);
    return;
  }
  if (target <= connection.congestionWindow) return;
  const growth = <u64>(target - connection.congestionWindow) * acknowledged;
  connection.congestionWindow += max<u32>(1, <u32>(growth / connection.congestionWindow));
}

/** What Reno would have, were it as gentle at a loss (RFC 9438, 4.3): the window is no less. */
function growEstimate(connection: Connection, acknowledged: u32): void {
  // Up to the window of the last loss a segment in 17/9 rounds, from there on one a round.
  const isBelow = connection.cubicEstimate < connection.cubicOrigin;
  const wanted = isBelow
    ? <u32>(<u64>connection.cubicEstimate * 17 / 9)
    : connection.cubicEstimate;
  connection.acknowledgedBytes += acknowledged;
  if (connection.acknowledgedBytes < wanted) return;
  connection.acknowledgedBytes -= wanted;
  connection.cubicEstimate += connection.segmentSize;
}

/** Shrinks it once for a loss (RFC 9438, 4.6: to 0.7). */
export function shrinkWindow(connection: Connection, flight: u32): void {
  const size = connection.segmentSize;
  const window = min(connection.congestionWindow, max(flight, 2 * size));
  // Fast convergence (RFC 9438, 4.7).
  connection.cubicLargest = window < connection.cubicLargest
    ? <u32>(<u64>window * 17 / 20)
    : window;
  connection.slowStartThreshold = max(<u32>(<u64>window * 7 / 10), 2 * size);
  connection.cubicEpochAt = 0;
}

function startEpoch(connection: Connection, now: u64): void {
  connection.cubicEpochAt = now;
  connection.cubicOrigin = max(connection.cubicLargest, connection.congestionWindow);
  connection.cubicEstimate = connection.congestionWindow;
  connection.acknowledgedBytes = 0;
  const missing = connection.cubicOrigin - connection.congestionWindow;
  // K = cubic root of (W_max - cwnd) / C, C = 0.4 segments / s^3, in milliseconds.
  const segments = <u64>missing * 1_000_000_000 / connection.segmentSize;
  connection.cubicTime = cubicRoot(segments * 5 / 2);
}

/** W_cubic(t + RTT) of RFC 9438, 4.2, at most half more than the window. */
function cubicTarget(connection: Connection, now: u64): u32 {
  const round = connection.smoothedRoundTrip;
  const elapsed = <i64>((now - connection.cubicEpochAt + round) / 1_000_000);
  let distance = elapsed - <i64>connection.cubicTime;
  distance = min(max(distance, <i64>-1_000_000), <i64>1_000_000);
  // C (t - K)^3 segments, t in ms: 0.4 / 10^9.
  const cube = distance * distance * distance / 1000;
  const growth = cube * 2 / 5 * <i64>connection.segmentSize / 1_000_000;
  const target = <i64>connection.cubicOrigin + growth;
  const window = <i64>connection.congestionWindow;
  return <u32>min(max(target, window), min(window * 3 / 2, <i64>largestWindow));
}

/** The whole cubic root, bit by bit. */
function cubicRoot(value: u64): u64 {
  let root: u64 = 0;
  for (let bit: i32 = 20; bit >= 0; bit--) {
    const next = root | <u64>1 << bit;
    if (next * next * next <= value) root = next;
  }
  return root;
}
