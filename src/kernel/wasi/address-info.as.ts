// WasmEdge's sock_getaddrinfo. The app gives a chain of results with room for an address each:
//   u16 flags, u8 family, u8 type, u8 protocol, u32 address length at 8, address at 12, canonical
//   name at 16, its length at 20, next at 24; the address: u8 family, u32 length at 4, data at 8,
//   which is port and address in network order (IPv6: port, flow, address, scope).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { idle, round } from "../boot/loop.as";
import { allocateFrame } from "../memory/frames.as";
import { isAppRange } from "../memory/app-memory.as";
import { byteCount, bytesOf, familyOf, ipv4, ipv6 } from "../net/address.as";
import {
  beginLookup,
  endLookup,
  lookupAddress,
  lookupCount,
  lookupDeadline,
  stepLookup,
} from "../net/dns/lookup.as";
import { parsePort } from "../net/settings.as";
import { datagramType, streamType } from "../net/socket-table.as";

const resultBytes: u32 = 28;
const addressPlaceBytes: u32 = 12;
const ipv4DataBytes: u32 = 6;
const ipv6DataBytes: u32 = 26;
// Error numbers of the extension, beyond WASI's.
const tryAgain: u32 = 78; // EAI_AGAIN
const failed: u32 = 80; // EAI_FAIL
const noName: u32 = 84; // EAI_NONAME
const noService: u32 = 85; // EAI_SERVICE
const longestName: u32 = 255;

let buffer: usize = 0;

/** sock_getaddrinfo: fills in the results; waits for servers as long as it takes. */
export function sock_getaddrinfo(
  name: u32, nameLength: u32, service: u32, serviceLength: u32,
  hints: u32, results: u32, limit: u32, count: u32,
): u32 {
  if (!isAppRange(name, nameLength) || !isAppRange(service, serviceLength)) return errno.fault;
  if (!isAppRange(hints, resultBytes) || !isAppRange(results, 4)) return errno.fault;
  if (!isAppRange(count, 4)) return errno.fault;
  if (buffer == 0) buffer = allocateFrame();
  if (buffer == 0) return errno.noMemory;
  const port = readPort(service, serviceLength);
  if (port < 0) return noService;
  const length = readText(name, nameLength);
  if (length < 0) return noName;
  const family = app.load8(hints + 2);
  if (family > ipv6) return errno.familyNotSupported;
  const lookup = beginLookup(buffer, <u32>length, family);
  if (lookup < 0) return nameError(lookup);
  const error = finishLookup(lookup, hints, results, limit, count, port);
  endLookup(lookup);
  return error;
}

function finishLookup(
  lookup: u32, hints: u32, results: u32, limit: u32, count: u32, port: u32,
): u32 {
  let state = stepLookup(lookup);
  while (state == 0) {
    idle(lookupDeadline(lookup), false);
    round();
    state = stepLookup(lookup);
  }
  if (state < 0) return nameError(state);
  const type = app.load8(hints + 3) == datagramType ? datagramType : streamType;
  let result = app.load32(results);
  let given: u32 = 0;
  for (const wanted = min(limit, lookupCount(lookup)); given < wanted && result != 0; given++) {
    const error = writeResult(result, lookupAddress(lookup, given), type, port);
    if (error != 0) return error;
    result = app.load32(result + 24);
  }
  app.store32(count, given);
  return errno.success;
}

function writeResult(result: u32, address: usize, type: u32, port: u32): u32 {
  if (!isAppRange(result, resultBytes)) return errno.fault;
  const place = app.load32(result + 12);
  if (!isAppRange(place, addressPlaceBytes)) return errno.fault;
  const family = familyOf(address);
  const data = app.load32(place + 8);
  const size = family == ipv4 ? ipv4DataBytes : ipv6DataBytes;
  if (!isAppRange(data, size)) return errno.fault;
  app.store8(result + 2, family);
  app.store8(result + 3, type);
  app.store8(result + 4, type == streamType ? 1 : 2);
  app.store32(result + 8, addressPlaceBytes);
  app.store32(result + 20, 0);
  app.store8(place, family);
  app.store32(place + 4, size);
  app.fill(data, 0, size);
  app.store16(data, bswap<u16>(<u16>port));
  app.copyOut(data + (family == ipv4 ? 2 : 6), bytesOf(address), byteCount(family));
  return errno.success;
}

/** A port in decimal or one of two names; 0 for none, -1 for what is neither. */
function readPort(service: u32, serviceLength: u32): i32 {
  const length = readText(service, serviceLength);
  if (length <= 0) return length;
  if (length == 4 && load<u32>(buffer) == 0x7074_7468) return 80; // "http"
  if (length == 5 && load<u32>(buffer) == 0x7074_7468) return 443; // "https"
  return parsePort(buffer, buffer + length);
}

/** Copies text without the NULs that some apps count in; its bytes, or -1 when it is too long. */
function readText(start: u32, length: u32): i32 {
  while (length != 0 && app.load8(start + length - 1) == 0) length--;
  if (length > longestName) return -1;
  app.copyIn(buffer, start, length);
  return length;
}

function nameError(error: i32): u32 {
  if (error == -<i32>errno.noEntry) return noName;
  return error == -<i32>errno.again ? tryAgain : failed;
}
