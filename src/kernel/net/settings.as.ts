// How the network was set up from outside, in the environment: TSUKI_NET=host|none|tap=..., and
// TSUKI_PUBLISH=[address:]host:guest[/udp],... which gives ports that the app binds other numbers,
// and addresses, on the host.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { putBytes, putText } from "../base/line.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { familyOf, ipv4, ipv6 } from "./address.as";
import { parseAddress } from "./address-text.as";
import { datagramType, streamType } from "./socket-table.as";

const valueCapacity: u32 = 2048;
const mappingLimit: u32 = 64;
const mappingBytes: u32 = 32; // address, u16 type, u16 host port, u16 guest port
const typeOffset: usize = 20;
const hostPortOffset: usize = 22;
const guestPortOffset: usize = 24;

const noneWord: u32 = 0x656e_6f6e; // "none"
const hostWord: u32 = 0x7473_6f68; // "host"
const tapWord: u32 = 0x3d70_6174; // "tap="

let frame: usize = 0; // a setting's text, then the mappings
let mappingCount: u32 = 0;
let isOff = false;

/** Reads the settings; false, with a line that says which, when one is malformed. */
export function readNetworkSettings(): bool {
  frame = allocateZeroedFrame();
  if (frame == 0) return true;
  return readNet() && readPublish();
}

function readNet(): bool {
  const name = text("TSUKI_NET");
  const length = copySetting(name, frame, valueCapacity);
  if (length == tooLong) return false;
  if (length == 4 && load<u32>(frame) == noneWord) isOff = true;
  if (length <= 0 || isOff || (length == 4 && load<u32>(frame) == hostWord)) return true;
  if (config.usesOwnStack && length > 4 && load<u32>(frame) == tapWord) return true;
  reportMalformed(name, frame, frame + length);
  return false;
}

function readPublish(): bool {
  const name = text("TSUKI_PUBLISH");
  const length = copySetting(name, frame, valueCapacity);
  if (length == tooLong) return false;
  for (let start = frame, end = frame + max(length, 0); start < end; ) {
    const stop = entryEnd(start, end);
    if (!readMapping(start, stop)) {
      reportMalformed(name, start, stop);
      return false;
    }
    start = stop + 1;
  }
  return true;
}

/** Leaves the app without a network: there is no device for one. */
export function turnNetworkOff(): void {
  isOff = true;
}

/** Whether the app has no network. */
export function isNetworkOff(): bool {
  return isOff;
}

/** The host's port for one that the app binds. */
export function publishedHostPort(type: u32, port: u32): u32 {
  const mapping = findMapping(type, port);
  return mapping == 0 ? port : load<u16>(mapping, hostPortOffset);
}

/** The host's address for such a port, if one is named; else 0. */
export function publishedHostAddress(type: u32, port: u32): usize {
  const mapping = findMapping(type, port);
  return mapping == 0 || familyOf(mapping) == 0 ? 0 : mapping;
}

/** How many ports were published. */
export function publishedCount(): u32 {
  return mappingCount;
}

/** The host's port that one of them is, if it is for streams; else 0. */
export function publishedStreamPort(index: u32): u32 {
  const mapping = mappingPlace(index);
  return load<u16>(mapping, typeOffset) == streamType ? load<u16>(mapping, hostPortOffset) : 0;
}

/** Whether the app may bind ports of the host's below one: any, unless some are published. */
export function mayPublishBelow(limit: u32): bool {
  for (let index: u32 = 0; index < mappingCount; index++) {
    if (load<u16>(mappingPlace(index), hostPortOffset) < limit) return true;
  }
  return mappingCount == 0;
}

function mappingPlace(index: u32): usize {
  return frame + valueCapacity + index * mappingBytes;
}

function findMapping(type: u32, port: u32): usize {
  for (let index: u32 = 0; index < mappingCount; index++) {
    const mapping = mappingPlace(index);
    const isItsType = load<u16>(mapping, typeOffset) == type;
    if (isItsType && load<u16>(mapping, guestPortOffset) == port) return mapping;
  }
  return 0;
}

/** Where the entry that starts at `start` ends: a comma or the end of the list. */
export function entryEnd(start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != 0x2c) start++;
  return start;
}

/** The socket type that an entry's ending names: `/udp`, `/tcp`, or none for streams. */
export function entryType(start: usize, end: usize): u32 {
  return end - start > 4 && load<u32>(end - 4) == 0x7064_752f ? datagramType : streamType;
}

/** The same entry's end without that ending. */
export function entryEndWithoutType(start: usize, end: usize): usize {
  if (end - start <= 4) return end;
  const ending = load<u32>(end - 4);
  return ending == 0x7064_752f || ending == 0x7063_742f ? end - 4 : end;
}

/** A port from 0 to 65535 in decimal, or -1. */
export function parsePort(start: usize, end: usize): i32 {
  if (start == end || end - start > 5) return -1;
  let port: i32 = 0;
  for (; start < end; start++) {
    const digit = load<u8>(start) - 0x30;
    if (digit > 9) return -1;
    port = port * 10 + digit;
  }
  return port > 0xffff ? -1 : port;
}

/** An address by number, of IPv6 in brackets. */
export function readHostAddress(start: usize, end: usize, address: usize): bool {
  if (end - start >= 2 && load<u8>(start) == 0x5b && load<u8>(end - 1) == 0x5d) {
    return parseAddress(start + 1, <u32>(end - start - 2), address) && familyOf(address) == ipv6;
  }
  return parseAddress(start, <u32>(end - start), address) && familyOf(address) == ipv4;
}

/** Where the text behind the last colon begins; at the start when there is none. */
export function behindColon(start: usize, end: usize): usize {
  let place = end;
  while (place > start && load<u8>(place - 1) != 0x3a) place--;
  return place;
}

/** Says in one line what cannot be read. */
export function reportMalformed(name: usize, start: usize, end: usize): void {
  beginMessage(name);
  putText(text(": \""));
  putBytes(start, <u32>(end - start));
  putText(text("\" is malformed, see docs/deploy.md"));
  endMessage();
}

function readMapping(start: usize, end: usize): bool {
  const type = entryType(start, end);
  end = entryEndWithoutType(start, end);
  const guest = behindColon(start, end);
  if (guest == start || mappingCount == mappingLimit) return false;
  const host = behindColon(start, guest - 1);
  const hostPort = parsePort(host, guest - 1);
  const guestPort = parsePort(guest, end);
  if (hostPort < 0 || guestPort <= 0) return false;
  const mapping = mappingPlace(mappingCount);
  if (host != start && !readHostAddress(start, host - 1, mapping)) return false;
  store<u16>(mapping, type, typeOffset);
  store<u16>(mapping, hostPort, hostPortOffset);
  store<u16>(mapping, guestPort, guestPortOffset);
  mappingCount++;
  return true;
}
