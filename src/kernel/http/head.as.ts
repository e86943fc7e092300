// The lines of a request's head (RFC 9112, 3 and 5). Each function gives 0, or the status with
// which the request is refused.
import { text } from "../base/text.as";
import {
  equalsText,
  isAuthorityByte,
  isTargetByte,
  isTokenByte,
  isValueByte,
  lowerCase,
} from "./characters.as";
import {
  expectsContinue,
  hasAuthority,
  hasHost,
  hasLength,
  headerEntry,
  headerLimit,
  isChunked,
  isHead,
  oldVersion,
  Request,
  wantsClose,
  wantsKeepAlive,
  wantsUpgrade,
} from "./request.as";

const space: u32 = 0x20;
const tab: u32 = 9;
const colon: u32 = 0x3a;
const comma: u32 = 0x2c;

/** A longer method is nobody's (RFC 9110, 9.1: 501). */
const methodLimit: u32 = 32;
const versionBytes: u32 = 8;
const digitLimit: u32 = 19;

/** Reads `method SP target SP version`. */
export function readRequestLine(request: Request, start: u32, length: u32): u32 {
  const buffer = request.buffer;
  const end = start + length;
  let at = start;
  while (at < end && isTokenByte(load<u8>(buffer + at))) at++;
  request.methodStart = start;
  request.methodLength = at - start;
  if (at == start || at == end || load<u8>(buffer + at) != space) return 400;
  const target = at + 1;
  for (at = target; at < end && isTargetByte(load<u8>(buffer + at)); ) at++;
  request.targetStart = target;
  request.targetLength = at - target;
  if (at == target || at == end || load<u8>(buffer + at) != space) return 400;
  const status = readVersion(request, buffer + at + 1, end - at - 1);
  if (status != 0) return status;
  if (request.methodLength > methodLimit) return 501;
  return checkTarget(request);
}

function readVersion(request: Request, start: usize, length: u32): u32 {
  if (length != versionBytes || load<u32>(start) != 0x5054_5448) return 400; // "HTTP"
  const major = load<u8>(start, 5) - 0x30;
  const minor = load<u8>(start, 7) - 0x30;
  if (load<u8>(start, 4) != 0x2f || load<u8>(start, 6) != 0x2e) return 400;
  if (major > 9 || minor > 9) return 400;
  if (major != 1) return 505;
  if (minor == 0) request.flags |= oldVersion;
  return 0;
}

/** The four forms of a target (RFC 9112, 3.2); nobody here is a proxy. */
function checkTarget(request: Request): u32 {
  const method = request.buffer + request.methodStart;
  const target = request.buffer + request.targetStart;
  const length = request.targetLength;
  if (request.methodLength == 4 && load<u32>(method) == 0x4441_4548) request.flags |= isHead;
  if (isMethod(request, text("CONNECT"))) return 501;
  if (load<u8>(target) == 0x2f) return 0;
  if (length == 1 && load<u8>(target) == 0x2a) return isMethod(request, text("OPTIONS")) ? 0 : 400;
  let scheme: u32 = 0;
  if (length > 7 && equalsText(target, 7, text("http://"))) scheme = 7;
  else if (length > 8 && equalsText(target, 8, text("https://"))) scheme = 8;
  if (scheme == 0) return 400;
  let end = scheme;
  while (end < length && isAuthorityByte(load<u8>(target + end))) end++;
  if (end == scheme) return 400;
  if (end < length && load<u8>(target + end) != 0x2f && load<u8>(target + end) != 0x3f) return 400;
  request.authorityStart = request.targetStart + scheme;
  request.authorityLength = end - scheme;
  request.flags |= hasAuthority;
  return isHost(target + scheme, end - scheme) ? 0 : 400;
}

function isMethod(request: Request, name: usize): bool {
  const method = request.buffer + request.methodStart;
  for (let index: u32 = 0; index < request.methodLength; index++) {
    if (load<u8>(method + index) != load<u8>(name + index)) return false;
  }
  return load<u8>(name + request.methodLength) == 0;
}

