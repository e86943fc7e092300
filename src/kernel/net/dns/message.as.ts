// DNS messages (RFC 1035, 4.1): one question out; addresses in.
import { addressBytes, bytesOf, ipv4, ipv6, setUnspecified } from "../address.as";

/** Bytes of the longest message that is sent. */
export const queryCapacity: u32 = 300;

/** Outcome: not an answer to this question. */
const notAnAnswer: i32 = -1;

/** Outcome: the name does not exist (NXDOMAIN). */
export const noSuchName: i32 = -2;

/** Outcome: this server cannot say. */
export const serverFailure: i32 = -3;

const headerBytes: u32 = 12;
const internetClass: u32 = 1;
const typeIpv4: u32 = 1; // A
const typeIpv6: u32 = 28; // AAAA
const longestName: u32 = 253;
const longestLabel: u32 = 63;

/** Writes the question for a name's addresses of a family; its bytes, 0 when the name is none. */
export function writeQuery(
  buffer: usize, id: u32, name: usize, length: u32, family: u32,
): u32 {
  if (length != 0 && load<u8>(name + length - 1) == 0x2e) length--;
  if (length == 0 || length > longestName) return 0;
  memory.fill(buffer, 0, headerBytes);
  store16(buffer, id);
  store16(buffer + 2, 0x0100); // recursion desired
  store16(buffer + 4, 1);
  let target = buffer + headerBytes;
  for (let start: u32 = 0; start <= length; ) {
    let end = start;
    while (end < length && load<u8>(name + end) != 0x2e) end++;
    if (end == start || end - start > longestLabel) return 0;
    store<u8>(target++, end - start);
    memory.copy(target, name + start, end - start);
    target += end - start;
    start = end + 1;
  }
  store<u8>(target, 0);
  store16(target + 1, family == ipv4 ? typeIpv4 : typeIpv6);
  store16(target + 3, internetClass);
  return <u32>(target + 5 - buffer);
}

/**
 * Reads the answer to a question: how many addresses it wrote to `addresses`, with port 0, at most
 * `limit`, or one of the outcomes above.
 */
export function readAnswer(
  message: usize, length: u32, query: usize, queryLength: u32, addresses: usize, limit: u32,
): i32 {
  if (length < queryLength || !isAnswerTo(message, query, queryLength)) return notAnAnswer;
  const code = load<u8>(message, 3) & 15;
  if (code == 3) return noSuchName;
  if (code != 0) return serverFailure;
  let left = load16(message + 6);
  let found: u32 = 0;
  let at = queryLength;
  for (; left != 0 && found < limit; left--) {
    at = skipName(message, at, length);
    if (at == 0 || at + 10 > length) break;
    const type = load16(message + at);
    const recordClass = load16(message + at + 2);
    const size = load16(message + at + 8);
    at += 10;
    if (at + size > length) break;
    const isWanted = recordClass == internetClass && type == load16(query + queryLength - 4);
    if (isWanted && takeAddress(message + at, type, size, addresses + found * addressBytes)) {
      found++;
    }
    at += size;
  }
  return found;
}

/** Same number, a response to a plain query, and the same question, whatever its letters' case. */
function isAnswerTo(message: usize, query: usize, queryLength: u32): bool {
  if (load<u16>(message) != load<u16>(query)) return false;
  if ((load<u8>(message, 2) & 0xf8) != 0x80 || load16(message + 4) != 1) return false;
  for (let at = headerBytes; at < queryLength; at++) {
    if (lowerCase(load<u8>(message + at)) != lowerCase(load<u8>(query + at))) return false;
  }
  return true;
}

/** Where what follows a name begins; 0 when the name runs out of the message. */
function skipName(message: usize, at: u32, length: u32): u32 {
  while (at < length) {
    const byte = <u32>load<u8>(message + at);
    if (byte == 0) return at + 1;
    if (byte >= 0xc0) return at + 2;
    if (byte > longestLabel) return 0;
    at += byte + 1;
  }
  return 0;
}

function takeAddress(data: usize, type: u32, size: u32, address: usize): bool {
  if (type == typeIpv4 && size == 4) setUnspecified(address, ipv4, 0);
  else if (type == typeIpv6 && size == 16) setUnspecified(address, ipv6, 0);
  else return false;
  memory.copy(bytesOf(address), data, size);
  return true;
}

function lowerCase(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

function load16(pointer: usize): u32 {
  return bswap<u16>(load<u16>(pointer));
}

function store16(pointer: usize, value: u32): void {
  store<u16>(pointer, bswap<u16>(<u16>value));
}
