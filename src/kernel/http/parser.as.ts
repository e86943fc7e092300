// Reads requests (RFC 9112): bytes in, events out. It knows no connection and no clock; how the
// bytes were split on their way makes no difference to the events.
import { readChunked } from "./chunked.as";
import { readHeaderLine, readRequestLine } from "./head.as";
import {
  bodyBytes,
  chunkSizeStart,
  donePhase,
  expectsContinue,
  failedPhase,
  hasAuthority,
  hasHost,
  hasLength,
  headComplete,
  headerEntry,
  headerPhase,
  headLimit,
  isChunked,
  lengthPhase,
  needMore,
  oldVersion,
  Request,
  requestComplete,
  requestFailed,
  requestLineLimit,
  requestLinePhase,
} from "./request.as";

/** Bytes of a request's body, at most. */
const bodyLimit: u64 = 1 << 30;

/** No event: there may be another line. */
const lineRead: u32 = 5;

const everyByte: u64 = 0x0101_0101_0101_0101;
const highBits: u64 = 0x8080_8080_8080_8080;

/** Reads on as far as the next event. */
export function advance(request: Request): u32 {
  if (request.phase <= headerPhase) return readHead(request);
  if (request.phase == lengthPhase) return readLength(request);
  if (request.phase == donePhase) return requestComplete;
  if (request.phase == failedPhase) return requestFailed;
  const status = readChunked(request, bodyLimit);
  if (status != 0) return fail(request, status);
  if (request.bodyLength != 0) return bodyBytes;
  return request.phase == donePhase ? requestComplete : needMore;
}

/** Refuses the request. */
function fail(request: Request, status: u32): u32 {
  request.phase = failedPhase;
  request.status = status;
  return requestFailed;
}

function readHead(request: Request): u32 {
  let event = lineRead;
  while (event == lineRead) event = readNextLine(request);
  return event;
}

function readNextLine(request: Request): u32 {
  const lineEnd = findLineFeed(request.buffer, request.searched, request.filled);
  const limitStatus = checkLimits(request, lineEnd);
  if (limitStatus != 0) return fail(request, limitStatus);
  if (lineEnd == request.filled) {
    request.searched = lineEnd;
    return needMore;
  }
  const start = request.cursor;
  request.cursor = lineEnd + 1;
  request.searched = lineEnd + 1;
  if (lineEnd == start || load<u8>(request.buffer + lineEnd - 1) != 13) return fail(request, 400);
  const length = lineEnd - 1 - start;
  if (length == 0 && request.phase == headerPhase) return finishHead(request);
  const status = readLine(request, start, length);
  return status == 0 ? lineRead : fail(request, status);
}

function readLine(request: Request, start: u32, length: u32): u32 {
  if (request.phase == headerPhase) return readHeaderLine(request, start, length);
  if (length == 0) {
    // Some clients send an empty line behind a body (RFC 9112, 2.2).
    request.emptyLines++;
    return request.emptyLines > 4 ? 400 : 0;
  }
  request.phase = headerPhase;
  return readRequestLine(request, start, length);
}

/** Bytes up to the end of a line, or up to where no end was found, against what is allowed. */
function checkLimits(request: Request, lineEnd: u32): u32 {
  if (request.phase == requestLinePhase) {
    return lineEnd - request.cursor > requestLineLimit ? 414 : 0;
  }
  return lineEnd >= headLimit ? 431 : 0;
}

/** What the fields of a head say together. */
function finishHead(request: Request): u32 {
  request.headEnd = request.cursor;
  const flags = request.flags;
  if ((flags & (hasHost | oldVersion)) == 0) return fail(request, 400);
  if ((flags & isChunked) != 0) {
    // A message with both is an attempt at smuggling (RFC 9112, 6.1 and 6.3).
    if ((flags & (hasLength | oldVersion)) != 0) return fail(request, 400);
    request.phase = chunkSizeStart;
  } else {
    if (request.bodyLeft > bodyLimit) return fail(request, 413);
    request.phase = request.bodyLeft == 0 ? donePhase : lengthPhase;
    if (request.bodyLeft == 0) request.flags = flags & ~expectsContinue;
  }
  if ((flags & hasAuthority) != 0) replaceHost(request);
  return headComplete;
}

/** The host in the target counts, and not the one in the field (RFC 9112, 3.2.2). */
function replaceHost(request: Request): void {
  for (let index: u32 = 0; index < request.headerCount; index++) {
    const entry = headerEntry(request, index);
    const name = request.buffer + load<u16>(entry);
    if (load<u16>(entry, 2) != 4 || load<u32>(name) != 0x7473_6f68) continue; // "host"
    store<u16>(entry, request.authorityStart, 4);
    store<u16>(entry, request.authorityLength, 6);
  }
}

function readLength(request: Request): u32 {
  const available = request.filled - request.cursor;
  if (available == 0) return needMore;
  const length = <u32>min<u64>(available, request.bodyLeft);
  request.bodyStart = request.cursor;
  request.bodyLength = length;
  request.cursor += length;
  request.bodyLeft -= length;
  request.bodyTotal += length;
  if (request.bodyLeft == 0) request.phase = donePhase;
  return bodyBytes;
}

/** Offset of the first line feed from `start` on; `end` when there is none. */
function findLineFeed(buffer: usize, start: u32, end: u32): u32 {
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const difference = load<u64>(buffer + at) ^ (everyByte * 10);
    const found = (difference - everyByte) & ~difference & highBits;
    if (found != 0) return at + (<u32>ctz(found) >> 3);
  }
  while (at < end && load<u8>(buffer + at) != 10) at++;
  return at;
}