/** Reads `name ":" OWS value OWS`, its name into lower case. */
export function readHeaderLine(request: Request, start: u32, length: u32): u32 {
  const buffer = request.buffer;
  let at = start;
  let end = start + length;
  for (let byte = <u32>load<u8>(buffer + at); at < end && isTokenByte(byte); ) {
    store<u8>(buffer + at, lowerCase(byte));
    byte = load<u8>(buffer + ++at);
  }
  const nameLength = at - start;
  // Neither space before the colon nor a continued line (RFC 9112, 5.1 and 5.2).
  if (at == start || at == end || load<u8>(buffer + at) != colon) return 400;
  at++;
  while (at < end && isBlank(load<u8>(buffer + at))) at++;
  while (end > at && isBlank(load<u8>(buffer + end - 1))) end--;
  for (let index = at; index < end; index++) {
    if (!isValueByte(load<u8>(buffer + index))) return 400;
  }
  if (request.headerCount == headerLimit) return 431;
  const entry = headerEntry(request, request.headerCount++);
  store<u16>(entry, start);
  store<u16>(entry, nameLength, 2);
  store<u16>(entry, at, 4);
  store<u16>(entry, end - at, 6);
  return readKnownField(request, buffer + start, nameLength, buffer + at, end - at);
}

@inline
function isBlank(byte: u32): bool {
  return byte == space || byte == tab;
}

/** The fields that frame a message or say what becomes of its connection. */
function readKnownField(
  request: Request, name: usize, nameLength: u32, value: usize, length: u32,
): u32 {
  switch (nameLength) {
    case 4:
      if (equalsText(name, 4, text("host"))) return readHost(request, value, length);
      break;
    case 6:
      if (equalsText(name, 6, text("expect"))) return readExpect(request, value, length);
      break;
    case 10:
      if (equalsText(name, 10, text("connection"))) readConnection(request, value, length);
      break;
    case 14:
      if (equalsText(name, 14, text("content-length"))) return readLength(request, value, length);
      break;
    case 17:
      if (equalsText(name, 17, text("transfer-encoding"))) {
        return readTransferEncoding(request, value, length);
      }
      break;
  }
  return 0;
}

function readHost(request: Request, value: usize, length: u32): u32 {
  if ((request.flags & hasHost) != 0) return 400;
  request.flags |= hasHost;
  return isHost(value, length) ? 0 : 400;
}

/** `uri-host [":" port]`; it may be empty. */
function isHost(start: usize, length: u32): bool {
  const isLiteral = length != 0 && load<u8>(start) == 0x5b;
  let at: u32 = 0;
  let isClosed = !isLiteral;
  for (; at < length; at++) {
    const byte = <u32>load<u8>(start + at);
    if (!isAuthorityByte(byte)) return false;
    if (byte == 0x5b && at != 0) return false;
    if (byte == 0x5d) {
      if (isClosed) return false;
      isClosed = true;
    } else if (byte == colon && isClosed) {
      break;
    }
  }
  if (!isClosed || (at == 0 && length != 0)) return false;
  for (let port = at + 1; port < length; port++) {
    if (<u32>load<u8>(start + port) - 0x30 > 9) return false;
  }
  return true;
}

function readExpect(request: Request, value: usize, length: u32): u32 {
  if ((request.flags & oldVersion) != 0) return 0;
  if (!equalsText(value, length, text("100-continue"))) return 417;
  request.flags |= expectsContinue;
  return 0;
}

function readLength(request: Request, value: usize, length: u32): u32 {
  if ((request.flags & hasLength) != 0 || length == 0) return 400;
  request.flags |= hasLength;
  let total: u64 = 0;
  for (let index: u32 = 0; index < length; index++) {
    const digit = <u32>load<u8>(value + index) - 0x30;
    if (digit > 9) return 400;
    // What has too many digits is too long, whatever they are.
    if (index < digitLimit) total = total * 10 + digit;
    else total = u64.MAX_VALUE;
  }
  request.bodyLeft = total;
  return 0;
}

/** `chunked` alone is understood; another coding before it is not, and behind it is malformed. */
function readTransferEncoding(request: Request, value: usize, length: u32): u32 {
  if ((request.flags & isChunked) != 0) return 400;
  if (equalsText(value, length, text("chunked"))) {
    request.flags |= isChunked;
    return 0;
  }
  if (length < 8 || !equalsText(value + length - 7, 7, text("chunked"))) return 400;
  const before = <u32>load<u8>(value + length - 8);
  if (!isBlank(before) && before != comma) return 400;
  return 501;
}

function readConnection(request: Request, value: usize, length: u32): void {
  for (let start: u32 = 0; start < length; ) {
    let end = start;
    while (end < length && load<u8>(value + end) != comma) end++;
    let last = end;
    while (start < last && isBlank(load<u8>(value + start))) start++;
    while (last > start && isBlank(load<u8>(value + last - 1))) last--;
    const option = value + start;
    if (equalsText(option, last - start, text("close"))) request.flags |= wantsClose;
    if (equalsText(option, last - start, text("keep-alive"))) request.flags |= wantsKeepAlive;
    if (equalsText(option, last - start, text("upgrade"))) request.flags |= wantsUpgrade;
    start = end + 1;
  }
}
