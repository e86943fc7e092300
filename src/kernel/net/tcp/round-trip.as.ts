// Round trip times and the retransmission timeout (RFC 6298).
import { Connection } from "./connection.as";

const millisecond: u64 = 1_000_000;
const initialTimeout: u64 = 1000 * millisecond;
const leastTimeout: u64 = 200 * millisecond; // RFC 6298, 2.4 says 1 s; every system takes less
const longestTimeout: u64 = 60_000 * millisecond;

/** The time as a timestamp, in milliseconds from where only this host knows (RFC 7323, 5.4). */
@inline
export function timestampNow(connection: Connection, now: u64): u32 {
  return <u32>(now / millisecond) + connection.timestampOffset;
}

/** Begins without a measurement. */
export function startRoundTrip(connection: Connection): void {
  connection.retransmitTimeout = initialTimeout;
  connection.leastRoundTrip = 0;
}

/** Begins anew, more carefully, when the handshake had to be repeated (RFC 6298, 5.7). */
export function doubtRoundTrip(connection: Connection): void {
  connection.retransmitTimeout = 3 * initialTimeout;
}

/** Takes a measurement of a segment that was sent once (Karn). */
export function noteRoundTrip(connection: Connection, time: u64): void {
  time = max<u64>(time, 1000);
  if (connection.leastRoundTrip == 0 || time < connection.leastRoundTrip) {
    connection.leastRoundTrip = time;
  }
  if (connection.smoothedRoundTrip == 0) {
    connection.smoothedRoundTrip = time;
    connection.roundTripVariation = time / 2;
  } else {
    const smoothed = connection.smoothedRoundTrip;
    const difference = smoothed > time ? smoothed - time : time - smoothed;
    connection.roundTripVariation = (3 * connection.roundTripVariation + difference) / 4;
    connection.smoothedRoundTrip = (7 * smoothed + time) / 8;
  }
  const timeout = connection.smoothedRoundTrip
    + max(millisecond, 4 * connection.roundTripVariation);
  connection.retransmitTimeout = min(max(timeout, leastTimeout), longestTimeout);
}

/** Time until the retransmission timer fires, doubled for each time that it has. */
export function retransmitDelay(connection: Connection): u64 {
  return min(connection.retransmitTimeout << <u64>min<u32>(connection.backoff, 12), longestTimeout);
}
