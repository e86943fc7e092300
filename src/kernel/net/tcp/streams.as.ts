// What sockets call: streams are connections and listeners, by the addresses of their records. No
// function waits.
import {
  again,
  brokenPipe,
  connectionAborted,
  invalid,
  notConnected,
} from "../../base/errno.as";
import { acceptStream, leaveListeners } from "./accept.as";
import { sendCapacityOf } from "./buffers.as";
import { dropFrames, dropRest, readQueue, writeQueue } from "./byte-queue.as";
import {
  closedState,
  closeWaitState,
  Connection,
  establishedState,
  finWait2State,
  freeConnection,
  listenState,
  receiveQueue,
  sendQueue,
  synReceivedState,
  synSentState,
  timeWaitState,
} from "./connection.as";
import { isWindowUpdateDue } from "./emit.as";
import { endConnection, endHandshakes } from "./ending.as";
import { resetConnection } from "./receive.as";
import { pushConnection } from "./timers.as";

const streamReadable: u32 = 1;
const streamWritable: u32 = 2;
const streamEnded: u32 = 4;

const orphanTime: u64 = 60_000_000_000;

function readableBytes(connection: Connection): u32 {
  return connection.receiveNext - connection.readNext - connection.isFinReceived;
}

/** Bytes that can be written now. */
function writableBytes(connection: Connection): u32 {
  const kept = connection.queueEnd - connection.unacknowledged;
  const capacity = sendCapacityOf(connection);
  return capacity - min(capacity, kept);
}

/** Readiness: bits of those above. */
export function streamReadiness(place: usize): u32 {
  const connection = changetype<Connection>(place);
  if (connection.state == listenState) return connection.acceptHead != 0 ? streamReadable : 0;
  if (connection.state == closedState) return streamReadable | streamWritable | streamEnded;
  if (connection.state <= synReceivedState) return 0;
  let bits: u32 = 0;
  if (connection.isFinReceived != 0) bits |= streamReadable | streamEnded;
  if (readableBytes(connection) != 0 || connection.isReceiveClosed != 0) bits |= streamReadable;
  if (connection.isSendClosed != 0 || writableBytes(connection) >= 4096) bits |= streamWritable;
  return bits;
}

/** Takes bytes out: how many, 0 at the end, or a negated error number. */
export function readStream(place: usize, target: usize, length: u32, now: u64): i32 {
  const connection = changetype<Connection>(place);
  if (connection.error != 0) return -<i32>takeError(connection);
  if (connection.state == listenState) return -<i32>notConnected;
  const available = readableBytes(connection);
  if (available == 0) {
    const isEnd = connection.isFinReceived != 0 || connection.isReceiveClosed != 0
      || connection.state == closedState;
    return isEnd ? 0 : -<i32>again;
  }
  const count = min(available, length);
  readQueue(receiveQueue(connection), connection.readNext, target, count);
  takeRead(connection, count, now);
  return count;
}

function takeRead(connection: Connection, count: u32, now: u64): void {
  const next = connection.readNext + count;
  dropFrames(receiveQueue(connection), connection.readNext, next);
  connection.readNext = next;
  const isEmpty = readableBytes(connection) == 0 && connection.rangeCount == 0;
  if (isEmpty) dropRest(receiveQueue(connection), next);
  if (connection.state >= establishedState && connection.state <= finWait2State) {
    if (isWindowUpdateDue(connection)) connection.mustAcknowledge = 1;
    pushConnection(connection, now);
  }
}

/** Puts bytes in: how many, or a negated error number. */
export function writeStream(place: usize, source: usize, length: u32, now: u64): i32 {
  const connection = changetype<Connection>(place);
  if (connection.error != 0) return -<i32>takeError(connection);
  if (connection.isSendClosed != 0 || connection.state == closedState) return -<i32>brokenPipe;
  const isOpen = connection.state == establishedState || connection.state == closeWaitState;
  if (!isOpen) {
    const isComing = connection.state == synSentState || connection.state == synReceivedState;
    return isComing ? -<i32>again : -<i32>notConnected;
  }
  const count = min(length, writableBytes(connection));
  const written = writeQueue(sendQueue(connection), connection.queueEnd, source, count);
  if (written == 0 && length != 0) return -<i32>again;
  connection.queueEnd += written;
  pushConnection(connection, now);
  return written;
}

function takeError(connection: Connection): u32 {
  const error = connection.error;
  connection.error = 0;
  return error;
}

/** Ends reading (1), writing (2) or both (3); 0 or an error number. */
export function shutdownStream(place: usize, how: u32, now: u64): u32 {
  const connection = changetype<Connection>(place);
  if (how == 0 || how > 3) return invalid;
  if (connection.state <= synSentState || connection.state == timeWaitState) return notConnected;
  if ((how & 1) != 0) {
    connection.isReceiveClosed = 1;
    const unread = readableBytes(connection);
    if (unread != 0) takeRead(connection, unread, now);
  }
  if ((how & 2) != 0) connection.isSendClosed = 1;
  pushConnection(connection, now);
  return 0;
}

/** Gives a stream up: what was written still goes out, then its end. */
export function closeStream(place: usize, now: u64): void {
  const connection = changetype<Connection>(place);
  connection.isHeld = 0;
  const state = connection.state;
  if (state == listenState) {
    closeListener(connection, now);
    return;
  }
  if (state == synSentState || state == synReceivedState) {
    endConnection(connection, connectionAborted);
  } else if (state != closedState && readableBytes(connection) != 0) {
    // Bytes that came and nobody will read: the peer must not think they were (RFC 1122, 4.2.2.13).
    resetConnection(connection, connectionAborted, now);
  } else {
    connection.isSendClosed = 1;
    if (state == finWait2State) connection.waitAt = now + orphanTime;
  }
  pushConnection(connection, now);
}

function closeListener(listener: Connection, now: u64): void {
  leaveListeners(listener);
  for (let place = acceptStream(listener); place != 0; place = acceptStream(listener)) {
    const connection = changetype<Connection>(place);
    connection.isHeld = 0;
    resetConnection(connection, connectionAborted, now);
    pushConnection(connection, now);
  }
  endHandshakes(listener);
  freeConnection(listener);
}

/** Breaks a stream off. */
export function abortStream(place: usize, now: u64): void {
  const connection = changetype<Connection>(place);
  connection.isHeld = 0;
  if (connection.state >= establishedState && connection.state != timeWaitState) {
    resetConnection(connection, connectionAborted, now);
  } else {
    endConnection(connection, connectionAborted);
  }
  pushConnection(connection, now);
}
