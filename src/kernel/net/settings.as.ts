// How the network was set up from outside, in the environment: TSUKI_NET=host|none|tap=..., and
// TSUKI_PUBLISH=host:guest[/udp],... which gives ports that the app binds other numbers on the
// host.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { putBytes, putText } from "../base/line.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { datagramType, streamType } from "./socket-table.as";

const valueCapacity: u32 = 2048;
const mappingLimit: u32 = 64;
const mappingBytes: u32 = 8; // u16 type, u16 host port, u16 guest port

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
  isOff = length == 4 && load<u32>(frame) == noneWord;
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

/** Whether the app has no network. */
export function isNetworkOff(): bool {
  return isOff;
}

/** The host's port for one that the app binds. */
export function publishedHostPort(type: u32, port: u32): u32 {
  for (let index: u32 = 0; index < mappingCount; index++) {
    const mapping = frame + valueCapacity + index * mappingBytes;
    if (load<u16>(mapping) == type && load<u16>(mapping, 4) == port) return load<u16>(mapping, 2);
  }
  return port;
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
  let colon = end;
  while (colon > start && load<u8>(colon - 1) != 0x3a) colon--;
  if (colon == start || mappingCount == mappingLimit) return false;
  const hostPort = parsePort(start, colon - 1);
  const guestPort = parsePort(colon, end);
  if (hostPort < 0 || guestPort <= 0) return false;
  const mapping = frame + valueCapacity + mappingCount * mappingBytes;
  store<u16>(mapping, type);
  store<u16>(mapping, hostPort, 2);
  store<u16>(mapping, guestPort, 4);
  mappingCount++;
  return true;
}
