// A static site: the image's embedded tree over HTTP. It has ranges (RFC 9110, 14), conditional
// requests (13) and files that were compressed beforehand, beside the others with .br or .gz
// behind.
import * as errno from "../base/errno.as";
import { text } from "../base/text.as";
import {
  embeddedBytes,
  embeddedChild,
  embeddedHash,
  embeddedLength,
  embeddedRoot,
  findEmbedded,
  isEmbeddedDirectory,
} from "../files/embedded-tree.as";
import { allocateFrames } from "../memory/frames.as";
import { wallTime } from "../time/clock.as";
import { equalsText, hexadecimalDigit } from "./characters.as";
import { Connection, kernelSource } from "./connections.as";
import { dateBytes, formatDate } from "./date.as";
import { beginHead, putBytesField, putField, putNumberField, putReason } from "./head-writer.as";
import { mediaType } from "./media-types.as";
import { abortExchange, respondWhole } from "./respond.as";
import { headerEntry, isHead } from "./request.as";

// A path of at most as many bytes as a request line has, and room for an ending and an index.
const pathFrames: u32 = 3;
const slash: u32 = 0x2f;

let path: usize = 0;
let pathLength: u32 = 0;
let entityTag: usize = 0; // 18 bytes: hexadecimal digits in quotes
let startDate: usize = 0;
let codingEntry: i32 = -1;
let coding: usize = 0;
let fieldLength: u32 = 0;

/** Answers a request from the embedded tree. */
export function respondFromTree(connection: Connection): void {
  if (!prepare()) {
    abortExchange(connection);
    return;
  }
  if (!isRead(connection)) {
    refuseMethod(connection);
    return;
  }
  const status = readPath(connection);
  if (status != 0) {
    respondStatus(connection, status);
    return;
  }
  let entry = findEmbedded(path, pathLength);
  const wantsDirectory = pathLength == 0 || load<u8>(path + pathLength - 1) == slash;
  if (entry >= 0 && isEmbeddedDirectory(entry)) {
    if (!wantsDirectory) {
      redirect(connection);
      return;
    }
    entry = embeddedChild(entry, text("index.html"), 10);
    appendPath(text("index.html"));
  } else if (wantsDirectory) {
    entry = -1;
  }
  if (entry < 0 || isEmbeddedDirectory(entry)) respondMissing(connection);
  else respondFile(connection, entry);
}

/** What is the same for all requests. The tree has no times: it is as old as the instance. */
function prepare(): bool {
  if (path != 0) return true;
  path = allocateFrames(pathFrames + 1);
  if (path == 0) return false;
  entityTag = path + pathFrames * 4096;
  startDate = entityTag + 64;
  formatDate(wallTime() / 1_000_000_000, startDate);
  return true;
}

function isRead(connection: Connection): bool {
  const method = connection.buffer + connection.methodStart;
  return (connection.flags & isHead) != 0 ||
    (connection.methodLength == 3 && load<u16>(method) == 0x4547 && load<u8>(method, 2) == 0x54);
}

function refuseMethod(connection: Connection): void {
  const method = connection.buffer + connection.methodStart;
  const isOptions = equalsText(method, connection.methodLength, text("options"));
  const status: u32 = isOptions ? 204 : 405;
  beginHead(status);
  putReason(status);
  putField(text("Allow: GET, HEAD, OPTIONS"));
  respondWhole(connection, status, kernelSource, 0, 0, 0);
}

/** Decodes the target's path, without the slash in front: 0, or a status. */
function readPath(connection: Connection): u32 {
  let at = connection.buffer + connection.targetStart;
  const end = at + connection.targetLength;
  if (connection.authorityLength != 0) {
    at = connection.buffer + connection.authorityStart + connection.authorityLength;
  }
  if (at < end && load<u8>(at) == slash) at++;
  pathLength = 0;
  for (; at < end && load<u8>(at) != 0x3f; at++) {
    let byte = <u32>load<u8>(at);
    if (byte == 0x25) {
      if (end - at < 3) return 400;
      const value = (hexadecimalDigit(load<u8>(at, 1)) << 4) | hexadecimalDigit(load<u8>(at, 2));
      // What decodes to a slash or nothing is in no name.
      if (value < 0) return 400;
      if (value == 0 || value == slash) return 404;
      byte = value;
      at += 2;
    }
    store<u8>(path + pathLength++, byte);
  }
  return 0;
}

function appendPath(ending: usize): void {
  for (let byte = load<u8>(ending); byte != 0; byte = load<u8>(++ending)) {
    store<u8>(path + pathLength++, byte);
  }
}

