// Addresses as text: IPv4 as four decimal numbers, IPv6 as RFC 4291, 2.2 reads it and RFC 5952
// writes it.
import { bytesOf, familyOf, ipv4, ipv6, setUnspecified } from "./address.as";

/** Bytes of the longest text of an address. */
export const addressTextBytes: u32 = 45;

let cursor: usize = 0;
let end: usize = 0;

/** Reads an address of either family, with port 0; false when the text is none. */
export function parseAddress(text: usize, length: u32, address: usize): bool {
  setUnspecified(address, ipv4, 0);
  cursor = text;
  end = text + length;
  if (parseIpv4(bytesOf(address)) && cursor == end) return true;
  setUnspecified(address, ipv6, 0);
  cursor = text;
  return parseIpv6(bytesOf(address)) && cursor == end;
}

/** Writes an address without its port; the bytes of the text, at most addressTextBytes. */
export function formatAddress(address: usize, text: usize): u32 {
  cursor = text;
  if (familyOf(address) == ipv4) writeIpv4(bytesOf(address));
  else writeIpv6(bytesOf(address));
  return <u32>(cursor - text);
}

function parseIpv4(bytes: usize): bool {
  for (let index: usize = 0; index < 4; index++) {
    if (index != 0 && !take(0x2e)) return false;
    const start = cursor;
    let value: u32 = 0;
    while (cursor < end && load<u8>(cursor) - 0x30 < 10 && cursor - start < 3) {
      value = value * 10 + load<u8>(cursor++) - 0x30;
    }
    if (cursor == start || value > 255) return false;
    // A leading zero might mean octal: nobody agrees, so nobody gets it.
    if (load<u8>(start) == 0x30 && cursor - start > 1) return false;
    store<u8>(bytes + index, value);
  }
  return true;
}

function parseIpv6(bytes: usize): bool {
  let group: u32 = 0;
  let gap: i32 = -1;
  if (end - cursor >= 2 && load<u16>(cursor) == 0x3a3a) {
    gap = 0;
    cursor += 2;
  }
  while (group < 8 && cursor < end) {
    const start = cursor;
    const value = parseGroup();
    if (cursor < end && load<u8>(cursor) == 0x2e && group <= 6) {
      cursor = start;
      if (!parseIpv4(bytes + group * 2)) return false;
      group += 2;
      break;
    }
    if (value < 0) return false;
    store<u16>(bytes + group * 2, bswap<u16>(<u16>value));
    group++;
    if (cursor == end) break;
    if (!take(0x3a)) return false;
    if (cursor < end && load<u8>(cursor) == 0x3a) {
      if (gap >= 0) return false;
      gap = group;
      cursor++;
    } else if (cursor == end) {
      return false;
    }
  }
  if (gap < 0) return group == 8;
  if (group == 8) return false;
  const tail = (group - gap) * 2;
  memory.copy(bytes + 16 - tail, bytes + gap * 2, tail);
  memory.fill(bytes + gap * 2, 0, 16 - group * 2);
  return true;
}

/** One to four hexadecimal digits, or -1. */
function parseGroup(): i32 {
  const start = cursor;
  let value: i32 = 0;
  for (; cursor < end && cursor - start < 4; cursor++) {
    const byte = load<u8>(cursor);
    const letter = (byte | 0x20) - 0x61;
    if (byte - 0x30 < 10) value = (value << 4) + byte - 0x30;
    else if (letter < 6) value = (value << 4) + letter + 10;
    else break;
  }
  return cursor == start ? -1 : value;
}

function take(byte: u32): bool {
  if (cursor == end || load<u8>(cursor) != byte) return false;
  cursor++;
  return true;
}

function writeIpv4(bytes: usize): void {
  for (let index: usize = 0; index < 4; index++) {
    if (index != 0) put(0x2e);
    const value = <u32>load<u8>(bytes + index);
    if (value >= 100) put(0x30 + value / 100);
    if (value >= 10) put(0x30 + value / 10 % 10);
    put(0x30 + value % 10);
  }
}

/** The longest run of two or more zero groups, the first of equals, becomes `::`. */
function writeIpv6(bytes: usize): void {
  let gap: u32 = 8;
  let gapLength: u32 = 1;
  for (let first: u32 = 0; first < 8; first++) {
    let length: u32 = 0;
    while (first + length < 8 && load<u16>(bytes + (first + length) * 2) == 0) length++;
    if (length > gapLength) {
      gap = first;
      gapLength = length;
    }
  }
  for (let group: u32 = 0; group < 8; group++) {
    if (group == gap) {
      put(0x3a);
      put(0x3a);
      group += gapLength - 1;
      continue;
    }
    if (group != 0 && (gap == 8 || group != gap + gapLength)) put(0x3a);
    writeGroup(bswap<u16>(load<u16>(bytes + group * 2)));
  }
}

function writeGroup(value: u32): void {
  for (let shift = value == 0 ? 0 : (31 - <i32>clz(value)) & ~3; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    put(digit + (digit < 10 ? 0x30 : 0x57));
  }
}

function put(byte: u32): void {
  store<u8>(cursor++, byte);
}
