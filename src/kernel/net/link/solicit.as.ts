// Asking for a neighbour's hardware address, and answering: ARP (RFC 826) and neighbour discovery
// (RFC 4861, 7.2), whole frames.
import { Arp, arpReply, arpRequest, emitArp } from "../wire/arp.as";
import {
  arpEtherType,
  broadcastHardwareAddress,
  emitEthernet,
  ipv6EtherType,
} from "../wire/ethernet.as";
import { emitIcmpv6, Icmp, icmpHeaderBytes } from "../wire/icmp.as";
import {
  destinationOf,
  icmpv6Protocol,
  Ip,
  ipv4AddressOf,
  isIpv4Address,
  sourceOf,
} from "../wire/ip.as";
import { emitIpv6, ipv6HeaderBytes } from "../wire/ipv6.as";
import {
  emitNeighbour,
  ndpHopLimit,
  Neighbour,
  neighbourAdvertisement,
  neighbourSolicitation,
  noLinkAddress,
  overrideFlag,
  routerSolicitation,
  solicitedFlag,
} from "../wire/ndp.as";
import { bytesOfLocal, selectSource } from "./addresses.as";
import { enqueuePacket, ethernetInterface, Interface } from "./interfaces.as";
import { allocatePacket, prependHeader } from "./packets.as";

const arp = changetype<Arp>(memory.data(32, 8));
const ip = changetype<Ip>(memory.data(128, 8));
const icmp = changetype<Icmp>(memory.data(16, 8));
const neighbour = changetype<Neighbour>(memory.data(32, 8));

/** Asks who has an address: everybody, or, to confirm it, the neighbour alone. */
export function solicitNeighbour(by: Interface, target: usize, hardware: u64): void {
  const source = selectSource(by.number, target);
  if (source == null) return;
  const own = bytesOfLocal(source);
  if (isIpv4Address(target)) {
    const to = hardware == 0 ? broadcastHardwareAddress : hardware;
    sendArp(by, arpRequest, ipv4AddressOf(own), ipv4AddressOf(target), 0, to);
    return;
  }
  memory.copy(sourceOf(ip), own, 16);
  sendSolicitation(by, target, hardware, by.hardware);
}

/** Asks whether somebody else has an IPv6 address (RFC 4862, 5.4.2). */
export function probeDuplicate(by: Interface, target: usize): void {
  memory.fill(sourceOf(ip), 0, 16);
  sendSolicitation(by, target, 0, noLinkAddress);
}

/** Asks whether somebody else has an IPv4 address (RFC 5227, 2.1.1). */
export function probeAddress(by: Interface, target: u32): void {
  sendArp(by, arpRequest, 0, target, 0, broadcastHardwareAddress);
}

/** Tells everybody who has an IPv4 address (RFC 5227, 2.3). */
export function announceAddress(by: Interface, own: u32): void {
  sendArp(by, arpRequest, own, own, 0, broadcastHardwareAddress);
}

/** Answers a request. */
export function answerArp(by: Interface, request: Arp): void {
  const hardware = request.senderHardware;
  sendArp(by, arpReply, request.target, request.sender, hardware, hardware);
}

/** Answers a solicitation for `target` that came from `to`, whose hardware address is known. */
export function advertiseNeighbour(by: Interface, target: usize, to: usize, hardware: u64): void {
  memory.copy(sourceOf(ip), target, 16);
  memory.copy(destinationOf(ip), to, 16);
  neighbour.targetHigh = load<u64>(target);
  neighbour.targetLow = load<u64>(target, 8);
  neighbour.linkAddress = by.hardware;
  // Whoever probes for duplicates has no address yet: everybody hears the answer.
  const isProbe = load<u64>(to) == 0 && load<u64>(to, 8) == 0;
  if (isProbe) setAllNodes(destinationOf(ip));
  const flags = isProbe ? overrideFlag : overrideFlag | solicitedFlag;
  const frameTo = isProbe ? multicastHardwareAddress(destinationOf(ip)) : hardware;
  sendDiscovery(by, neighbourAdvertisement, flags, frameTo);
}

