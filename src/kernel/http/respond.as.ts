// What an app does with a request: reads its body, responds at once or piece by piece. The head of
// a response stands in head-writer.as.ts, up to its end, which is written here with the framing.
import * as errno from "../base/errno.as";
import { text } from "../base/text.as";
import { sendParts, setSocketOption } from "../net/sockets.as";
import { noDelayOption } from "../net/socket-options.as";
import {
  appSource,
  awaitsReadable,
  awaitsWritable,
  closesAfter,
  Connection,
  findListener,
  goneStage,
  hasBegun,
  hasContinued,
  hasEnded,
  hasSentChunk,
  sendsChunks,
  sendsLength,
  sendsNoBody,
} from "./connections.as";
import { awaitBody, completeResponse, flush, lose, receive } from "./exchange.as";
import {
  endHead,
  headAsksToClose,
  headLength,
  headLengthGiven,
  headStart,
  putField,
  putNumberField,
} from "./head-writer.as";
import { addAppOutput, addOutput, hasOutput, highWater, setSource } from "./output.as";
import { advance } from "./parser.as";
import { enqueue } from "./queue.as";
import {
  bodyBytes,
  donePhase,
  dropTakenBody,
  isHead,
  lengthPhase,
  oldVersion,
  requestComplete,
  requestFailed,
} from "./request.as";

/** Outcome of reading: there are bytes, `bodyStart` and `bodyLength` of the connection. */
export const bodyHere: i32 = 1;
/** Outcome of reading: there will be some. */
export const bodyLater: i32 = 2;
/** Outcome of reading: the body has ended. */
const bodyOver: i32 = 0;

/** Bodies up to this length are copied rather than waited for. */
const copyLimit: u32 = 8192;

/** A longer rest of a request is not waited for: the connection is closed instead. */
const drainLimit: u64 = 262_144;

/** Finds more of a request's body; a negated error number when it is malformed or cut off. */
export function readBody(connection: Connection): i32 {
  if (connection.bodyLength != 0) return bodyHere;
  sendContinue(connection);
  for (let isMore = true; isMore; ) {
    dropTakenBody(connection);
    const event = advance(connection);
    if (event == bodyBytes) return bodyHere;
    if (event == requestComplete) return bodyOver;
    if (event == requestFailed) {
      connection.notices |= closesAfter;
      return -<i32>errno.invalid;
    }
    isMore = receive(connection);
  }
  if (connection.error == 0 && (connection.notices & hasEnded) == 0) {
    connection.notices |= awaitsReadable;
    awaitBody(connection);
    return bodyLater;
  }
  if (connection.error == 0) connection.error = errno.connectionReset;
  lose(connection);
  return -<i32>connection.error;
}

/** Notes that bytes of the body were taken. */
export function takeBody(connection: Connection, length: u32): void {
  connection.bodyStart += length;
  connection.bodyLength -= length;
}

/** A client that waits for leave to send the body gets it once the app wants to read. */
function sendContinue(connection: Connection): void {
  if ((connection.notices & (hasContinued | hasBegun)) != 0) return;
  connection.notices |= hasContinued;
  if (connection.filled != connection.cursor) return;
  addOutput(connection, text("HTTP/1.1 100 Continue\r\n\r\n"), 25);
  enqueue(connection);
}

/**
 * Sends the head with the whole body behind it, from memory of the kernel or checked memory of the
 * app (`kind`, connections.as.ts); without a token the app's is copied. Gives 1 when that memory
 * must stay until its token is released, 0 when it is no longer needed, or a negated error number.
 */
export function respondWhole(
  connection: Connection, status: u32, kind: u32, start: u32, length: u32, token: u64,
): i32 {
  if ((connection.notices & hasBegun) != 0) return -<i32>errno.invalid;
  if (!frame(connection, status, length)) return -<i32>errno.overflow;
  connection.bodyLength = 0;
  const sentLength = (connection.notices & sendsNoBody) != 0 ? 0 : length;
  const kept = sendWhole(connection, kind, start, sentLength, token);
  if (kept < 0) {
    abortExchange(connection);
    return kept;
  }
  completeResponse(connection);
  return kept;
}

function sendWhole(
  connection: Connection, kind: u32, start: u32, length: u32, token: u64,
): i32 {
  const head = headStart();
  const headBytes = headLength();
  // Another request is here already: its response goes out with this one.
  const isFollowed = connection.phase == donePhase && connection.cursor != connection.filled;
  if (kind != appSource || hasOutput(connection) || (isFollowed && length <= copyLimit)) {
    return keepRest(connection, 0, kind, start, length, token);
  }
  let sent = sendParts(connection.socket, head, headBytes, start, length);
  if (sent == -<i64>errno.again) sent = 0;
  if (sent < 0) return <i32>sent;
  if (<u32>sent == headBytes + length) return 0;
  return keepRest(connection, <u32>sent, kind, start, length, token);
}

/** Keeps what could not be sent yet of the head and of what follows it. */
function keepRest(
  connection: Connection, sent: u32, kind: u32, start: u32, length: u32, token: u64,
): i32 {
  const headBytes = headLength();
  if (sent < headBytes) {
    const isKept = addOutput(connection, headStart() + sent, headBytes - sent);
    if (!isKept) return -<i32>errno.noMemory;
    sent = headBytes;
  }
  const from = start + (sent - headBytes);
  const left = length - (sent - headBytes);
  enqueue(connection);
  if (left <= copyLimit || (kind == appSource && token == 0)) {
    let isKept = false;
    if (kind == appSource) isKept = addAppOutput(connection, from, left);
    else isKept = addOutput(connection, from, left);
    return isKept ? 0 : -<i32>errno.noMemory;
  }
  setSource(connection, kind, from, left, token);
  return token == 0 ? 0 : 1;
}

