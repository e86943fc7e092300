// Text that JavaScript writes, with places in the bundle replaced by the source's.
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import { writeVectors } from "../console/streams.as";
import { copyPlace, findPlace } from "./line-map.as";
import { textRoom, vectorRoom } from "./quickjs.as";

/** The stream of standard error. */
export const standardError: u32 = 2;

const markerLength: u32 = 13; // "tsuki:bundle:"
const firstByte: u32 = 0x74;

/** Writes UTF-8 text in the app's memory to standard output (1) or standard error (2). */
export function writeText(stream: u32, start: u32, length: u32): void {
  const end = start + length;
  let written = start;
  for (let at = start; at + markerLength < end; ) {
    if (app.load8(at) != firstByte || !isMarker(at)) {
      at++;
      continue;
    }
    const numbers = at + markerLength;
    const lineEnd = skipDigits(numbers, end);
    if (lineEnd == numbers || !findPlace(readDecimal(numbers, lineEnd))) {
      at = numbers;
      continue;
    }
    writeBytes(stream, written, at - written);
    writePlace(stream);
    written = skipColumn(lineEnd, end);
    at = written;
  }
  writeBytes(stream, written, end - written);
}

/** Writes `text("...")` to a stream. */
export function writeConstant(stream: u32, constant: usize): void {
  let length: u32 = 0;
  while (load<u8>(constant + length) != 0) length++;
  app.copyOut(textRoom(), constant, length);
  writeBytes(stream, textRoom(), length);
}

/** Writes the place that was found last: `file:line`. */
function writePlace(stream: u32): void {
  writeBytes(stream, textRoom(), copyPlace(textRoom()));
}

function writeBytes(stream: u32, start: u32, length: u32): void {
  const vector = vectorRoom();
  while (length != 0) {
    app.store32(vector, start);
    app.store32(vector + 4, length);
    const written = writeVectors(stream, vector, 1);
    // Nobody reads any more: the text is lost, as it is in a pipe.
    if (written <= 0) return;
    start += <u32>written;
    length -= <u32>written;
  }
}

/** Whether "tsuki:bundle:" stands at a place of the app's memory. */
function isMarker(at: u32): bool {
  const marker = text("tsuki:bundle:");
  for (let index: u32 = 0; index < markerLength; index++) {
    if (app.load8(at + index) != load<u8>(marker + index)) return false;
  }
  return true;
}

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

function skipDigits(at: u32, end: u32): u32 {
  while (at < end && isDigit(app.load8(at))) at++;
  return at;
}

/** Skips `:column`, if it is there. */
function skipColumn(at: u32, end: u32): u32 {
  if (at >= end || app.load8(at) != 0x3a) return at;
  const behind = skipDigits(at + 1, end);
  return behind == at + 1 ? at : behind;
}

function readDecimal(at: u32, end: u32): u32 {
  let value: u32 = 0;
  for (; at < end; at++) value = value * 10 + app.load8(at) - 0x30;
  return value;
}
