// Packets that come in, up to what TCP and UDP get: an `Arrival`.
import {
  isBroadcastAddress,
  isLinkLocal,
  isLocalAddress,
  isLoopbackAddress,
  isMulticastAddress,
} from "../link/addresses.as";
import {
  ethernetInterface,
  Interface,
  interfaceAt,
  loopbackInterface,
} from "../link/interfaces.as";
import { receiveArp } from "../link/receive-arp.as";
import {
  arpEtherType,
  ethernetHeaderBytes,
  etherType,
  frameDestination,
  ipv4EtherType,
  ipv6EtherType,
  isGroupHardwareAddress,
} from "../wire/ethernet.as";
import {
  fragmentationNeeded,
  Icmp,
  icmpHeaderBytes,
  packetTooBig,
  parameterProblem,
  parameterProblemV6,
  parseIcmp,
  parseIcmpv6,
  protocolUnreachable,
  timeExceeded,
  unreachable,
} from "../wire/icmp.as";
import {
  destinationOf,
  icmpProtocol,
  icmpv6Protocol,
  igmpProtocol,
  Ip,
  sourceOf,
  tcpProtocol,
  udpProtocol,
} from "../wire/ip.as";
import {
  GroupQuery,
  listenerQuery,
  parseListenerQuery,
  parseMembershipQuery,
} from "../wire/group-messages.as";
import { ipv4HeaderBytes, parseIpv4 } from "../wire/ipv4.as";
import { ipv6HeaderBytes, parseIpv6, sayNothing } from "../wire/ipv6.as";
import { malformed, unknownPart, wellFormed } from "../wire/outcome.as";
import { listensTo, receiveGroupQuery } from "./groups.as";
import { receiveDiscovery } from "./discovery.as";
import { answerEcho, isEchoRequest, sendError } from "./icmp-errors.as";
import { lowerPathMtu } from "./path-mtu.as";
import { addFragment, Datagram } from "./reassembly.as";

const nothingArrived: u32 = 0;
/** Arrival: a segment or datagram of a protocol of the transport layer. */
export const payloadArrived: u32 = 1;
/** Arrival: an ICMP error about a packet that this host is said to have sent. */
export const errorArrived: u32 = 2;

/** What came for the transport layer. */
@unmanaged
export class Arrival {
  ip: Ip;
  /** The whole packet. */
  packet: usize;
  payload: usize;
  payloadBytes: u32;
  protocol: u32;
  interface: u32;
  /** Whether the transport layer's checksum need not be looked at. */
  isSound: bool;
  /** Of an error: type, code and word; `ip` and `payload` are those of the packet it is about. */
  errorType: u32;
  errorCode: u32;
  errorWord: u32;
}

/** The arrival that `receiveFrame` told of last. */
export const arrival = changetype<Arrival>(memory.data(64, 8));

const outer = changetype<Ip>(memory.data(128, 8));
const inner = changetype<Ip>(memory.data(128, 8));
const icmp = changetype<Icmp>(memory.data(16, 8));
const query = changetype<GroupQuery>(memory.data(24, 8));

/** Takes in what came by an interface: which of the arrivals above. */
export function receiveFrame(
  number: u32, frame: usize, length: u32, isSound: bool, now: u64,
): u32 {
  const from = interfaceAt(number);
  arrival.isSound = isSound;
  from.received++;
  if (from.kind != ethernetInterface) {
    return receiveIp(from, frame, length, length != 0 && load<u8>(frame) >> 4 == 6, now);
  }
  const type = etherType(frame, length);
  const packet = frame + ethernetHeaderBytes;
  length -= min(length, ethernetHeaderBytes);
  const destination = type == 0 ? 0 : frameDestination(frame);
  const isForUs = destination == from.hardware || isGroupHardwareAddress(destination);
  if (!isForUs) return nothingArrived;
  if (type == arpEtherType) receiveArp(from, packet, length, now);
  else if (type == ipv4EtherType) return receiveIp(from, packet, length, false, now);
  else if (type == ipv6EtherType) return receiveIp(from, packet, length, true, now);
  return nothingArrived;
}

