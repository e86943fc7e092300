// What connections do when time has passed.
import { timedOut } from "../../base/errno.as";
import { ackFlag, rstFlag } from "../wire/tcp.as";
import {
  closedState,
  Connection,
  never,
  synReceivedState,
  synSentState,
} from "./connection.as";
import { emitSegment } from "./emit.as";
import { endConnection, settleConnection } from "./ending.as";
import { emitSyn } from "./handshake.as";
import { loseAll, runLossTimer } from "./recovery.as";
import { probeWindow, pushOutput } from "./send.as";
import { takeDue } from "./timer-heap.as";

const second: u64 = 1_000_000_000;
const synRetries: u32 = 7; // 183 s in all (RFC 9293, 3.8.3: at least three minutes)
const answerRetries: u32 = 5;
/** Without progress for so long a connection is given up (RFC 9293, 3.8.3: at least 100 s). */
const usualUserTimeout: u64 = 180 * second;
const usualKeepAliveInterval: u64 = 75 * second;
const usualKeepAliveLimit: u32 = 9;

/** Does all that is due. */
export function runTimers(now: u64): void {
  for (let place = takeDue(now); place != 0; place = takeDue(now)) {
    const connection = changetype<Connection>(place);
    runConnection(connection, now);
    settleConnection(connection);
  }
}

function runConnection(connection: Connection, now: u64): void {
  if (connection.waitAt <= now) {
    endConnection(connection, 0);
    return;
  }
  if (connection.keepAliveAt <= now) runKeepAlive(connection, now);
  if (connection.state != closedState && connection.retransmitAt <= now) {
    runRetransmission(connection, now);
  }
  if (connection.state == closedState) return;
  if (connection.lossAt <= now) runLossTimer(connection, now);
  if (connection.acknowledgeAt <= now) connection.mustAcknowledge = 1;
  pushOutput(connection, now);
}

function runRetransmission(connection: Connection, now: u64): void {
  if (connection.state == synSentState || connection.state == synReceivedState) {
    repeatSyn(connection, now);
    return;
  }
  const timeout = userTimeoutOf(connection);
  // A peer that answers, but has no window, may take its time (RFC 9293, 3.8.6.1).
  const since = connection.isProbingWindow != 0 ? connection.lastReceivedAt : connection.progressAt;
  if (now - since >= timeout) {
    emitSegment(connection, connection.sendNext, 0, rstFlag | ackFlag, now);
    endConnection(connection, timedOut);
    return;
  }
  if (connection.isProbingWindow != 0) {
    probeWindow(connection, now);
  } else if (connection.segmentCount != 0) {
    loseAll(connection, now);
  } else {
    connection.retransmitAt = never;
    return;
  }
  connection.retransmitAt = min(connection.retransmitAt, since + timeout);
}

@inline
function userTimeoutOf(connection: Connection): u64 {
  return connection.userTimeout == 0 ? usualUserTimeout : connection.userTimeout;
}

function repeatSyn(connection: Connection, now: u64): void {
  const limit = connection.state == synSentState ? synRetries : answerRetries;
  const isLate = connection.userTimeout != 0
    && now - connection.progressAt >= connection.userTimeout;
  if (connection.backoff == limit || isLate) {
    endConnection(connection, timedOut);
    return;
  }
  connection.backoff++;
  emitSyn(connection, now);
  if (connection.userTimeout == 0) return;
  connection.retransmitAt = min(
    connection.retransmitAt, connection.progressAt + connection.userTimeout,
  );
}

/** RFC 9293, 3.8.4: asks a silent peer whether it is still there. */
function runKeepAlive(connection: Connection, now: u64): void {
  const limit = connection.keepAliveLimit;
  const isSilent = connection.keepAliveProbes == (limit == 0 ? usualKeepAliveLimit : limit);
  const isLate = connection.userTimeout != 0 && connection.keepAliveProbes != 0
    && now - connection.lastReceivedAt >= connection.userTimeout;
  if (isSilent || isLate) {
    emitSegment(connection, connection.sendNext, 0, rstFlag | ackFlag, now);
    endConnection(connection, timedOut);
    return;
  }
  const interval = connection.keepAliveInterval;
  connection.keepAliveProbes++;
  connection.keepAliveAt = now + (interval == 0 ? usualKeepAliveInterval : interval);
  if (connection.segmentCount == 0) {
    emitSegment(connection, connection.unacknowledged - 1, 0, ackFlag, now);
  }
}

/** Acknowledges and sends at once what the app's own doing made possible. */
export function pushConnection(connection: Connection, now: u64): void {
  pushOutput(connection, now);
  settleConnection(connection);
}
