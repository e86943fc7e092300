// Neighbour discovery (RFC 4861, 4; RFC 8106): bodies of ICMPv6 messages and their options.
import { load32 } from "./byte-order.as";
import { loadHardwareAddress, storeHardwareAddress } from "./ethernet.as";
import { malformed, truncated, wellFormed } from "./outcome.as";

/** ICMPv6 type: where are the routers? */
export const routerSolicitation: u32 = 133;
/** ICMPv6 type: here is one. */
export const routerAdvertisement: u32 = 134;
/** ICMPv6 type: who has this address? */
export const neighbourSolicitation: u32 = 135;
/** ICMPv6 type: I have it. */
export const neighbourAdvertisement: u32 = 136;

/** Flag of a neighbour advertisement: the sender is a router. */
export const routerFlag: u32 = 0x8000_0000;
/** Flag of a neighbour advertisement: it answers a solicitation. */
export const solicitedFlag: u32 = 0x4000_0000;
/** Flag of a neighbour advertisement: it replaces what is known. */
export const overrideFlag: u32 = 0x2000_0000;

/** Flag of a prefix: its addresses are on the link. */
export const onLinkFlag: u32 = 0x80;
/** Flag of a prefix: hosts make addresses of it (RFC 4862, 5.5.3). */
export const autonomousFlag: u32 = 0x40;

/** The hop limit that shows that no router forwarded a message. */
export const ndpHopLimit: u32 = 255;

const sourceLinkOption: u32 = 1;
const targetLinkOption: u32 = 2;
const prefixOption: u32 = 3;
const mtuOption: u32 = 5;
/** Option of a router's: servers to ask for names (RFC 8106, 5.1). */
export const resolversOption: u32 = 25;
/** Option of a router's: domains to search (RFC 8106, 5.2). */
export const domainsOption: u32 = 31;

/** What there may be no link address with: no hardware address has these bits. */
export const noLinkAddress: u64 = 0xffff_ffff_ffff_ffff;

/** A solicitation or advertisement of a neighbour, or a router's solicitation without a target. */
@unmanaged
export class Neighbour {
  /** The target's 16 bytes. */
  targetHigh: u64;
  targetLow: u64;
  /** The source's link address in solicitations, the target's in advertisements. */
  linkAddress: u64;
  flags: u32;
}

/** A router's advertisement. */
@unmanaged
export class Router {
  linkAddress: u64;
  hopLimit: u32;
  flags: u32;
  lifetimeSeconds: u32;
  reachableMs: u32;
  retransmitMs: u32;
  /** MTU of the link; 0 when nothing is said. */
  mtu: u32;
  /** Where the options lie, for `findPrefix`. */
  options: usize;
  optionBytes: u32;
}

/** A prefix of a router's advertisement. */
@unmanaged
export class Prefix {
  prefixHigh: u64;
  prefixLow: u64;
  prefixBits: u32;
  flags: u32;
  validSeconds: u32;
  preferredSeconds: u32;
}

/** Reads the body behind type, code and checksum: the word, then target and options. */
export function parseNeighbour(type: u32, word: u32, body: usize, length: u32, to: Neighbour): u32 {
  const targetBytes: u32 = type == routerSolicitation ? 0 : 16;
  if (length < targetBytes) return truncated;
  to.targetHigh = targetBytes == 0 ? 0 : load<u64>(body);
  to.targetLow = targetBytes == 0 ? 0 : load<u64>(body, 8);
  to.flags = type == neighbourAdvertisement ? word & 0xe000_0000 : 0;
  // A target is of one host (RFC 4861, 7.1).
  if (targetBytes != 0 && (<u32>to.targetHigh & 255) == 0xff) return malformed;
  const wanted = type == neighbourAdvertisement ? targetLinkOption : sourceLinkOption;
  const options = body + targetBytes;
  const end = body + length;
  if (!areOptionsSound(options, end)) return malformed;
  to.linkAddress = findLinkAddress(options, end, wanted);
  return wellFormed;
}

/** Writes target and link address (unless there is none) as a body: its bytes. */
export function emitNeighbour(type: u32, from: Neighbour, body: usize): u32 {
  let at: u32 = 0;
  if (type != routerSolicitation) {
    store<u64>(body, from.targetHigh);
    store<u64>(body, from.targetLow, 8);
    at = 16;
  }
  if (from.linkAddress == noLinkAddress) return at;
  store<u8>(body + at, type == neighbourAdvertisement ? targetLinkOption : sourceLinkOption);
  store<u8>(body + at, 1, 1);
  storeHardwareAddress(body + at + 2, from.linkAddress);
  return at + 8;
}

/** Reads a router's advertisement: its word and body. */
export function parseRouter(word: u32, body: usize, length: u32, router: Router): u32 {
  if (length < 8) return truncated;
  router.hopLimit = word >> 24;
  router.flags = word >> 16 & 255;
  router.lifetimeSeconds = word & 0xffff;
  router.reachableMs = load32(body);
  router.retransmitMs = load32(body + 4);
  router.options = body + 8;
  router.optionBytes = length - 8;
  router.mtu = 0;
  const end = body + length;
  if (!areOptionsSound(router.options, end)) return malformed;
  router.linkAddress = findLinkAddress(router.options, end, sourceLinkOption);
  const mtu = findOption(router.options, end, mtuOption);
  if (mtu != 0 && optionBytes(mtu) == 8) router.mtu = load32(mtu + 4);
  return wellFormed;
}

/** Reads the prefix with a number, counted from 0; false when there are fewer. */
export function findPrefix(router: Router, index: u32, prefix: Prefix): bool {
  const end = router.options + router.optionBytes;
  let option = findOption(router.options, end, prefixOption);
  for (; option != 0 && index != 0; index--) {
    option = findOption(option + optionBytes(option), end, prefixOption);
  }
  if (option == 0 || optionBytes(option) != 32) return false;
  prefix.prefixBits = load<u8>(option, 2);
  prefix.flags = <u32>load<u8>(option, 3) & (onLinkFlag | autonomousFlag);
  prefix.validSeconds = load32(option + 4);
  prefix.preferredSeconds = load32(option + 8);
  prefix.prefixHigh = load<u64>(option, 16);
  prefix.prefixLow = load<u64>(option, 24);
  return prefix.prefixBits <= 128;
}

/** Every option has a length, and the last ends where the message does (RFC 4861, 4.6). */
function areOptionsSound(option: usize, end: usize): bool {
  while (option < end) {
    if (option + 8 > end) return false;
    const size = optionBytes(option);
    if (size == 0 || option + size > end) return false;
    option += size;
  }
  return true;
}

function findLinkAddress(option: usize, end: usize, kind: u32): u64 {
  const found = findOption(option, end, kind);
  return found == 0 || optionBytes(found) != 8 ? noLinkAddress : loadHardwareAddress(found + 2);
}

/** The first option of a kind among options that are sound; 0 for none. */
function findOption(option: usize, end: usize, kind: u32): usize {
  for (; option < end; option += optionBytes(option)) {
    if (load<u8>(option) == kind) return option;
  }
  return 0;
}

/** Bytes of an option. */
@inline
export function optionBytes(option: usize): u32 {
  return <u32>load<u8>(option, 1) << 3;
}
