// Addresses of the interfaces in the forms that others use: Linux's `ip=` (its nfsroot.txt), and
// Unikraft's `netdev.ip=` and the three older words that urunc gives (`netdev.ipv4_addr=` ...).
import { familyOf, ipv4 } from "./address.as";
import { parseAddress } from "./address-text.as";
import { startDhcp } from "./dhcp/client.as";
import { addServer } from "./dns/resolvers.as";
import { ethernetInterface, interfaceAt, interfaceLimit } from "./link/interfaces.as";
import { parsePort } from "./settings.as";
import { configureAddress, configureGateway } from "./stack.as";
import { toStackAddress } from "./stack-socket.as";
import { text } from "../base/text.as";
import { ipv4AddressOf } from "./wire/ip.as";

const ipv4Unused: u32 = 96; // bits of an address of 16 bytes that are no part of IPv4's

const address = memory.data(20, 8);
const own = memory.data(16, 8);
const gateway = memory.data(16, 8);
const maskBytes = memory.data(16, 8);
let prefixBits: u32 = 0;
let hasOwn: bool = false;
let hasGateway: bool = false;

/** The interface of the Ethernet device with a place from 0 up; -1 when there is none. */
export function interfaceOfDevice(place: u32): i32 {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (interfaceAt(number).kind != ethernetInterface) continue;
    if (place == 0) return number;
    place--;
  }
  return -1;
}

/**
 * Linux's form: client:server:gateway:mask:host:device:autoconfiguration:dns:dns:ntp, or the
 * autoconfiguration alone. False when it cannot be read; what cannot be had is left out.
 */
export function configureLinuxForm(start: usize, end: usize, now: u64): bool {
  beginSetting();
  const first = fieldEnd(start, end);
  if (first == end && !isAddress(start, end)) return automate(0, start, end, now);
  if (first > start && !readOwn(start, first)) return false;
  const device = readDevice(fieldOf(5, start, end), end);
  const mask = fieldOf(3, start, end);
  const way = fieldOf(2, start, end);
  if (device < 0 || !readMask(mask, fieldEnd(mask, end))) return false;
  if (!readGateway(way, fieldEnd(way, end))) return false;
  for (let place: u32 = 7; place < 9; place++) {
    const server = fieldOf(place, start, end);
    if (!readServer(server, fieldEnd(server, end))) return false;
  }
  const method = fieldOf(6, start, end);
  if (!hasOwn) return automate(device, method, fieldEnd(method, end), now);
  if (!isStatic(method, fieldEnd(method, end))) return false;
  applySetting(device);
  return true;
}

/** Unikraft's form: address/bits:gateway:dns:dns, and names, for the device with a place. */
export function configureUnikraftForm(device: u32, start: usize, end: usize): bool {
  beginSetting();
  const first = fieldEnd(start, end);
  let slash = start;
  while (slash < first && load<u8>(slash) != 0x2f) slash++;
  if (!readOwn(start, slash)) return false;
  if (slash != first) {
    const bits = parsePort(slash + 1, first);
    if (bits < 0 || bits > 32) return false;
    prefixBits = bits + ipv4Unused;
  }
  const way = fieldOf(1, start, end);
  if (!readGateway(way, fieldEnd(way, end))) return false;
  for (let place: u32 = 2; place < 4; place++) {
    const server = fieldOf(place, start, end);
    if (!readServer(server, fieldEnd(server, end))) return false;
  }
  applySetting(device);
  return true;
}

/** Begins what words of one field each say. */
export function beginSetting(): void {
  hasOwn = false;
  hasGateway = false;
  prefixBits = 0;
}

/** The address of one word. */
export function readOwn(start: usize, end: usize): bool {
  hasOwn = readIpv4(start, end, own);
  if (hasOwn && prefixBits == 0) prefixBits = bitsOfClass(ipv4AddressOf(own));
  return hasOwn;
}

/** The mask of another, or nothing. */
export function readMask(start: usize, end: usize): bool {
  if (start == end) return true;
  if (!readIpv4(start, end, maskBytes)) return false;
  const mask = ipv4AddressOf(maskBytes);
  if (mask == 0 || (~mask & ~mask + 1) != 0) return false;
  prefixBits = ipv4Unused + popcnt<u32>(mask);
  return true;
}

/** The gateway of a third, or nothing. */
export function readGateway(start: usize, end: usize): bool {
  hasGateway = false;
  if (start == end) return true;
  if (!readIpv4(start, end, gateway)) return false;
  hasGateway = ipv4AddressOf(gateway) != 0;
  return true;
}

/** Gives the device with a place what was read, if there is such a device. */
export function applySetting(device: u32): void {
  const number = interfaceOfDevice(device);
  if (number < 0 || !hasOwn) return;
  configureAddress(number, own, prefixBits);
  if (hasGateway) configureGateway(number, gateway);
}

function automate(device: u32, start: usize, end: usize, now: u64): bool {
  if (isWord(text("off"), start, end) || isWord(text("none"), start, end)) return true;
  const isDhcp = start == end || isWord(text("dhcp"), start, end)
    || isWord(text("on"), start, end) || isWord(text("any"), start, end)
    || isWord(text("both"), start, end);
  const number = interfaceOfDevice(device);
  if (isDhcp && number >= 0) startDhcp(number, now);
  return isDhcp;
}

/** Whether a method leaves an address alone that was given. */
function isStatic(start: usize, end: usize): bool {
  return start == end || isWord(text("off"), start, end) || isWord(text("none"), start, end)
    || isWord(text("static"), start, end);
}

function readServer(start: usize, end: usize): bool {
  if (start == end) return true;
  if (!parseAddress(start, <u32>(end - start), address)) return false;
  addServer(address); // more than there is room for are left out
  return true;
}

/** The place of a device: eth0 is the first; -1 for other names. */
function readDevice(start: usize, end: usize): i32 {
  const stop = fieldEnd(start, end);
  if (start == stop) return 0;
  const isNamed = stop - start == 4 && load<u8>(start) == 0x65 && load<u16>(start, 1) == 0x6874;
  const place = <u32>load<u8>(start, 3) - 0x30;
  return isNamed && place < interfaceLimit ? <i32>place : -1;
}

function readIpv4(start: usize, end: usize, bytes: usize): bool {
  if (!isAddress(start, end) || familyOf(address) != ipv4) return false;
  toStackAddress(address, bytes);
  return true;
}

function isAddress(start: usize, end: usize): bool {
  return parseAddress(start, <u32>(end - start), address);
}

function bitsOfClass(number: u32): u32 {
  if (number >> 31 == 0) return ipv4Unused + 8;
  return ipv4Unused + (number >> 30 == 2 ? 16 : 24);
}

/** Where a field begins, counted from 0; the end when there are fewer. */
function fieldOf(place: u32, start: usize, end: usize): usize {
  for (; place != 0 && start < end; place--) start = min(fieldEnd(start, end) + 1, end);
  return start;
}

function fieldEnd(start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != 0x3a) start++;
  return start;
}

function isWord(word: usize, start: usize, end: usize): bool {
  for (; load<u8>(word) != 0; word++, start++) {
    if (start == end || load<u8>(start) != load<u8>(word)) return false;
  }
  return start == end;
}
