// IP packets on their way out: route, source, header, fragments, and the link layer.
import {
  hostUnreachable,
  messageTooLong,
  networkUnreachable,
  noBuffers,
  noMemory,
  success,
} from "../../base/errno.as";
import {
  bytesOfLocal,
  isBroadcastAddress,
  isLoopbackAddress,
  isMulticastAddress,
  isOwnAddress,
  isSameAddress,
  loopbackNumber,
  selectSource,
} from "../link/addresses.as";
import {
  enqueuePacket,
  ethernetInterface,
  fillsChecksums,
  Interface,
  interfaceAt,
  queueRoom,
} from "../link/interfaces.as";
import { sendFrame, sendToNeighbour } from "../link/neighbours.as";
import { allocatePacket, Packet, prependHeader, releasePacket } from "../link/packets.as";
import { multicastHardwareAddress } from "../link/solicit.as";
import { broadcastHardwareAddress } from "../wire/ethernet.as";
import { finishChecksum } from "../wire/checksum.as";
import { destinationOf, Ip, isIpv4Address, sourceOf } from "../wire/ip.as";
import { emitIpv4, ipv4HeaderBytes } from "../wire/ipv4.as";
import { emitIpv6, fragmentHeaderBytes, ipv6HeaderBytes } from "../wire/ipv6.as";
import { pathMtu } from "./path-mtu.as";
import { findRoute, gatewayOf, hasGateway, Route } from "./routes.as";

/** Hops that packets live, unless somebody says otherwise. */
export const defaultHopLimit: u32 = 64;

let nextIdentification: u32 = 0;

/** Begins the numbers of datagrams where nobody expects it (RFC 7739). */
export function seedIdentification(value: u32): void {
  nextIdentification = value;
}

/** The number of the interface that leads to an address; -1 when none does. */
export function interfaceTo(destination: usize, now: u64): i32 {
  if (isLoopbackAddress(destination) || isOwnAddress(destination)) return loopbackNumber();
  const route = findRoute(destination, now);
  return route == null ? -1 : <i32>route.interface;
}

/** Writes the address to send from to a destination; false when there is none. */
export function chooseSource(destination: usize, now: u64, source: usize): bool {
  // Who talks to an address of its own host has that address.
  if (isOwnAddress(destination)) {
    memory.copy(source, destination, 16);
    return true;
  }
  const number = interfaceTo(destination, now);
  if (number < 0) return false;
  const address = selectSource(number, destination);
  if (address == null) return false;
  memory.copy(source, bytesOfLocal(address), 16);
  return true;
}

/** Bytes that a packet to an address may have: of IP, header included. */
export function mtuTo(destination: usize, now: u64): u32 {
  const number = interfaceTo(destination, now);
  const mtu: u32 = number < 0 ? 1280 : interfaceAt(number).mtu;
  return min(mtu, pathMtu(destination, now));
}

/** What the device does that packets to an address go out by: offloads of interfaces. */
export function offloadsTo(destination: usize, now: u64): u32 {
  const number = interfaceTo(destination, now);
  return number < 0 ? 0 : interfaceAt(number).offloads;
}

/**
 * Sends a packet that has its payload, between the addresses of `ip`, whose protocol, hop limit and
 * traffic class are set. Takes the packet; returns an error number.
 */
export function sendIp(packet: Packet, ip: Ip, now: u64): u32 {
  const destination = destinationOf(ip);
  const number = interfaceTo(destination, now);
  if (number < 0) {
    releasePacket(packet);
    return networkUnreachable;
  }
  return sendIpBy(interfaceAt(number), packet, ip, now);
}

/** The same by an interface, whatever the routes say. */
export function sendIpBy(by: Interface, packet: Packet, ip: Ip, now: u64): u32 {
  prepare(ip, packet.bytes);
  const mtu = min(by.mtu, pathMtu(destinationOf(ip), now));
  if (plainHeaderBytes(ip) + longestPayload(packet) <= mtu) return sendWhole(by, packet, ip, now);
  const result = sendFragments(by, packet.start, packet.bytes, ip, mtu, now);
  releasePacket(packet);
  return result;
}

/** Sends a payload that is longer than a packet, from wherever it lies; returns an error number. */
export function sendLongIpBy(
  by: Interface, payload: usize, length: u32, ip: Ip, now: u64,
): u32 {
  const destination = destinationOf(ip);
  prepare(ip, length);
  const mtu = min(by.mtu, pathMtu(destination, now));
  return sendFragments(by, payload, length, ip, mtu, now);
}