function redirect(connection: Connection): void {
  const start = connection.buffer + connection.targetStart;
  let length: u32 = 0;
  while (length < connection.targetLength && load<u8>(start + length) != 0x3f) length++;
  // Two slashes in front, which would make a host of what is a path, are in no name.
  memory.copy(path, start, length);
  store<u8>(path + length, slash);
  memory.copy(path + length + 1, start + length, connection.targetLength - length);
  beginHead(301);
  putReason(301);
  putBytesField(text("Location: "), path, connection.targetLength + 1);
  respondWhole(connection, 301, kernelSource, 0, 0, 0);
}

function respondStatus(connection: Connection, status: u32): void {
  beginHead(status);
  putReason(status);
  respondWhole(connection, status, kernelSource, 0, 0, 0);
}

/** 404, with the site's own page if there is one. */
function respondMissing(connection: Connection): void {
  const page = embeddedChild(embeddedRoot, text("404.html"), 8);
  if (page < 0 || isEmbeddedDirectory(page)) {
    respondStatus(connection, 404);
    return;
  }
  beginHead(404);
  putReason(404);
  putField(text("Content-Type: text/html; charset=utf-8"));
  sendBytesOf(connection, 404, page, 0, embeddedLength(page));
}

function respondFile(connection: Connection, file: u32): void {
  const type = mediaType(path, pathLength);
  const varies = chooseCoding(connection);
  if (codingEntry >= 0) file = codingEntry;
  writeEntityTag(embeddedHash(file));
  const length = embeddedLength(file);
  let status: u32 = isUnchanged(connection) ? 304 : 200;
  if (status == 200 && isRange(connection, length)) status = rangeIsEmpty ? 416 : 206;
  beginHead(status);
  putReason(status);
  putBytesField(text("ETag: "), entityTag, 18);
  if (status == 416) {
    putNumberField(text("Content-Range: bytes */"), length);
    respondWhole(connection, status, kernelSource, 0, 0, 0);
    return;
  }
  putBytesField(text("Last-Modified: "), startDate, dateBytes);
  if (varies) putField(text("Vary: Accept-Encoding"));
  if (status == 304) {
    respondWhole(connection, status, kernelSource, 0, 0, 0);
    return;
  }
  putField(text("Accept-Ranges: bytes"));
  putBytesField(text("Content-Type: "), type, textBytes(type));
  if (codingEntry >= 0) putField(coding);
  if (status == 206) putRange(length);
  if (status == 206) sendBytesOf(connection, status, file, rangeStart, rangeEnd - rangeStart);
  else sendBytesOf(connection, status, file, 0, length);
}

function sendBytesOf(
  connection: Connection, status: u32, file: u32, start: u32, length: u32,
): void {
  const bytes = embeddedBytes(file) + start;
  const outcome = respondWhole(connection, status, kernelSource, <u32>bytes, length, 0);
  if (outcome == -<i32>errno.overflow) abortExchange(connection);
}

/** Whether there are compressed forms; the one that the client takes is kept. */
function chooseCoding(connection: Connection): bool {
  codingEntry = -1;
  const end = pathLength;
  appendPath(text(".br"));
  const brotli = findEmbedded(path, pathLength);
  pathLength = end;
  appendPath(text(".gz"));
  const gzip = findEmbedded(path, pathLength);
  pathLength = end;
  if (brotli < 0 && gzip < 0) return false;
  const accepted = field(connection, text("accept-encoding"));
  if (brotli >= 0 && accepted != 0 && accepts(accepted, text("br"), 2)) {
    codingEntry = brotli;
    coding = text("Content-Encoding: br");
  } else if (gzip >= 0 && accepted != 0 && accepts(accepted, text("gzip"), 4)) {
    codingEntry = gzip;
    coding = text("Content-Encoding: gzip");
  }
  return true;
}

/** Whether a list of codings has one, with a weight above zero (RFC 9110, 12.5.3). */
function accepts(list: usize, name: usize, nameLength: u32): bool {
  for (let at: u32 = 0; at < fieldLength; ) {
    let end = at;
    while (end < fieldLength && load<u8>(list + end) != 0x2c) end++;
    while (at < end && load<u8>(list + at) == 0x20) at++;
    let last = at;
    while (last < end && load<u8>(list + last) != 0x3b && load<u8>(list + last) != 0x20) last++;
    if (last - at == nameLength && equalsText(list + at, nameLength, name)) {
      return !isRefused(list + last, end - last);
    }
    at = end + 1;
  }
  return false;
}

