// What routers advertise of names: servers to ask (RDNSS) and domains to search (DNSSL), each for a
// time (RFC 8106). A few of both: the first that are told.
import { isMulticastAddress, isSameAddress, isUnspecified } from "../link/addresses.as";
import { domainsOption, optionBytes, resolversOption, Router } from "../wire/ndp.as";
import { load32 } from "../wire/byte-order.as";

const resolverLimit: u32 = 3;
const domainLimit: u32 = 2;
const domainCapacity: u32 = 128;
const longestLabel: u32 = 63;
const second: u64 = 1_000_000_000;
const forever: u64 = 0xffff_ffff_ffff_ffff;

// Each: an address, then u64 until when; each domain: u64 until when, u32 bytes, then its text.
const resolvers = memory.data(72, 8);
const domains = memory.data(288, 8);
const domainRecordBytes: u32 = 144;
const domainTextOffset: usize = 12;
const scratch = memory.data(128);

/** Takes the options of a router's advertisement that is to be believed. */
export function takeAdvertisedNames(router: Router, now: u64): void {
  const end = router.options + router.optionBytes;
  for (let option = router.options; option < end; option += optionBytes(option)) {
    const kind = <u32>load<u8>(option);
    if (kind == resolversOption) takeResolvers(option, now);
    if (kind == domainsOption) takeDomains(option, now);
  }
}

/** A server by its place among those that are valid, 16 bytes; 0 when there are no more. */
export function advertisedResolver(index: u32, now: u64): usize {
  for (let place: u32 = 0; place < resolverLimit; place++) {
    const entry = resolvers + place * 24;
    if (load<u64>(entry, 16) <= now) continue;
    if (index == 0) return entry;
    index--;
  }
  return 0;
}

/** Where the text of a domain is, by its place among those that are valid; 0 for none. */
export function advertisedDomain(index: u32, now: u64): usize {
  const entry = domainEntry(index, now);
  return entry == 0 ? 0 : entry + domainTextOffset;
}

/** Bytes of that text; 0 when there are no more. */
export function advertisedDomainBytes(index: u32, now: u64): u32 {
  const entry = domainEntry(index, now);
  return entry == 0 ? 0 : load<u32>(entry, 8);
}

function domainEntry(index: u32, now: u64): usize {
  for (let place: u32 = 0; place < domainLimit; place++) {
    const entry = domains + place * domainRecordBytes;
    if (load<u64>(entry) <= now) continue;
    if (index == 0) return entry;
    index--;
  }
  return 0;
}

function takeResolvers(option: usize, now: u64): void {
  const end = option + optionBytes(option);
  const until = endOf(option, now);
  for (let address = option + 8; address + 16 <= end; address += 16) {
    if (isMulticastAddress(address) || isUnspecified(address)) continue;
    let free: usize = 0;
    for (let place: u32 = 0; place < resolverLimit; place++) {
      const entry = resolvers + place * 24;
      const isKnown = isSameAddress(entry, address);
      if (isKnown || free == 0 && load<u64>(entry, 16) <= now) free = entry;
      if (isKnown) break;
    }
    if (free == 0) continue;
    memory.copy(free, address, 16);
    store<u64>(free, until, 16);
  }
}

function takeDomains(option: usize, now: u64): void {
  const end = option + optionBytes(option);
  const until = endOf(option, now);
  for (let name = option + 8; name < end && load<u8>(name) != 0; ) {
    const length = readName(name, end);
    if (length == 0) return;
    keepDomain(length, until, now);
    name += length + 2; // the first label's length, and the byte of zero
  }
}

function keepDomain(length: u32, until: u64, now: u64): void {
  let free: usize = 0;
  for (let place: u32 = 0; place < domainLimit; place++) {
    const entry = domains + place * domainRecordBytes;
    const isKnown = load<u32>(entry, 8) == length
      && memory.compare(entry + domainTextOffset, scratch, length) == 0;
    if (isKnown || free == 0 && load<u64>(entry) <= now) free = entry;
    if (isKnown) break;
  }
  if (free == 0) return;
  store<u64>(free, until);
  store<u32>(free, length, 8);
  memory.copy(free + domainTextOffset, scratch, length);
}

/** Reads labels as a text with dots: its bytes, 0 when it is too long or runs out of the option. */
function readName(name: usize, end: usize): u32 {
  let length: u32 = 0;
  while (name < end && load<u8>(name) != 0) {
    const size = <u32>load<u8>(name);
    if (size > longestLabel || name + 1 + size >= end) return 0;
    if (length + size + 1 > domainCapacity) return 0;
    if (length != 0) store<u8>(scratch + length++, 0x2e);
    memory.copy(scratch + length, name + 1, size);
    length += size;
    name += size + 1;
  }
  return name < end ? length : 0;
}

function endOf(option: usize, now: u64): u64 {
  const seconds = load32(option + 4);
  return seconds == 0xffff_ffff ? forever : now + <u64>seconds * second;
}