/** Asks for routers (RFC 4861, 6.3.7), from an address of the link or from none. */
export function solicitRouters(by: Interface): void {
  store<u64>(destinationOf(ip), 0x02ff); // ff02::2
  store<u64>(destinationOf(ip), 0x0200_0000_0000_0000, 8);
  const source = selectSource(by.number, destinationOf(ip));
  if (source != null) memory.copy(sourceOf(ip), bytesOfLocal(source), 16);
  else memory.fill(sourceOf(ip), 0, 16);
  neighbour.linkAddress = source == null ? noLinkAddress : by.hardware;
  const frameTo = multicastHardwareAddress(destinationOf(ip));
  sendDiscovery(by, routerSolicitation, 0, frameTo);
}

/** The hardware address of an IP multicast group (RFC 1112, 6.4; RFC 2464, 7). */
export function multicastHardwareAddress(address: usize): u64 {
  const last = <u64>bswap<u32>(load<u32>(address, 12));
  return isIpv4Address(address) ? 0x0100_5e00_0000 | last & 0x7f_ffff : 0x3333_0000_0000 | last;
}

/** Source and its link address are set. */
function sendSolicitation(by: Interface, target: usize, hardware: u64, linkAddress: u64): void {
  neighbour.targetHigh = load<u64>(target);
  neighbour.targetLow = load<u64>(target, 8);
  neighbour.linkAddress = linkAddress;
  if (hardware == 0) setSolicitedNode(destinationOf(ip), target);
  else memory.copy(destinationOf(ip), target, 16);
  const frameTo = hardware == 0 ? multicastHardwareAddress(destinationOf(ip)) : hardware;
  sendDiscovery(by, neighbourSolicitation, 0, frameTo);
}

/** Writes the group of an address: ff02::1:ffXX:XXXX (RFC 4291, 2.7.1). */
export function setSolicitedNode(address: usize, target: usize): void {
  store<u64>(address, 0x02ff);
  store<u32>(address, 0x0100_0000, 8);
  store<u32>(address, load<u32>(target, 12) & 0xffff_ff00 | 0xff, 12);
}

function setAllNodes(address: usize): void {
  store<u64>(address, 0x02ff);
  store<u64>(address, 0x0100_0000_0000_0000, 8);
}

function sendDiscovery(by: Interface, type: u32, word: u32, hardware: u64): void {
  if (by.kind != ethernetInterface) return;
  const packet = allocatePacket();
  if (packet == null) return;
  icmp.type = type;
  icmp.code = 0;
  icmp.word = word;
  icmp.bodyBytes = emitNeighbour(type, neighbour, packet.start + icmpHeaderBytes);
  ip.version = 6;
  ip.protocol = icmpv6Protocol;
  ip.hopLimit = ndpHopLimit;
  ip.payloadBytes = emitIcmpv6(icmp, packet.start, sourceOf(ip));
  packet.bytes = ip.payloadBytes;
  emitIpv6(ip, prependHeader(packet, ipv6HeaderBytes));
  emitEthernet(prependHeader(packet, 14), hardware, by.hardware, ipv6EtherType);
  enqueuePacket(by, packet);
}

function sendArp(
  by: Interface, operation: u32, sender: u32, target: u32, targetHardware: u64, hardware: u64,
): void {
  if (by.kind != ethernetInterface) return;
  const packet = allocatePacket();
  if (packet == null) return;
  arp.operation = operation;
  arp.senderHardware = by.hardware;
  arp.sender = sender;
  arp.targetHardware = targetHardware;
  arp.target = target;
  packet.bytes = emitArp(arp, packet.start);
  emitEthernet(prependHeader(packet, 14), hardware, by.hardware, arpEtherType);
  enqueuePacket(by, packet);
}
