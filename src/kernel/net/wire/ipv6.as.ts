// IPv6 packets and their extension headers (RFC 8200).
import { load16, load32, store16, store32 } from "./byte-order.as";
import { Ip } from "./ip.as";
import { malformed, truncated, unknownPart, wellFormed } from "./outcome.as";

/** Bytes of a header without extensions. */
export const ipv6HeaderBytes: u32 = 40;

/** Bytes of a fragment header. */
export const fragmentHeaderBytes: u32 = 8;

/** Next header: options for every hop, only directly behind the header. */
const hopByHopHeader: u32 = 0;
const routingHeader: u32 = 43;

/** Next header: a fragment. */
const fragmentHeader: u32 = 44;
const destinationHeader: u32 = 60;

/** Next header: nothing follows. */
const nothingFollows: u32 = 59;

/** More headers than this are nobody's honest packet. */
const headerLimit: u32 = 8;

/** Failure codes of a parameter problem (RFC 4443, 3.4). */
const erroneousField: u32 = 0;
const unknownHeader: u32 = 1;
const unknownOption: u32 = 2;

/** Failure code: an ICMPv6 error about it would be wrong. */
export const sayNothing: u32 = 255;

/** Reads a packet; what is longer than its own length says is padding. */
export function parseIpv6(packet: usize, length: u32, ip: Ip): u32 {
  if (length < ipv6HeaderBytes) return truncated;
  const first = load32(packet);
  const payloadBytes = load16(packet + 4);
  if (first >> 28 != 6) return malformed;
  if (ipv6HeaderBytes + payloadBytes > length) return truncated;
  ip.version = 6;
  ip.trafficClass = first >> 20 & 255;
  ip.flowLabel = first & 0xf_ffff;
  ip.hopLimit = load<u8>(packet, 7);
  memory.copy(changetype<usize>(ip), packet + 8, 32);
  ip.identification = 0;
  ip.fragmentOffset = 0;
  ip.moreFragments = 0;
  ip.dontFragment = 1;
  ip.isFragment = 0;
  ip.isSourceRouted = 0;
  return readExtensions(packet, ipv6HeaderBytes + payloadBytes, ip);
}

function readExtensions(packet: usize, end: u32, ip: Ip): u32 {
  let next = <u32>load<u8>(packet, 6);
  let nextOffset: u32 = 6;
  let at = ipv6HeaderBytes;
  for (let count: u32 = 0; isExtension(next); count++) {
    if (count == headerLimit) return malformed;
    if (next == hopByHopHeader && at != ipv6HeaderBytes) {
      return refuse(ip, nextOffset, unknownHeader);
    }
    if (at + 8 > end) return truncated;
    const isFixed = next == fragmentHeader;
    const size = isFixed ? fragmentHeaderBytes : (<u32>load<u8>(packet + at, 1) + 1) * 8;
    if (at + size > end) return truncated;
    const outcome = readExtension(packet, at, size, next, ip);
    if (outcome != wellFormed) return outcome;
    next = load<u8>(packet + at);
    nextOffset = at;
    at += size;
    // What follows the first part of a datagram is not there to be read in the others.
    if (ip.fragmentOffset != 0) break;
  }
  ip.protocol = next;
  ip.protocolOffset = nextOffset;
  ip.headerBytes = at;
  ip.optionBytes = at - ipv6HeaderBytes;
  ip.payloadBytes = next == nothingFollows && ip.isFragment == 0 ? 0 : end - at;
  return isFragmentSound(ip) ? wellFormed : refuse(ip, 4, erroneousField);
}

function isExtension(next: u32): bool {
  return next == hopByHopHeader || next == routingHeader || next == fragmentHeader
    || next == destinationHeader;
}

function readExtension(packet: usize, at: u32, size: u32, kind: u32, ip: Ip): u32 {
  if (kind == fragmentHeader) {
    if (ip.isFragment != 0) return malformed;
    readFragment(packet + at, ip);
    return wellFormed;
  }
  if (kind == routingHeader) {
    // Nobody routes here: with segments left it would be for a router (RFC 5095, RFC 8200, 4.4).
    if (load<u8>(packet + at, 3) == 0) return wellFormed;
    ip.isSourceRouted = 1;
    return refuse(ip, at + 2, erroneousField);
  }
  return readOptions(packet, at + 2, at + size, ip);
}

function readFragment(header: usize, ip: Ip): void {
  const fragment = load16(header + 2);
  ip.isFragment = 1;
  ip.fragmentOffset = fragment & 0xfff8;
  ip.moreFragments = fragment & 1;
  ip.identification = load32(header + 4);
}

/** Walks options; what to do with an unknown one stands in its two highest bits (RFC 8200, 4.2). */
function readOptions(packet: usize, at: u32, end: u32, ip: Ip): u32 {
  while (at < end) {
    const kind = <u32>load<u8>(packet + at);
    if (kind == 0) {
      at++; // Pad1
      continue;
    }
    if (at + 2 > end) return malformed;
    const size = <u32>load<u8>(packet + at, 1) + 2;
    if (at + size > end) return malformed;
    const action = kind >> 6;
    if (action != 0) {
      const isSilent = action == 1 || action == 3 && isMulticast(ip);
      return refuse(ip, at, isSilent ? sayNothing : unknownOption);
    }
    at += size;
  }
  return wellFormed;
}

function isMulticast(ip: Ip): bool {
  return (<u32>ip.destinationHigh & 255) == 0xff;
}

function refuse(ip: Ip, offset: u32, code: u32): u32 {
  ip.failureOffset = offset;
  ip.failureCode = code;
  return unknownPart;
}

function isFragmentSound(ip: Ip): bool {
  if (ip.isFragment == 0) return true;
  if (ip.moreFragments != 0 && ((ip.payloadBytes & 7) != 0 || ip.payloadBytes == 0)) return false;
  return ip.fragmentOffset + ip.payloadBytes <= 65_535;
}

/** Writes a header, and a fragment header when it is a fragment: its bytes. */
export function emitIpv6(ip: Ip, packet: usize): u32 {
  const extensionBytes = ip.isFragment != 0 ? fragmentHeaderBytes : 0;
  store32(packet, 0x6000_0000 | ip.trafficClass << 20 | ip.flowLabel);
  store16(packet + 4, extensionBytes + ip.payloadBytes);
  store<u8>(packet, ip.isFragment != 0 ? fragmentHeader : ip.protocol, 6);
  store<u8>(packet, ip.hopLimit, 7);
  memory.copy(packet + 8, changetype<usize>(ip), 32);
  if (ip.isFragment == 0) return ipv6HeaderBytes;
  const header = packet + ipv6HeaderBytes;
  store<u8>(header, ip.protocol);
  store<u8>(header, 0, 1);
  store16(header + 2, ip.fragmentOffset | ip.moreFragments);
  store32(header + 4, ip.identification);
  return ipv6HeaderBytes + fragmentHeaderBytes;
}