function receiveIp(from: Interface, packet: usize, length: u32, isV6: bool, now: u64): u32 {
  const ip = outer;
  const outcome = isV6 ? parseIpv6(packet, length, ip) : parseIpv4(packet, length, ip);
  if (outcome == unknownPart && ip.failureCode != sayNothing && isForThisHost(from, ip)) {
    complainOfPart(from, ip, packet, length, now);
  }
  if (outcome != wellFormed || ip.isSourceRouted != 0 || !isSourceSound(from, ip)) {
    from.refused++;
    return nothingArrived;
  }
  if (!isForThisHost(from, ip)) return nothingArrived;
  arrival.packet = packet;
  arrival.payload = packet + ip.headerBytes;
  arrival.payloadBytes = ip.payloadBytes;
  if (ip.isFragment != 0 && !reassemble(ip, now)) return nothingArrived;
  arrival.ip = ip;
  arrival.protocol = ip.protocol;
  arrival.interface = from.number;
  return dispatch(from, ip, now);
}

/** `ip` stays the fragment's: an error quotes no more than what came with it. */
function reassemble(ip: Ip, now: u64): bool {
  const datagram: Datagram | null = addFragment(ip, arrival.payload, now);
  if (datagram == null) return false;
  arrival.isSound = false;
  arrival.payload = datagram.data;
  arrival.payloadBytes = datagram.totalBytes;
  return true;
}

/** The packet may be shorter than its representation says: nothing behind `length` is quoted. */
function complainOfPart(from: Interface, ip: Ip, packet: usize, length: u32, now: u64): void {
  ip.headerBytes = ipv6HeaderBytes;
  ip.payloadBytes = length - ipv6HeaderBytes;
  ip.protocol = 255;
  sendError(from, ip, packet, parameterProblemV6, ip.failureCode, ip.failureOffset, now);
}

function dispatch(from: Interface, ip: Ip, now: u64): u32 {
  const protocol = ip.protocol;
  if (protocol == tcpProtocol || protocol == udpProtocol) return payloadArrived;
  const isOwnIcmp = protocol == (ip.version == 4 ? icmpProtocol : icmpv6Protocol);
  if (isOwnIcmp) return receiveIcmp(from, ip, now);
  if (ip.version == 4 && protocol == igmpProtocol) {
    receiveMembership(from, now);
    return nothingArrived;
  }
  if (ip.version == 4) {
    sendError(from, ip, arrival.packet, unreachable, protocolUnreachable, 0, now);
  } else if (protocol != 59) {
    const offset = ip.protocolOffset;
    sendError(from, ip, arrival.packet, parameterProblemV6, 1, offset, now);
  }
  return nothingArrived;
}

function receiveIcmp(from: Interface, ip: Ip, now: u64): u32 {
  const payload = arrival.payload;
  const length = arrival.payloadBytes;
  const outcome = ip.version == 4
    ? parseIcmp(payload, length, icmp)
    : parseIcmpv6(payload, length, sourceOf(ip), icmp);
  if (outcome != wellFormed) {
    from.refused++;
    return nothingArrived;
  }
  const body = payload + icmpHeaderBytes;
  if (isEchoRequest(ip.version, icmp.type)) answerEcho(from, ip, icmp, body, now);
  else if (ip.version == 6 && icmp.type == listenerQuery) receiveListener(from, ip, body, now);
  else if (ip.version == 6 && receiveDiscovery(from, ip, icmp, body, now)) return nothingArrived;
  else if (isError(ip.version, icmp.type)) return receiveError(ip, body, now);
  return nothingArrived;
}

/** Of IGMP, questions alone matter here. */
function receiveMembership(from: Interface, now: u64): void {
  const outcome = parseMembershipQuery(arrival.payload, arrival.payloadBytes, query);
  if (outcome == wellFormed) receiveGroupQuery(from, query, true, now);
  else if (outcome != malformed) from.refused++;
}

