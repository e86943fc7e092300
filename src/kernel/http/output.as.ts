// What a connection has still to send: buffers of small pieces, and behind them at most one source,
// memory that is sent from where it lies. A buffer begins with u32 next, u16 start, u16 end.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { sendBytes, sendParts } from "../net/sockets.as";
import { releaseBuffer, smallBuffer, takeBuffer } from "./buffers.as";
import { appSource, Connection, kernelSource, noSource } from "./connections.as";

const headerBytes: u32 = 8;

/** Outcome of sending: everything is sent. */
export const allSent: i32 = 0;
/** Outcome of sending: the client must take some first. */
const someLeft: i32 = 1;

/** Bytes in buffers from which on an app has to wait before it writes more. */
export const highWater: u32 = 65_536;

/** Whether there is anything left to send. */
@inline
export function hasOutput(connection: Connection): bool {
  return connection.firstOutput != 0 || connection.sourceKind != noSource;
}

/** Adds a copy of kernel memory; false when there is no memory, and then nothing can be right. */
export function addOutput(connection: Connection, pointer: usize, length: u32): bool {
  while (length != 0) {
    const place = claimRoom(connection, length);
    if (place == 0) return false;
    memory.copy(place, pointer, claimedBytes);
    pointer += claimedBytes;
    length -= claimedBytes;
  }
  return true;
}

/** Adds a copy of checked app memory; false when there is no memory. */
export function addAppOutput(connection: Connection, appPointer: u32, length: u32): bool {
  while (length != 0) {
    const place = claimRoom(connection, length);
    if (place == 0) return false;
    app.copyIn(place, appPointer, claimedBytes);
    appPointer += claimedBytes;
    length -= claimedBytes;
  }
  return true;
}

let claimedBytes: u32 = 0;

/** Takes room for up to `length` bytes behind the last ones. */
function claimRoom(connection: Connection, length: u32): usize {
  let last = connection.lastOutput;
  if (last == 0 || load<u16>(last, 6) == smallBuffer) {
    const buffer = takeBuffer(smallBuffer);
    if (buffer == 0) return 0;
    store<u32>(buffer, 0);
    store<u16>(buffer, headerBytes, 4);
    store<u16>(buffer, headerBytes, 6);
    if (last == 0) connection.firstOutput = buffer;
    else store<u32>(last, <u32>buffer);
    connection.lastOutput = buffer;
    last = buffer;
  }
  const end = <u32>load<u16>(last, 6);
  claimedBytes = min(length, smallBuffer - end);
  store<u16>(last, end + claimedBytes, 6);
  connection.outputBytes += claimedBytes;
  return last + end;
}

/** Sends as much as the client takes: allSent, someLeft, or a negated error number. */
export function sendOutput(connection: Connection): i32 {
  while (connection.firstOutput != 0) {
    const outcome = sendFirst(connection);
    if (outcome != allSent) return outcome;
  }
  while (connection.sourceKind != noSource) {
    const outcome = advanceSource(connection, sendSource(connection));
    if (outcome != allSent) return outcome;
  }
  return allSent;
}

function sendFirst(connection: Connection): i32 {
  const buffer = connection.firstOutput;
  const start = <u32>load<u16>(buffer, 4);
  const length = <u32>load<u16>(buffer, 6) - start;
  const isLast = load<u32>(buffer) == 0;
  const socket = connection.socket;
  let sent: i64 = 0;
  if (isLast && connection.sourceKind == appSource) {
    const source = connection.sourceStart;
    sent = sendParts(socket, buffer + start, length, source, connection.sourceLength);
  } else {
    sent = sendBytes(socket, buffer + start, length, 0);
  }
  if (sent < 0) return sent == -<i64>errno.again ? someLeft : <i32>sent;
  connection.progress += <u32>sent;
  if (<u32>sent < length) {
    store<u16>(buffer, start + <u32>sent, 4);
    connection.outputBytes -= <u32>sent;
    return someLeft;
  }
  connection.outputBytes -= length;
  connection.firstOutput = load<u32>(buffer);
  if (isLast) connection.lastOutput = 0;
  releaseBuffer(buffer, smallBuffer);
  if (<u32>sent == length) return allSent;
  return advanceSource(connection, sent - length);
}

function sendSource(connection: Connection): i64 {
  const socket = connection.socket;
  const start = connection.sourceStart;
  const length = connection.sourceLength;
  if (connection.sourceKind == kernelSource) return sendBytes(socket, start, length, 0);
  return sendParts(socket, 0, 0, start, length);
}

function advanceSource(connection: Connection, sent: i64): i32 {
  if (sent < 0) return sent == -<i64>errno.again ? someLeft : <i32>sent;
  connection.progress += <u32>sent;
  connection.sourceStart += <u32>sent;
  connection.sourceLength -= <u32>sent;
  if (connection.sourceLength != 0) return someLeft;
  connection.sourceKind = noSource;
  return allSent;
}

/** Drops what is left to send. The token stays: somebody has to give back what it holds. */
export function dropOutput(connection: Connection): void {
  while (connection.firstOutput != 0) {
    const buffer = connection.firstOutput;
    connection.firstOutput = load<u32>(buffer);
    releaseBuffer(buffer, smallBuffer);
  }
  connection.lastOutput = 0;
  connection.outputBytes = 0;
  connection.sourceKind = noSource;
}

/** Adds, as the last, memory of the app or of the kernel that is sent from where it lies. */
export function setSource(
  connection: Connection, kind: u32, start: u32, length: u32, token: u64,
): void {
  connection.token = token;
  connection.sourceKind = length == 0 ? noSource : kind;
  connection.sourceStart = start;
  connection.sourceLength = length;
}
