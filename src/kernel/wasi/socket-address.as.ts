// WasmEdge's addresses in app memory: u32 pointer, u32 size. Of 4 or 16 bytes it is the address
// alone; of more, 128 as a rule, u16 family and then the address.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  byteCount,
  bytesOf,
  familyOf,
  ipv4,
  ipv6,
  packetFamily,
  setUnspecified,
} from "../net/address.as";

const withFamilyBytes: u32 = 18;

/** Reads an address; EFAULT or EINVAL when it is none. */
export function readAppAddress(place: u32, port: u32, address: usize): u32 {
  if (!isAppRange(place, 8)) return errno.fault;
  const start = app.load32(place);
  const size = app.load32(place + 4);
  if (!isAppRange(start, size)) return errno.fault;
  if (size == 4 || size == 16) {
    setUnspecified(address, size == 4 ? ipv4 : ipv6, port);
    app.copyIn(bytesOf(address), start, size);
    return errno.success;
  }
  if (size < withFamilyBytes) return errno.invalid;
  const family = app.load16(start);
  const isKnown = family == ipv4 || family == ipv6 || family == packetFamily;
  if (!isKnown) return errno.familyNotSupported;
  setUnspecified(address, family, port);
  app.copyIn(bytesOf(address), start + 2, byteCount(family));
  return errno.success;
}

/** Writes an address where there is room for it; EFAULT or EINVAL where not. */
export function writeAppAddress(place: u32, address: usize): u32 {
  if (!isAppRange(place, 8)) return errno.fault;
  const start = app.load32(place);
  const size = app.load32(place + 4);
  if (!isAppRange(start, size)) return errno.fault;
  const family = familyOf(address);
  const length: u32 = family == 0 ? 0 : byteCount(family);
  if (size >= withFamilyBytes) {
    app.store16(start, family);
    app.copyOut(start + 2, bytesOf(address), length);
    return errno.success;
  }
  if (size < length) return errno.invalid;
  app.copyOut(start, bytesOf(address), length);
  return errno.success;
}