/** A question that a router beyond the link sent is none (RFC 9777, 5.1.14). */
function receiveListener(from: Interface, ip: Ip, body: usize, now: u64): void {
  const isSound = ip.hopLimit == 1 && isLinkLocal(sourceOf(ip))
    && parseListenerQuery(icmp.word, body, icmp.bodyBytes, query) == wellFormed;
  if (isSound) receiveGroupQuery(from, query, false, now);
  else from.refused++;
}

function isError(version: u32, type: u32): bool {
  if (version == 6) return type >= 1 && type <= 4;
  return type == unreachable || type == timeExceeded || type == parameterProblem;
}

/** Reads the packet that an error quotes, which may be cut off behind its header. */
function receiveError(ip: Ip, body: usize, now: u64): u32 {
  const length = icmp.bodyBytes;
  if (!readQuoted(ip.version, body, length)) return nothingArrived;
  // It must be one that this host can have sent (RFC 5927, 4.1 is checked by the layer above).
  if (!isLocalAddress(arrival.interface, sourceOf(inner))) return nothingArrived;
  const isTooBig = ip.version == 6
    ? icmp.type == packetTooBig
    : icmp.type == unreachable && icmp.code == fragmentationNeeded;
  arrival.ip = inner;
  arrival.packet = body;
  arrival.payload = body + inner.headerBytes;
  arrival.payloadBytes = length - inner.headerBytes;
  arrival.protocol = inner.protocol;
  arrival.errorType = isTooBig ? packetTooBig : icmp.type;
  arrival.errorCode = icmp.code;
  arrival.errorWord = ip.version == 4 ? icmp.word & 0xffff : icmp.word;
  // For UDP there is nothing to compare with: what it says is believed within its limits.
  if (isTooBig && inner.protocol == udpProtocol) {
    lowerPathMtu(destinationOf(inner), arrival.errorWord, now);
  }
  const isTransport = inner.protocol == tcpProtocol || inner.protocol == udpProtocol;
  return isTransport && arrival.payloadBytes >= 8 ? errorArrived : nothingArrived;
}

function readQuoted(version: u32, body: usize, length: u32): bool {
  if (version == 6) {
    if (length < ipv6HeaderBytes || load<u8>(body) >> 4 != 6) return false;
    memory.copy(sourceOf(inner), body + 8, 32);
    inner.version = 6;
    inner.protocol = load<u8>(body, 6);
    inner.headerBytes = ipv6HeaderBytes;
    return true;
  }
  if (length < ipv4HeaderBytes || load<u8>(body) >> 4 != 4) return false;
  const headerBytes = (<u32>load<u8>(body) & 15) * 4;
  if (headerBytes < ipv4HeaderBytes || headerBytes > length) return false;
  for (let at: u32 = 0; at < 32; at += 16) {
    store<u64>(sourceOf(inner) + at, 0);
    store<u32>(sourceOf(inner) + at, 0xffff_0000, 8);
    store<u32>(sourceOf(inner) + at, load<u32>(body + 12 + at / 4), 12);
  }
  inner.version = 4;
  inner.protocol = load<u8>(body, 9);
  inner.headerBytes = headerBytes;
  return true;
}

function isForThisHost(from: Interface, ip: Ip): bool {
  const destination = destinationOf(ip);
  if (isLocalAddress(from.number, destination)) return true;
  if (from.kind == loopbackInterface) return true; // only this host sends there
  if (isMulticastAddress(destination)) return listensTo(from.number, destination);
  return isBroadcastAddress(from.number, destination);
}

/** A source that is a group, or an address of this host's, is forged (RFC 1122, 3.2.1.3). */
function isSourceSound(from: Interface, ip: Ip): bool {
  const source = sourceOf(ip);
  if (isMulticastAddress(source) || isBroadcastAddress(from.number, source)) return false;
  if (from.kind == loopbackInterface) return true;
  return !isLoopbackAddress(source) && !isLoopbackAddress(destinationOf(ip));
}
