// The connections of a server, each in a record with its socket's number. Records lie in page
// frames, taken when they are first needed; a record without a buffer is all that an idle
// connection costs.
import { allocateZeroedFrame } from "../memory/frames.as";
import { largeBuffer, releaseBuffer, smallBuffer, takeBuffer } from "./buffers.as";
import { moveRequest, Request } from "./request.as";

/** Stage: not in use. */
const closedStage: u32 = 0;
/** Stage: a listener, whose connections are accepted. */
export const listeningStage: u32 = 1;
/** Stage: waiting for a request, or in the middle of its head. */
export const readingStage: u32 = 2;
/** Stage: the app has the request. */
export const inHandStage: u32 = 3;
/** Stage: answered, but the rest of the request is still to come. */
export const drainingStage: u32 = 4;
/** Stage: sends what is left to send, then closes. */
export const flushingStage: u32 = 5;
/** Stage: has sent everything and waits for the client to close (RFC 9112, 9.6). */
export const lingeringStage: u32 = 6;
/** Stage: the connection is gone, and the app is still to be told. */
export const goneStage: u32 = 7;

/** Notice: closes behind the response at hand. */
export const closesAfter: u32 = 1;
/** Notice: the response has begun. */
export const hasBegun: u32 = 2;
/** Notice: the response goes out in chunks. */
export const sendsChunks: u32 = 4;
/** Notice: the response has no body whatever the app writes. */
export const sendsNoBody: u32 = 8;
/** Notice: the first chunk was sent. */
export const hasSentChunk: u32 = 16;
/** Notice: the app wants to know when there is more of the body. */
export const awaitsReadable: u32 = 32;
/** Notice: the app wants to know when there is room to write. */
export const awaitsWritable: u32 = 64;
/** Notice: 100 (Continue) was sent, or is not needed any more. */
export const hasContinued: u32 = 128;
/** Notice: the client sends nothing any more. */
export const hasEnded: u32 = 256;
/** Notice: the response has a length that the app gave. */
export const sendsLength: u32 = 512;
/** Notice: the app was told, or is to be told, that the connection is gone. */
export const knowsGone: u32 = 1024;

/** Source of what is sent behind the buffers: nothing. */
export const noSource: u32 = 0;
/** Source: memory of the kernel that stays as it is. */
export const kernelSource: u32 = 1;
/** Source: memory of the app, which a token keeps. */
export const appSource: u32 = 2;

/** A connection, or a listener. */
@unmanaged
export class Connection extends Request {
  handle: u64;
  /** What the app holds `sourceStart` by, until it is sent. */
  token: u64;
  deadline: u64;
  /** Bytes of the response's body that are still to come, if it has a length. */
  responseLeft: u64;
  socket: u32;
  /** The handle of the listener that accepted it. */
  listenerHandle: u64;
  stage: u32;
  notices: u32;
  timer: u32;
  earlier: u32;
  later: u32;
  isQueued: u32;
  nextQueued: u32;
  /** Buffers with bytes to send (output.as.ts), and how many bytes. */
  firstOutput: usize;
  lastOutput: usize;
  outputBytes: u32;
  sourceKind: u32;
  sourceStart: u32;
  sourceLength: u32;
  /** Bytes received or sent since the deadline was set. */
  progress: u32;
  error: u32;
}

const recordBytes: u32 = 256;
const recordsOfFrame: u32 = 16;
const frameLimit: u32 = 1024;

const frames = memory.data(4096, 4); // one u32 for each recordsOfFrame sockets
let lastGeneration: u64 = 0;
let highestSocket: u32 = 0;
let count: u32 = 0;

/** Bits of a handle that name the socket; those above count the requests of all. */
const socketBits: u64 = 14;

/** A fresh record for a socket; null when there is no memory for it. */
export function openConnection(socket: u32, stage: u32): Connection | null {
  const index = socket / recordsOfFrame;
  if (index >= frameLimit) return null;
  const place = frames + index * 4;
  if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
  if (load<u32>(place) == 0) return null;
  const connection = connectionOf(socket);
  memory.fill(changetype<usize>(connection), 0, recordBytes);
  connection.socket = socket;
  connection.stage = stage;
  highestSocket = max(highestSocket, socket);
  count++;
  return connection;
}

/** The record of a socket that has one. */
@inline
export function connectionOf(socket: u32): Connection {
  const place = frames + socket / recordsOfFrame * 4;
  return changetype<Connection>(
    <usize>(load<u32>(place) + socket % recordsOfFrame * recordBytes),
  );
}

/** Gives the record and its buffer back. */
export function freeConnection(connection: Connection): void {
  dropBuffer(connection);
  connection.stage = closedStage;
  connection.handle = 0;
  count--;
}

/** Connections and listeners. */
export function connectionCount(): u32 {
  return count;
}

/** No connection has a higher number. */
export function connectionEnd(): u32 {
  return count == 0 ? 0 : highestSocket + 1;
}

/** The record of any number; null when there is no connection of that number. */
export function connectionAt(socket: u32): Connection | null {
  if (load<u32>(frames + socket / recordsOfFrame * 4) == 0) return null;
  const connection = connectionOf(socket);
  return connection.stage == closedStage ? null : connection;
}

/** Names the request that a connection has now; nobody else ever had or will have that name. */
export function nameRequest(connection: Connection): void {
  lastGeneration++;
  connection.handle = (lastGeneration << socketBits) | connection.socket;
}

/** The connection that has this request; null when it is gone. */
export function findRequest(handle: u64): Connection | null {
  const connection = findHandle(handle);
  return connection != null && connection.stage == inHandStage ? connection : null;
}

/** The listener of this handle; null when it is none. */
export function findListener(handle: u64): Connection | null {
  const connection = findHandle(handle);
  return connection != null && connection.stage == listeningStage ? connection : null;
}

function findHandle(handle: u64): Connection | null {
  const socket = <u32>handle & ((1 << <u32>socketBits) - 1);
  if (handle == 0 || load<u32>(frames + socket / recordsOfFrame * 4) == 0) return null;
  const connection = connectionOf(socket);
  return connection.handle == handle ? connection : null;
}

/** Sees to it that there is a buffer to receive into; false when there is no memory. */
export function ensureBuffer(connection: Connection): bool {
  if (connection.buffer != 0) return true;
  connection.buffer = takeBuffer(smallBuffer);
  connection.size = smallBuffer;
  return connection.buffer != 0;
}

/** Changes a small buffer for a large one; false when there is none. */
export function enlargeBuffer(connection: Connection): bool {
  if (connection.size == largeBuffer) return false;
  const buffer = takeBuffer(largeBuffer);
  if (buffer == 0) return false;
  const old = connection.buffer;
  moveRequest(connection, buffer, largeBuffer);
  releaseBuffer(old, smallBuffer);
  return true;
}

/** Gives the buffer back, and what is in it. */
export function dropBuffer(connection: Connection): void {
  if (connection.buffer == 0) return;
  releaseBuffer(connection.buffer, connection.size);
  connection.buffer = 0;
  connection.filled = 0;
  connection.cursor = 0;
  connection.searched = 0;
}