function prepare(ip: Ip, payloadBytes: u32): void {
  ip.version = isIpv4Address(destinationOf(ip)) ? 4 : 6;
  ip.payloadBytes = payloadBytes;
  ip.optionBytes = 0;
  ip.flowLabel = 0;
  ip.fragmentOffset = 0;
  ip.moreFragments = 0;
  ip.isFragment = 0;
  ip.identification = 0;
}

@inline
function plainHeaderBytes(ip: Ip): u32 {
  return ip.version == 4 ? ipv4HeaderBytes : ipv6HeaderBytes;
}

/** What each packet carries that a device makes of one. */
function longestPayload(packet: Packet): u32 {
  if (packet.segmentBytes == 0) return packet.bytes;
  return packet.bytes - packet.lentBytes + packet.segmentBytes;
}

function sendWhole(by: Interface, packet: Packet, ip: Ip, now: u64): u32 {
  packet.version = ip.version;
  if (packet.checksumStart != 0 && (by.offloads & fillsChecksums) == 0) {
    finishChecksum(packet.start + packet.checksumOffset, packet.start, packet.bytes);
    packet.checksumStart = 0;
  }
  // An atomic datagram needs no number of its own (RFC 6864, 4.1).
  if (ip.version == 4) emitIpv4(ip, prependHeader(packet, ipv4HeaderBytes), 0);
  else emitIpv6(ip, prependHeader(packet, headerBytesOf(ip)));
  return sendOnLink(by, packet, destinationOf(ip), now);
}

@inline
function headerBytesOf(ip: Ip): u32 {
  return ip.isFragment != 0 ? ipv6HeaderBytes + fragmentHeaderBytes : ipv6HeaderBytes;
}

/**
 * Sends a datagram in fragments (RFC 791, 3.2; RFC 8200, 4.5): all of them or, where the queue has
 * no room for them, none.
 */
function sendFragments(
  by: Interface, payload: usize, total: u32, ip: Ip, mtu: u32, now: u64,
): u32 {
  if (ip.dontFragment != 0) return messageTooLong;
  ip.isFragment = 1;
  const unit = (mtu - (ip.version == 4 ? ipv4HeaderBytes : headerBytesOf(ip))) & ~7;
  if ((total + unit - 1) / unit > queueRoom(by)) return noBuffers;
  ip.identification = nextIdentification++;
  let result = success;
  for (let offset: u32 = 0; offset < total && result == success; offset += unit) {
    const part = allocatePacket();
    if (part == null) return noMemory;
    part.bytes = min(unit, total - offset);
    memory.copy(part.start, payload + offset, part.bytes);
    ip.fragmentOffset = offset;
    ip.moreFragments = <u32>(offset + unit < total);
    ip.payloadBytes = part.bytes;
    result = sendWhole(by, part, ip, now);
  }
  return result;
}

function sendOnLink(by: Interface, packet: Packet, destination: usize, now: u64): u32 {
  if (by.kind != ethernetInterface) {
    enqueuePacket(by, packet);
    return success;
  }
  if (isMulticastAddress(destination)) {
    sendFrame(by, packet, multicastHardwareAddress(destination));
    return success;
  }
  if (isBroadcastAddress(by.number, destination)) {
    sendFrame(by, packet, broadcastHardwareAddress);
    return success;
  }
  const route: Route | null = findRoute(destination, now);
  if (route == null) {
    releasePacket(packet);
    return hostUnreachable;
  }
  sendToNeighbour(by, packet, hasGateway(route) ? gatewayOf(route) : destination, now);
  return success;
}

/** Whether the way to a destination begins with a neighbour of an interface's. */
export function leadsBy(destination: usize, number: u32, neighbour: usize, now: u64): bool {
  const route: Route | null = findRoute(destination, now);
  if (route == null || route.interface != number) return false;
  return isSameAddress(hasGateway(route) ? gatewayOf(route) : destination, neighbour);
}

/** Whether a packet's source may be answered: it is one host's (RFC 1122, 3.2.2). */
export function isAnswerable(number: u32, ip: Ip): bool {
  const source = sourceOf(ip);
  if (isMulticastAddress(source) || isBroadcastAddress(number, source)) return false;
  if (isIpv4Address(source)) return load<u8>(source, 12) != 0;
  return (load<u64>(source) | load<u64>(source, 8)) != 0;
}
