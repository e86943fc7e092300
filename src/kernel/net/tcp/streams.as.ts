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
import { spanBytes, writableSpan, writeQueue } from "./byte-queue.as";
import {
  closedState,
  closeWaitState,
  Connection,
  establishedState,
  finWait2State,
  freeConnection,
  listenState,
  sendQueue,
  synReceivedState,
  synSentState,
  timeWaitState,
} from "./connection.as";
import { isWindowUpdateDue } from "./emit.as";
import { endConnection, endHandshakes } from "./ending.as";
import { resetConnection } from "./receive.as";
import {
  dropAllReceived,
  dropReceived,
  receivedPlace,
  receivedSpan,
} from "./received.as";
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

/** How many bytes can be read: 0 at the end, or a negated error number. */
export function streamBytes(place: usize): i32 {
  const connection = changetype<Connection>(place);
  if (connection.error != 0) return -<i32>takeStreamError(place);
  if (connection.state == listenState) return -<i32>notConnected;
  const available = readableBytes(connection);
  if (available != 0) return available;
  const isEnd = connection.isFinReceived != 0 || connection.isReceiveClosed != 0
    || connection.state == closedState;
  return isEnd ? 0 : -<i32>again;
}

/** Where bytes lie that can be read, from so many behind the first. */
export function streamSource(place: usize, offset: u32): usize {
  const connection = changetype<Connection>(place);
  return receivedPlace(connection, connection.readNext + offset);
}

/** How many of them follow one another there, at most. */
export function streamSourceBytes(place: usize, offset: u32): u32 {
  const connection = changetype<Connection>(place);
  return receivedSpan(connection, connection.readNext + offset);
}

/** Takes bytes out that were looked at. */
export function takeStreamBytes(place: usize, count: u32, now: u64): void {
  takeRead(changetype<Connection>(place), count, now);
}

/** Takes bytes out: how many, 0 at the end, or a negated error number. */
export function readStream(place: usize, target: usize, length: u32, now: u64): i32 {
  const available = streamBytes(place);
  if (available <= 0) return available;
  const connection = changetype<Connection>(place);
  const count = min(<u32>available, length);
  for (let done: u32 = 0; done < count; ) {
    const part = min(count - done, streamSourceBytes(place, done));
    memory.copy(target + done, streamSource(place, done), part);
    done += part;
  }
  takeRead(connection, count, now);
  return count;
}

function takeRead(connection: Connection, count: u32, now: u64): void {
  const next = connection.readNext + count;
  const last = connection.readNext;
  connection.readNext = next;
  const isEmpty = readableBytes(connection) == 0 && connection.rangeCount == 0;
  if (isEmpty) dropAllReceived(connection, last, next);
  else dropReceived(connection, last, next);
  if (connection.state >= establishedState && connection.state <= finWait2State) {
    if (isWindowUpdateDue(connection)) connection.mustAcknowledge = 1;
    pushConnection(connection, now);
  }
}

/** How many bytes can be written, or a negated error number. */
export function streamRoom(place: usize): i32 {
  const connection = changetype<Connection>(place);
  if (connection.error != 0) return -<i32>takeStreamError(place);
  if (connection.isSendClosed != 0 || connection.state == closedState) return -<i32>brokenPipe;
  const isOpen = connection.state == establishedState || connection.state == closeWaitState;
  if (isOpen) return writableBytes(connection);
  const isComing = connection.state == synSentState || connection.state == synReceivedState;
  return isComing ? -<i32>again : -<i32>notConnected;
}

/** Where bytes can be put, so many behind the last; 0 when there is no memory. */
export function streamTarget(place: usize, offset: u32): usize {
  const connection = changetype<Connection>(place);
  return writableSpan(sendQueue(connection), connection.queueEnd + offset);
}

/** How many have room there behind one another, at most. */
export function streamTargetBytes(place: usize, offset: u32): u32 {
  return spanBytes(changetype<Connection>(place).queueEnd + offset);
}

/** Sends bytes that were put there. */
export function sendStreamBytes(place: usize, count: u32, now: u64): void {
  const connection = changetype<Connection>(place);
  connection.queueEnd += count;
  pushConnection(connection, now);
}

/** Puts bytes in: how many, or a negated error number. */
export function writeStream(place: usize, source: usize, length: u32, now: u64): i32 {
  const room = streamRoom(place);
  if (room < 0) return room;
  const connection = changetype<Connection>(place);
  const count = min(length, <u32>room);
  const written = writeQueue(sendQueue(connection), connection.queueEnd, source, count);
  if (written == 0 && length != 0) return -<i32>again;
  sendStreamBytes(place, written, now);
  return written;
}

/** The error that ended a stream, once; 0 for none. */
export function takeStreamError(place: usize): u32 {
  const connection = changetype<Connection>(place);
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

/** Whether nothing of what was written, its end included, is still on its way to the peer. */
export function isStreamFlushed(place: usize): bool {
  const state = changetype<Connection>(place).state;
  return state == closedState || state == finWait2State || state == timeWaitState;
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