/** Whether a weight is zero: `;q=0`, `;q=0.000`. */
function isRefused(start: usize, length: u32): bool {
  let at: u32 = 0;
  while (at < length && load<u8>(start + at) != 0x3d) at++;
  if (at == length) return false;
  for (at++; at < length; at++) {
    if (load<u8>(start + at) - 0x31 < 9) return false;
  }
  return true;
}

function writeEntityTag(hash: u64): void {
  store<u8>(entityTag, 0x22);
  for (let index: u32 = 0; index < 16; index++) {
    const digit = <u32>(hash >> (60 - index * 4)) & 15;
    store<u8>(entityTag + 1 + index, digit + (digit < 10 ? 0x30 : 0x57));
  }
  store<u8>(entityTag, 0x22, 17);
}

/** If-None-Match, and without it If-Modified-Since (RFC 9110, 13.2.2). */
function isUnchanged(connection: Connection): bool {
  const tags = field(connection, text("if-none-match"));
  if (tags != 0) return (fieldLength == 1 && load<u8>(tags) == 0x2a) || hasTag(tags);
  const since = field(connection, text("if-modified-since"));
  // The date is always the same one: who was given it gives it back.
  return since != 0 && fieldLength == dateBytes && memory.compare(since, startDate, dateBytes) == 0;
}

function hasTag(tags: usize): bool {
  for (let at: u32 = 0; at + 18 <= fieldLength; at++) {
    if (memory.compare(tags + at, entityTag, 18) == 0) return true;
  }
  return false;
}

let rangeStart: u32 = 0;
let rangeEnd: u32 = 0;
let rangeIsEmpty = false;

/** Whether one range is asked for; several are answered with the whole (RFC 9110, 14.2). */
function isRange(connection: Connection, length: u32): bool {
  const condition = field(connection, text("if-range"));
  if (condition != 0 && (fieldLength != 18 || !hasTag(condition))) return false;
  const range = field(connection, text("range"));
  if (range == 0 || fieldLength < 7 || !equalsText(range, 6, text("bytes="))) return false;
  if ((connection.flags & isHead) != 0) return false;
  const dash = readNumber(range, 6);
  const first = number;
  if (dash >= fieldLength || load<u8>(range + dash) != 0x2d) return false;
  const end = readNumber(range, dash + 1);
  if (end != fieldLength || (dash == 6 && end == dash + 1)) return false;
  const hasEnd = end != dash + 1;
  if (dash == 6) {
    rangeStart = <u32>(number < length ? length - number : 0);
    rangeEnd = length;
    rangeIsEmpty = number == 0 || length == 0;
    return true;
  }
  if (hasEnd && number < first) return false;
  rangeIsEmpty = first >= length;
  rangeStart = <u32>min<u64>(first, length);
  rangeEnd = <u32>(hasEnd ? min<u64>(number + 1, length) : length);
  return true;
}

let number: u64 = 0;

/** Reads digits into `number`; where they end. */
function readNumber(start: usize, at: u32): u32 {
  number = 0;
  for (; at < fieldLength; at++) {
    const digit = <u32>load<u8>(start + at) - 0x30;
    if (digit > 9) break;
    if (number < 1 << 40) number = number * 10 + digit;
  }
  return at;
}

function putRange(length: u32): void {
  // "first-last/length" is not a number: it is written behind the tag's place.
  let end = entityTag + 128;
  end = putDecimalText(end, rangeStart);
  store<u8>(end++, 0x2d);
  end = putDecimalText(end, rangeEnd - 1);
  store<u8>(end++, slash);
  end = putDecimalText(end, length);
  const start = entityTag + 128;
  putBytesField(text("Content-Range: bytes "), start, <u32>(end - start));
}

function putDecimalText(to: usize, value: u32): usize {
  let divisor: u32 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor != 0; divisor /= 10) store<u8>(to++, 0x30 + value / divisor % 10);
  return to;
}

/** Where the value of a field is, its length in `fieldLength`; 0 when the request has none. */
function field(connection: Connection, name: usize): usize {
  for (let index: u32 = 0; index < connection.headerCount; index++) {
    const entry = headerEntry(connection, index);
    const nameLength = <u32>load<u16>(entry, 2);
    if (!equalsText(connection.buffer + load<u16>(entry), nameLength, name)) continue;
    fieldLength = load<u16>(entry, 6);
    return connection.buffer + load<u16>(entry, 4);
  }
  fieldLength = 0;
  return 0;
}

function textBytes(start: usize): u32 {
  let length: u32 = 0;
  while (load<u8>(start + length) != 0) length++;
  return length;
}
