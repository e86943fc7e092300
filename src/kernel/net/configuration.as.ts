// Addresses of the interfaces, as somebody outside says (contracts/control-channel.ts): a word for
// each, with entries behind one another that commas divide, or in the forms of others.
import * as config from "../base/config.as";
import { putBytes, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { familyOf, ipv4 } from "./address.as";
import { parseAddress } from "./address-text.as";
import { startDhcp } from "./dhcp/client.as";
import { addSearchDomain, addServer } from "./dns/resolvers.as";
import {
  applySetting,
  beginSetting,
  configureLinuxForm,
  configureUnikraftForm,
  interfaceOfDevice,
  readGateway,
  readMask,
  readOwn,
} from "./foreign-settings.as";
import { entryEnd, parsePort } from "./settings.as";
import { endRefusal } from "../platform/pc/refusal.as";
import {
  configureAddress,
  configureAutomatically,
  configureGateway,
  configureRoute,
} from "./stack.as";
import { toStackAddress } from "./stack-socket.as";
import { isIpv4Address } from "./wire/ip.as";

/** Form of a word: tsuki.net=, what Tsuki itself writes. */
export const ownForm: u32 = 0;
/** Form: Linux's ip=. */
const linuxForm: u32 = 1;
/** Form: Unikraft's netdev.ip=. */
const unikraftForm: u32 = 2;
/** Form: the address alone. */
const addressForm: u32 = 3;
/** Form: the mask, in a word of its own; then the gateway. */
export const maskForm: u32 = 4;

const wordBytes: u32 = 256;
const wordLimit: u32 = 6;
const words = memory.data(1536, 8); // wordLimit texts: u8 form, then the value and a NUL
let wordCount: u32 = 0;

const address = memory.data(20, 8);
const bytes = memory.data(16, 8);
const neighbour = memory.data(16, 8);

/** The names of words that give an address, in the order of their forms. */
export function addressWords(): usize {
  return text("tsuki.net=ip=netdev.ip=netdev.ipv4_addr=");
}

/** The names of those that go with one, from `maskForm` on; the last two have the same forms. */
export function partWords(): usize {
  return text("netdev.ipv4_subnet_mask=netdev.ipv4_gw_addr=netdev.mask=netdev.gw=");
}

/**
 * Keeps the value of a word by its name's place; it ends with a blank, a NUL, or at `last`. False
 * when it is too long, and cut off, or there are too many.
 */
export function noteNetworkWord(place: u32, value: usize, last: u64): bool {
  if (wordCount == wordLimit) return false;
  const word = words + wordCount * wordBytes;
  wordCount++;
  store<u8>(word, place < 6 ? place : place - 2);
  for (let index: u32 = 1; index < wordBytes - 1 && <u64>value < last; index++, value++) {
    const byte = load<u8>(value);
    if (byte == 0 || byte == 0x20) return true;
    store<u8>(word + index, byte);
  }
  return <u64>value >= last;
}

/** How many devices are given something by words of our own form. */
export function ownWordCount(): u32 {
  let count: u32 = 0;
  for (let index: u32 = 0; index < wordCount; index++) {
    if (load<u8>(words + index * wordBytes) == ownForm) count++;
  }
  return count;
}

/** Gives the interfaces what the words say; the first word of a form is the first device's. */
export function configureInterfaces(now: u64): void {
  let ownWords: u32 = 0;
  let unikraftWords: u32 = 0;
  let hasParts = false;
  beginSetting();
  for (let index: u32 = 0; index < wordCount; index++) {
    const start = words + index * wordBytes + 1;
    const form = formOf(start - 1);
    const end = endOf(start);
    if (form == ownForm) configureOwnForm(ownWords++, start, end, now);
    else if (form < addressForm) continue;
    else if (readPart(form, start, end)) hasParts = true;
    else complain(start, end);
  }
  if (hasParts) applySetting(0);
  for (let index: u32 = 0; index < wordCount; index++) {
    const start = words + index * wordBytes + 1;
    const form = formOf(start - 1);
    const end = endOf(start);
    let isSound = true;
    if (form == linuxForm) isSound = configureLinuxForm(start, end, now);
    if (form == unikraftForm) isSound = configureUnikraftForm(unikraftWords++, start, end);
    if (!isSound) complain(start, end);
  }
}

/** A word's form: Unikraft's has more than an address. */
function formOf(word: usize): u32 {
  const form = load<u8>(word);
  if (form != unikraftForm) return form;
  for (let place = word + 1; load<u8>(place) != 0; place++) {
    if (load<u8>(place) == 0x2f || load<u8>(place) == 0x3a) return unikraftForm;
  }
  return addressForm;
}

function endOf(start: usize): usize {
  while (load<u8>(start) != 0) start++;
  return start;
}

function readPart(form: u32, start: usize, end: usize): bool {
  if (form == addressForm) return readOwn(start, end);
  return form == maskForm ? readMask(start, end) : readGateway(start, end);
}

/** Gives the device with a place what a text says; a line says what cannot be read. */
function configureOwnForm(device: u32, start: usize, end: usize, now: u64): void {
  const number = interfaceOfDevice(device);
  while (number >= 0 && start < end) {
    const stop = entryEnd(start, end);
    if (!configureEntry(number, start, stop, now)) complain(start, stop);
    start = stop + 1;
  }
}

function complain(start: usize, end: usize): void {
  beginMessage(text("network setting \""));
  putBytes(start, <u32>(end - start));
  putText(text("\" is malformed"));
  // A machine that nobody reaches is worse than none.
  if (config.platform == config.pc) endRefusal();
  else endMessage();
}

function configureEntry(number: u32, start: usize, end: usize, now: u64): bool {
  const auto = valueOf(text("auto"), start, end);
  if (auto != 0) {
    configureAutomatically(number, now);
    return auto == end;
  }
  const dhcp = valueOf(text("dhcp"), start, end);
  if (dhcp != 0) {
    startDhcp(number, now);
    return dhcp == end;
  }
  const gateway = valueOf(text("gateway="), start, end);
  if (gateway != 0) return readAddress(gateway, end) && configureGateway(number, bytes);
  const route = valueOf(text("route="), start, end);
  if (route != 0) return readRoute(number, route, end);
  const server = valueOf(text("dns="), start, end);
  if (server != 0) return readAddress(server, end) && addServer(address);
  const domain = valueOf(text("search="), start, end);
  if (domain != 0) return addSearchDomain(domain, <u32>(end - domain));
  return configurePrefix(number, start, end);
}

/** An address and the bits of its network: 10.0.0.2/24. */
function configurePrefix(number: u32, start: usize, end: usize): bool {
  const bits = readPrefix(start, end);
  return bits >= 0 && configureAddress(number, bytes, bits);
}

/** A network, and the neighbour that leads to it: 10.5.0.0/16@10.0.0.9. */
function readRoute(number: u32, start: usize, end: usize): bool {
  const at = placeOf(0x40, start, end);
  if (at == end || !readAddress(at + 1, end)) return false;
  memory.copy(neighbour, bytes, 16);
  const bits = readPrefix(start, at);
  if (bits < 0 || isIpv4Address(bytes) != isIpv4Address(neighbour)) return false;
  return configureRoute(number, bytes, bits, neighbour);
}

/** Leaves the address before a slash in `bytes`; the bits behind it, of 128, or -1. */
function readPrefix(start: usize, end: usize): i32 {
  const slash = placeOf(0x2f, start, end);
  if (slash == end || !readAddress(start, slash)) return -1;
  const bits = parsePort(slash + 1, end);
  const unused: i32 = familyOf(address) == ipv4 ? 96 : 0;
  return bits < 0 || bits + unused > 128 ? -1 : bits + unused;
}

function placeOf(byte: u32, start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != byte) start++;
  return start;
}

function readAddress(start: usize, end: usize): bool {
  if (!parseAddress(start, <u32>(end - start), address)) return false;
  toStackAddress(address, bytes);
  return true;
}

/** Where the rest of an entry begins that begins with a name; 0 for others. */
function valueOf(name: usize, start: usize, end: usize): usize {
  for (; load<u8>(name) != 0; name++, start++) {
    if (start == end || load<u8>(start) != load<u8>(name)) return 0;
  }
  return start;
}
