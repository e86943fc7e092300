// The body of a request that comes in chunks (RFC 9112, 7.1), byte by byte.
import { hexadecimalDigit, isTokenByte, isValueByte } from "./characters.as";
import {
  chunkData,
  chunkDataLineFeed,
  chunkDataReturn,
  chunkExtension,
  chunkSize,
  chunkSizeLineFeed,
  chunkSizeStart,
  donePhase,
  lastLineFeed,
  Request,
  trailerLineFeed,
  trailerName,
  trailerStart,
  trailerValue,
} from "./request.as";

const carriageReturn: u32 = 13;
const lineFeed: u32 = 10;
const colon: u32 = 0x3a;
const semicolon: u32 = 0x3b;

/** Bytes of the line with a chunk's size and extensions. */
const sizeLineLimit: u32 = 256;

/** Bytes of the trailer section, which is checked and dropped. */
const trailerLimit: u32 = 8192;

/**
 * Reads as far as there are bytes of the body to give (`bodyStart`, `bodyLength`), else to the end
 * of what was received. Gives 0, or the status with which the request is refused.
 */
export function readChunked(request: Request, limit: u64): u32 {
  request.bodyLength = 0;
  while (request.cursor < request.filled && request.phase != donePhase) {
    if (request.phase == chunkData) {
      takeData(request);
      return 0;
    }
    const status = readByte(request, load<u8>(request.buffer + request.cursor), limit);
    if (status != 0) return status;
    request.cursor++;
  }
  return 0;
}

function takeData(request: Request): void {
  const length = <u32>min<u64>(request.filled - request.cursor, request.bodyLeft);
  request.bodyStart = request.cursor;
  request.bodyLength = length;
  request.cursor += length;
  request.bodyLeft -= length;
  request.bodyTotal += length;
  if (request.bodyLeft == 0) request.phase = chunkDataReturn;
}

function readByte(request: Request, byte: u32, limit: u64): u32 {
  const phase = request.phase;
  if (phase <= chunkSizeLineFeed) return readSizeByte(request, byte, limit);
  if (phase == chunkDataReturn) return expect(request, byte, carriageReturn, chunkDataLineFeed);
  if (phase == chunkDataLineFeed) return expect(request, byte, lineFeed, chunkSizeStart);
  if (++request.lineBytes > trailerLimit) return 431;
  return readTrailerByte(request, byte);
}

function expect(request: Request, byte: u32, expected: u32, phase: u32): u32 {
  if (byte != expected) return 400;
  request.phase = phase;
  return 0;
}

function readSizeByte(request: Request, byte: u32, limit: u64): u32 {
  const phase = request.phase;
  if (phase == chunkSizeStart) request.lineBytes = 0;
  if (++request.lineBytes > sizeLineLimit) return 400;
  if (phase == chunkSizeLineFeed) {
    if (byte != lineFeed) return 400;
    request.lineBytes = 0;
    request.phase = request.bodyLeft == 0 ? trailerStart : chunkData;
    return 0;
  }
  if (phase != chunkExtension) {
    const digit = hexadecimalDigit(byte);
    if (digit >= 0) {
      request.bodyLeft = (phase == chunkSizeStart ? 0 : request.bodyLeft << 4) + digit;
      request.phase = chunkSize;
      return request.bodyTotal + request.bodyLeft > limit ? 413 : 0;
    }
    if (phase == chunkSizeStart) return 400;
    if (byte != carriageReturn && byte != semicolon) return 400;
  }
  if (byte == carriageReturn) request.phase = chunkSizeLineFeed;
  else if (isValueByte(byte)) request.phase = chunkExtension;
  else return 400;
  return 0;
}

function readTrailerByte(request: Request, byte: u32): u32 {
  switch (request.phase) {
    case trailerStart:
      if (byte == carriageReturn) request.phase = lastLineFeed;
      else if (isTokenByte(byte)) request.phase = trailerName;
      else return 400;
      return 0;
    case trailerName:
      if (byte == colon) request.phase = trailerValue;
      else if (!isTokenByte(byte)) return 400;
      return 0;
    case trailerValue:
      if (byte == carriageReturn) request.phase = trailerLineFeed;
      else if (!isValueByte(byte)) return 400;
      return 0;
    case trailerLineFeed:
      return expect(request, byte, lineFeed, trailerStart);
    default:
      return expect(request, byte, lineFeed, donePhase);
  }
}
