// The end of connections: their last states, their records' way back.
import { connectionAborted } from "../../base/errno.as";
import {
  bucketCount,
  closedState,
  Connection,
  dropBuffers,
  establishedState,
  finWait2State,
  firstInBucket,
  freeConnection,
  lastAckState,
  leaveConnection,
  listenState,
  never,
  noteChange,
  sendQueue,
  synReceivedState,
  timeWaitState,
} from "./connection.as";
import { clearQueue } from "./byte-queue.as";
import { setTimer } from "./timer-heap.as";

/** How long a connection that is over answers late segments: twice a segment's lifetime of 30 s. */
const timeWaitTime: u64 = 60_000_000_000;

/** Ends a connection with an error number, or 0: nothing of it comes or goes any more. */
export function endConnection(connection: Connection, error: u32): void {
  if (connection.state == closedState) return;
  leaveListener(connection);
  leaveConnection(connection);
  connection.state = closedState;
  connection.error = error;
  connection.retransmitAt = never;
  connection.acknowledgeAt = never;
  connection.lossAt = never;
  connection.waitAt = never;
  connection.keepAliveAt = never;
  connection.mustAcknowledge = 0;
  // What has come in order before an orderly end can still be read.
  if (error != 0) dropBuffers(connection);
  else clearQueue(sendQueue(connection));
  noteChange(connection);
}

/** Enters TIME-WAIT, or begins it anew (RFC 9293, 3.10.7.4). */
export function enterTimeWait(connection: Connection, now: u64): void {
  connection.state = timeWaitState;
  connection.retransmitAt = never;
  connection.acknowledgeAt = never;
  connection.lossAt = never;
  connection.keepAliveAt = never;
  connection.waitAt = now + timeWaitTime;
  noteChange(connection);
}

/** Frees a connection that is over and that nobody has; else sets its timer. Call it last. */
export function settleConnection(connection: Connection): void {
  if (connection.state == closedState) {
    if (connection.isHeld == 0) freeConnection(connection);
    return;
  }
  if (connection.state == listenState) return;
  let deadline = min(connection.retransmitAt, connection.acknowledgeAt);
  deadline = min(deadline, connection.lossAt);
  deadline = min(deadline, connection.waitAt);
  deadline = min(deadline, connection.keepAliveAt);
  if (deadline != never) setTimer(connection, deadline);
}

/** Ends the handshakes of a listener that is going away. */
export function endHandshakes(listener: Connection): void {
  for (let index: u32 = 0; index < bucketCount && listener.handshakeCount != 0; index++) {
    let place = firstInBucket(index);
    while (place != 0) {
      const connection = changetype<Connection>(place);
      place = connection.next;
      if (connection.listener != changetype<usize>(listener)) continue;
      endConnection(connection, connectionAborted);
      settleConnection(connection);
    }
  }
}

/** Whether any connection has bytes, or its end, on their way to its peer. */
export function hasUnfinished(): bool {
  for (let index: u32 = 0; index < bucketCount; index++) {
    for (let place = firstInBucket(index); place != 0; place = changetype<Connection>(place).next) {
      const state = changetype<Connection>(place).state;
      const isOpen = state >= establishedState && state <= lastAckState;
      if (isOpen && state != finWait2State) return true;
    }
  }
  return false;
}

/** Takes a connection from its listener, which it may still stand in a queue of. */
function leaveListener(connection: Connection): void {
  if (connection.listener == 0) return;
  const listener = changetype<Connection>(connection.listener);
  connection.listener = 0;
  if (connection.state == synReceivedState) {
    listener.handshakeCount--;
    return;
  }
  const place = changetype<usize>(connection);
  listener.acceptCount--;
  if (listener.acceptHead == place) {
    listener.acceptHead = connection.nextAccept;
    return;
  }
  let before = changetype<Connection>(listener.acceptHead);
  while (before.nextAccept != place) before = changetype<Connection>(before.nextAccept);
  before.nextAccept = connection.nextAccept;
  if (listener.acceptTail == place) listener.acceptTail = changetype<usize>(before);
}
