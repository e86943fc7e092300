// DNS messages (RFC 1035, 4.1): one question out; the addresses that its name leads to in.
import { addressBytes, bytesOf, ipv4, ipv6, setUnspecified } from "../address.as";
import { areSameNames, isSameName, skipName } from "./names.as";

/** Bytes of the longest message that is sent. */
export const queryCapacity: u32 = 300;

/** Bytes of what `addExtension` writes. */
export const extensionBytes: u32 = 11;

/** Outcome: not an answer to this question. */
export const notAnAnswer: i32 = -1;

/** Outcome: the name does not exist (NXDOMAIN). */
export const noSuchName: i32 = -2;

/** Outcome: this server cannot say. */
const serverFailure: i32 = -3;

/** Outcome: the answer is too long for a datagram, and is to be had by TCP (RFC 7766). */
export const wantsStream: i32 = -4;

/** Outcome: this server does not understand the question (FORMERR, NOTIMP). */
export const notUnderstood: i32 = -5;

const headerBytes: u32 = 12;
const internetClass: u32 = 1;
const typeIpv4: u32 = 1; // A
const typeAlias: u32 = 5; // CNAME
const typeAuthority: u32 = 6; // SOA
const typeIpv6: u32 = 28; // AAAA
const typeExtension: u32 = 41; // OPT
const longestName: u32 = 253;
const longestLabel: u32 = 63;
const aliasLimit: u32 = 8;
const truncatedFlag: u32 = 2;
const refusedKind: u32 = 0xffff;

/** A day: nothing is remembered for longer (RFC 8767, 4 has a week). */
const longestSeconds: u32 = 86_400;
/** What does not exist is looked for again after three hours (RFC 2308, 5). */
const longestAbsence: u32 = 10_800;

let validSeconds: u32 = 0;

// The record that `readRecord` has read.
let recordType: u32 = 0;
let recordSeconds: u32 = 0;
let recordData: u32 = 0;
let recordBytes: u32 = 0;

/** Seconds for which the answer that was read last is true; 0: it is not to be remembered. */
export function answerSeconds(): u32 {
  return validSeconds;
}

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

/** Adds to a question how long a datagram with its answer may be (RFC 6891, 6.1.2: OPT). */
export function addExtension(buffer: usize, length: u32, answerBytes: u32): void {
  store16(buffer + 10, 1);
  const record = buffer + length;
  memory.fill(record, 0, extensionBytes);
  store16(record + 1, typeExtension);
  store16(record + 3, answerBytes);
}

/**
 * Reads the answer to a question: how many addresses it wrote to `addresses`, with port 0, at most
 * `limit`, or one of the outcomes above.
 */
export function readAnswer(
  message: usize, length: u32, query: usize, queryLength: u32, addresses: usize, limit: u32,
): i32 {
  validSeconds = 0;
  if (length < queryLength || !isAnswerTo(message, query, queryLength)) return notAnAnswer;
  if ((load<u8>(message, 2) & truncatedFlag) != 0) return wantsStream;
  const code = load<u8>(message, 3) & 15;
  if (code == 1 || code == 4) return notUnderstood;
  if (code != 0 && code != 3) return serverFailure;
  let found: u32 = 0;
  if (code == 0) found = followAliases(message, length, query, queryLength, addresses, limit);
  if (found == 0) validSeconds = absenceSeconds(message, length, queryLength);
  return code == 3 ? noSuchName : <i32>found;
}

/** Same number, a response to a plain query, and the same question, whatever its letters' case. */
function isAnswerTo(message: usize, query: usize, queryLength: u32): bool {
  if (load<u16>(message) != load<u16>(query)) return false;
  if ((load<u8>(message, 2) & 0xf8) != 0x80 || load16(message + 4) != 1) return false;
  return areSameNames(message + headerBytes, query + headerBytes, queryLength - headerBytes);
}

/**
 * Takes the addresses of the question's name or, where that is an alias, of what it stands for (RFC
 * 1034, 3.6.2): records about other names are none of an honest answer's.
 */
function followAliases(
  message: usize, length: u32, query: usize, queryLength: u32, addresses: usize, limit: u32,
): u32 {
  const wanted = load16(query + queryLength - 4);
  let owner = headerBytes;
  let seconds = longestSeconds;
  for (let count: u32 = 0; count <= aliasLimit; count++) {
    let found: u32 = 0;
    let alias: u32 = 0;
    let at = queryLength;
    for (let left = load16(message + 6); left != 0; left--) {
      const isOwners = isSameName(message, length, at, owner);
      at = readRecord(message, at, length);
      if (at == 0) break;
      if (!isOwners) continue;
      if (recordType == wanted && found < limit) {
        if (!takeAddress(message, addresses + found * addressBytes)) continue;
        found++;
        seconds = min(seconds, recordSeconds);
      } else if (recordType == typeAlias && alias == 0) {
        alias = recordData;
        seconds = min(seconds, recordSeconds);
      }
    }
    if (found != 0) {
      validSeconds = seconds;
      return found;
    }
    if (alias == 0) return 0;
    owner = alias;
  }
  return 0;
}

/** How long the absence of what was asked for is true: its authority says (RFC 2308, 5). */
function absenceSeconds(message: usize, length: u32, queryLength: u32): u32 {
  const answers = load16(message + 6);
  let at = queryLength;
  for (let left = answers + load16(message + 8); left != 0; left--) {
    at = readRecord(message, at, length);
    if (at == 0) return 0;
    if (recordType != typeAuthority || recordBytes < 22) continue;
    const least = bswap<u32>(load<u32>(message + recordData + recordBytes - 4));
    return min(min(least, recordSeconds), longestAbsence);
  }
  return 0;
}

/** Reads a record: where the next one begins, 0 when it runs out of the message. */
function readRecord(message: usize, at: u32, length: u32): u32 {
  at = skipName(message, at, length);
  if (at == 0 || at + 10 > length) return 0;
  const isInternet = load16(message + at + 2) == internetClass;
  recordType = isInternet ? load16(message + at) : refusedKind;
  const seconds = bswap<u32>(load<u32>(message + at + 4));
  recordSeconds = seconds >> 31 != 0 ? 0 : seconds; // RFC 2181, 8
  recordBytes = load16(message + at + 8);
  recordData = at + 10;
  const end = recordData + recordBytes;
  return end > length ? 0 : end;
}

function takeAddress(message: usize, address: usize): bool {
  const family = recordType == typeIpv4 ? ipv4 : ipv6;
  if (recordBytes != (family == ipv4 ? 4 : 16)) return false;
  setUnspecified(address, family, 0);
  memory.copy(bytesOf(address), message + recordData, recordBytes);
  return true;
}

function load16(pointer: usize): u32 {
  return bswap<u16>(load<u16>(pointer));
}

function store16(pointer: usize, value: u32): void {
  store<u16>(pointer, bswap<u16>(<u16>value));
}
