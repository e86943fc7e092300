// IPv4 packets (RFC 791; RFC 1122, 3.2.1).
import { load16, store16 } from "./byte-order.as";
import { isChecksumRight, storeChecksum } from "./checksum.as";
import { destinationOf, Ip, setIpv4Address, sourceOf } from "./ip.as";
import { badChecksum, malformed, truncated, wellFormed } from "./outcome.as";

/** Bytes of a header without options. */
export const ipv4HeaderBytes: u32 = 20;

const dontFragmentFlag: u32 = 0x4000;
const moreFragmentsFlag: u32 = 0x2000;
const longestDatagram: u32 = 65_535;

const endOption: u32 = 0;
const noOperationOption: u32 = 1;
const looseRouteOption: u32 = 131;
const strictRouteOption: u32 = 137;

/** Reads a packet; what is longer than its own length says is padding. */
export function parseIpv4(packet: usize, length: u32, ip: Ip): u32 {
  if (length < ipv4HeaderBytes) return truncated;
  const first = <u32>load<u8>(packet);
  const headerBytes = (first & 15) * 4;
  const totalBytes = load16(packet + 2);
  if (first >> 4 != 4 || headerBytes < ipv4HeaderBytes) return malformed;
  if (totalBytes < headerBytes) return malformed;
  if (totalBytes > length) return truncated;
  if (!isChecksumRight(packet, headerBytes, 0)) return badChecksum;
  readFields(packet, ip);
  ip.headerBytes = headerBytes;
  ip.payloadBytes = totalBytes - headerBytes;
  ip.optionBytes = headerBytes - ipv4HeaderBytes;
  ip.isSourceRouted = 0;
  if (!readOptions(packet + ipv4HeaderBytes, packet + headerBytes, ip)) return malformed;
  return isFragmentSound(ip) ? wellFormed : malformed;
}

function readFields(packet: usize, ip: Ip): void {
  const fragment = load16(packet + 6);
  ip.version = 4;
  ip.trafficClass = load<u8>(packet, 1);
  ip.flowLabel = 0;
  ip.identification = load16(packet + 4);
  ip.dontFragment = <u32>((fragment & dontFragmentFlag) != 0);
  ip.moreFragments = <u32>((fragment & moreFragmentsFlag) != 0);
  ip.fragmentOffset = (fragment & 0x1fff) << 3;
  ip.isFragment = <u32>(ip.moreFragments != 0 || ip.fragmentOffset != 0);
  ip.hopLimit = load<u8>(packet, 8);
  ip.protocol = load<u8>(packet, 9);
  ip.protocolOffset = 9;
  setIpv4Address(sourceOf(ip), bswap<u32>(load<u32>(packet, 12)));
  setIpv4Address(destinationOf(ip), bswap<u32>(load<u32>(packet, 16)));
}

/** Walks the options (RFC 791, 3.1); false when one runs out of them. */
function readOptions(option: usize, end: usize, ip: Ip): bool {
  while (option < end) {
    const kind = <u32>load<u8>(option);
    if (kind == endOption) return true;
    if (kind == noOperationOption) {
      option++;
      continue;
    }
    if (option + 2 > end) return false;
    const size = <u32>load<u8>(option, 1);
    if (size < 2 || option + size > end) return false;
    if (kind == looseRouteOption || kind == strictRouteOption) ip.isSourceRouted = 1;
    option += size;
  }
  return true;
}

/** A fragment that is not the last has whole units of eight bytes, and none ends behind 65,535. */
function isFragmentSound(ip: Ip): bool {
  if (ip.isFragment == 0) return true;
  if (ip.moreFragments != 0 && (ip.payloadBytes & 7) != 0) return false;
  if (ip.moreFragments != 0 && ip.payloadBytes == 0) return false;
  return ip.headerBytes + ip.fragmentOffset + ip.payloadBytes <= longestDatagram;
}

/** Writes a header, `optionBytes` of options (a multiple of four) from `options`: its bytes. */
export function emitIpv4(ip: Ip, packet: usize, options: usize): u32 {
  const headerBytes = ipv4HeaderBytes + ip.optionBytes;
  let fragment = ip.fragmentOffset >> 3;
  if (ip.dontFragment != 0) fragment |= dontFragmentFlag;
  if (ip.moreFragments != 0) fragment |= moreFragmentsFlag;
  store<u8>(packet, 0x40 | headerBytes >> 2);
  store<u8>(packet, ip.trafficClass, 1);
  store16(packet + 2, headerBytes + ip.payloadBytes);
  store16(packet + 4, ip.identification);
  store16(packet + 6, fragment);
  store<u8>(packet, ip.hopLimit, 8);
  store<u8>(packet, ip.protocol, 9);
  store<u32>(packet, load<u32>(sourceOf(ip), 12), 12);
  store<u32>(packet, load<u32>(destinationOf(ip), 12), 16);
  if (ip.optionBytes != 0) memory.copy(packet + ipv4HeaderBytes, options, ip.optionBytes);
  storeChecksum(packet + 10, packet, headerBytes, 0);
  return headerBytes;
}
