// What IPv4 and IPv6 packets have in common, in one representation.
import { load32, store32 } from "./byte-order.as";

/** Protocol number of ICMP. */
export const icmpProtocol: u32 = 1;
/** Protocol number of IGMP. */
export const igmpProtocol: u32 = 2;
/** Protocol number of TCP. */
export const tcpProtocol: u32 = 6;
/** Protocol number of UDP. */
export const udpProtocol: u32 = 17;
/** Protocol number of ICMPv6. */
export const icmpv6Protocol: u32 = 58;

/**
 * An IP packet of either version. Addresses have 16 bytes in network order, those of IPv4 in IPv6's
 * form (RFC 4291, 2.5.5.2).
 */
@unmanaged
export class Ip {
  sourceHigh: u64;
  sourceLow: u64;
  destinationHigh: u64;
  destinationLow: u64;
  /** 4 or 6. */
  version: u32;
  /** Protocol of the payload, behind all IPv6 extension headers that are understood. */
  protocol: u32;
  /** Time to live. */
  hopLimit: u32;
  /** Differentiated services and congestion notification (RFC 2474, RFC 3168). */
  trafficClass: u32;
  /** IPv6's flow label. */
  flowLabel: u32;
  /** Number of the datagram, of a fragment or a packet that may become some. */
  identification: u32;
  /** Bytes of the datagram before this fragment. */
  fragmentOffset: u32;
  moreFragments: u32;
  /** IPv4: routers must not fragment it. */
  dontFragment: u32;
  /** Whether it has an IPv6 fragment header, or is a fragment in IPv4. */
  isFragment: u32;
  /** Bytes before the payload. */
  headerBytes: u32;
  payloadBytes: u32;
  /** IPv4: bytes of options; IPv6: bytes of extension headers. */
  optionBytes: u32;
  /** Whether the sender chose a route (RFC 791, 3.1; RFC 8200, 4.4). */
  isSourceRouted: u32;
  /** Where in the packet the parts lie that `unknownPart` is about. */
  failureOffset: u32;
  /** ICMPv6 parameter problem's code for that (RFC 4443, 3.4); 255 when nothing may be said. */
  failureCode: u32;
  /** IPv6: where the field lies that names the payload's protocol. */
  protocolOffset: u32;
}

/** Where the source's 16 bytes lie; the destination's follow. */
@inline
export function sourceOf(ip: Ip): usize {
  return changetype<usize>(ip);
}

/** Where the destination's 16 bytes lie. */
@inline
export function destinationOf(ip: Ip): usize {
  return changetype<usize>(ip) + 16;
}

/** Whether 16 bytes are an IPv4 address. */
@inline
export function isIpv4Address(address: usize): bool {
  return load<u64>(address) == 0 && load<u32>(address, 8) == 0xffff_0000; // 00 00 ff ff
}

/** An IPv4 address as a number, its first byte the highest. */
@inline
export function ipv4AddressOf(address: usize): u32 {
  return load32(address + 12);
}

/** Writes an IPv4 address into 16 bytes. */
export function setIpv4Address(address: usize, number: u32): void {
  store<u64>(address, 0);
  store<u32>(address, 0xffff_0000, 8);
  store32(address + 12, number);
}