/** Sends the head alone; the body follows by `writeBody`, its end by `endBody`. */
export function respondInPieces(connection: Connection, status: u32): i32 {
  if ((connection.notices & hasBegun) != 0) return -<i32>errno.invalid;
  if (!frame(connection, status, -1)) return -<i32>errno.overflow;
  if (!addOutput(connection, headStart(), headLength())) return -<i32>errno.noMemory;
  setSocketOption(connection.socket, noDelayOption, 1);
  enqueue(connection);
  return 0;
}

/** Writes checked app memory: 0, or 1 when the app shall wait before it writes more. */
export function writeBody(connection: Connection, appPointer: u32, length: u32): i32 {
  const notices = connection.notices;
  if ((notices & hasBegun) == 0) return -<i32>errno.invalid;
  if (length == 0 || (notices & sendsNoBody) != 0) return 0;
  if ((notices & sendsLength) != 0) {
    if (length > connection.responseLeft) return -<i32>errno.messageTooLong;
    connection.responseLeft -= length;
  }
  const isKept =
    ((notices & sendsChunks) == 0 || addChunkHead(connection, length)) &&
    addAppOutput(connection, appPointer, length);
  if (!isKept) return -<i32>errno.noMemory;
  enqueue(connection);
  if (connection.outputBytes < highWater) return 0;
  if (!flush(connection)) {
    lose(connection);
    return -<i32>connection.error;
  }
  // Even if there is room again: others shall have their turn.
  connection.notices |= awaitsWritable;
  return 1;
}

/** Ends the body. One that is shorter than announced breaks the connection off. */
export function endBody(connection: Connection): void {
  const notices = connection.notices;
  if ((notices & hasBegun) == 0) return;
  if ((notices & (sendsLength | sendsNoBody)) == sendsLength && connection.responseLeft != 0) {
    abortExchange(connection);
    return;
  }
  if ((notices & (sendsChunks | sendsNoBody)) == sendsChunks) {
    if ((notices & hasSentChunk) != 0) addOutput(connection, text("\r\n0\r\n\r\n"), 7);
    else addOutput(connection, text("0\r\n\r\n"), 5);
  }
  completeResponse(connection);
}

/** Breaks the connection off without another word. */
export function abortExchange(connection: Connection): void {
  lose(connection);
  connection.notices = 0;
  connection.handle = 0;
  connection.stage = goneStage;
}

const chunkHead = memory.data(16);

/** The size of a chunk in hexadecimal; the end of the chunk before goes with it. */
function addChunkHead(connection: Connection, length: u32): bool {
  let at = chunkHead;
  if ((connection.notices & hasSentChunk) != 0) {
    store<u16>(at, 0x0a0d);
    at += 2;
  }
  for (let shift = (31 - <i32>clz(length)) & ~3; shift >= 0; shift -= 4) {
    const digit = (length >> shift) & 15;
    store<u8>(at++, digit + (digit < 10 ? 0x30 : 0x57));
  }
  store<u16>(at, 0x0a0d);
  connection.notices |= hasSentChunk;
  return addOutput(connection, chunkHead, <u32>(at + 2 - chunkHead));
}

/**
 * Ends the head with the fields that frame the body (RFC 9112, 6) and say what becomes of the
 * connection (9.3, 9.6). `length` is the body's, -1 when nobody knows it yet.
 */
function frame(connection: Connection, status: u32, length: i64): bool {
  const given = headLengthGiven();
  const isEmpty = status == 204 || status == 304 || status < 200;
  const isOld = (connection.flags & oldVersion) != 0;
  const isListening = findListener(connection.listenerHandle) != null;
  if (headAsksToClose() || !isListening || !canDrain(connection)) {
    connection.notices |= closesAfter;
  }
  if (isEmpty || (connection.flags & isHead) != 0) connection.notices |= sendsNoBody;
  if ((connection.notices & sendsNoBody) != 0) {
    // What the body of another response would have been.
    const announced = given >= 0 ? given : length;
    const isAllowed = !isEmpty || (status == 304 && given >= 0);
    if (isAllowed && (announced > 0 || given >= 0)) {
      putNumberField(text("Content-Length: "), announced);
    }
  } else if (length >= 0 || given >= 0) {
    const announced = length >= 0 ? length : given;
    putNumberField(text("Content-Length: "), announced);
    if (length < 0) connection.notices |= sendsLength;
    connection.responseLeft = announced;
  } else if (isOld) {
    connection.notices |= closesAfter;
  } else {
    putField(text("Transfer-Encoding: chunked"));
    connection.notices |= sendsChunks;
  }
  if ((connection.notices & closesAfter) != 0) putField(text("Connection: close"));
  else if (isOld) putField(text("Connection: keep-alive"));
  if (!endHead()) return false;
  connection.notices |= hasBegun;
  return true;
}

/** Whether the rest of the request is worth receiving to keep the connection. */
function canDrain(connection: Connection): bool {
  if (connection.phase == donePhase) return true;
  if ((connection.notices & hasContinued) == 0) return false;
  return connection.phase != lengthPhase || connection.bodyLeft <= drainLimit;
}
