// ICMP messages that this host sends of itself: echo replies, and errors about packets that came
// in, at a limited rate (RFC 1122, 3.2.2; RFC 4443, 2.4).
import { isMulticastAddress } from "../link/addresses.as";
import { Interface, interfaceAt } from "../link/interfaces.as";
import { allocatePacket, packetDataLimit } from "../link/packets.as";
import {
  echoReply,
  echoReplyV6,
  echoRequest,
  echoRequestV6,
  emitIcmp,
  emitIcmpv6,
  Icmp,
  icmpHeaderBytes,
  unreachable,
} from "../wire/icmp.as";
import { destinationOf, icmpProtocol, icmpv6Protocol, Ip, sourceOf } from "../wire/ip.as";
import {
  chooseSource,
  defaultHopLimit,
  interfaceTo,
  isAnswerable,
  sendIp,
  sendLongIpBy,
} from "./output.as";

const ip = changetype<Ip>(memory.data(128, 8));
const icmp = changetype<Icmp>(memory.data(16, 8));

const tokenLimit: u64 = 20; // messages at once
const tokenTime: u64 = 10_000_000; // one more every 10 ms
let emptyAt: u64 = 0; // when the bucket was, or would have been, empty
let suppressed: u32 = 0;

/** Errors that were not sent because there were too many. */
export function suppressedErrors(): u32 {
  return suppressed;
}

/** Answers an echo request, whose memory may become the answer's. */
export function answerEcho(
  by: Interface, from: Ip, request: Icmp, body: usize, now: u64,
): void {
  const length = request.bodyBytes;
  if (!isAnswerable(by.number, from)) return;
  icmp.type = from.version == 4 ? echoReply : echoReplyV6;
  icmp.code = 0;
  icmp.word = request.word;
  icmp.bodyBytes = length;
  memory.copy(destinationOf(ip), sourceOf(from), 16);
  memory.copy(sourceOf(ip), destinationOf(from), 16);
  if (isMulticastAddress(destinationOf(from))) chooseSource(destinationOf(ip), now, sourceOf(ip));
  const whole = icmpHeaderBytes + length;
  if (whole > packetDataLimit) {
    emitMessage(body - icmpHeaderBytes, from.version);
    ip.trafficClass = from.trafficClass;
    const number = interfaceTo(destinationOf(ip), now);
    if (number >= 0) sendLongIpBy(interfaceAt(number), body - icmpHeaderBytes, whole, ip, now);
    return;
  }
  const packet = allocatePacket();
  if (packet == null) return;
  memory.copy(packet.start + icmpHeaderBytes, body, length);
  emitMessage(packet.start, from.version);
  packet.bytes = whole;
  ip.trafficClass = from.trafficClass;
  sendIp(packet, ip, now);
}

/** Whether a type of ICMP message asks for an echo. */
export function isEchoRequest(version: u32, type: u32): bool {
  return version == 4 ? type == echoRequest : type == echoRequestV6;
}

/** Sends an error about a packet that begins at `packet`, unless one must not (RFC 1122, 3.2.2). */
export function sendError(
  by: Interface, about: Ip, packet: usize, type: u32, code: u32, word: u32, now: u64,
): void {
  if (!mayComplain(by, about, packet)) return;
  if (!takeToken(now)) {
    suppressed++;
    return;
  }
  const error = allocatePacket();
  if (error == null) return;
  const whole = about.headerBytes + about.payloadBytes;
  // As much as leaves the error in 576 bytes, or 1280 in IPv6 (RFC 1812, 4.3.2.3; RFC 4443, 3).
  const quoted = min(whole, about.version == 4 ? 548 : 1232);
  memory.copy(error.start + icmpHeaderBytes, packet, quoted);
  icmp.type = type;
  icmp.code = code;
  icmp.word = word;
  icmp.bodyBytes = quoted;
  memory.copy(destinationOf(ip), sourceOf(about), 16);
  memory.copy(sourceOf(ip), destinationOf(about), 16);
  emitMessage(error.start, about.version);
  error.bytes = icmpHeaderBytes + quoted;
  ip.trafficClass = about.version == 4 && type == unreachable ? 0xc0 : 0;
  sendIp(error, ip, now);
}

/** Writes the message and what IP needs to know of it. */
function emitMessage(start: usize, version: u32): void {
  if (version == 4) emitIcmp(icmp, start);
  else emitIcmpv6(icmp, start, sourceOf(ip));
  ip.protocol = version == 4 ? icmpProtocol : icmpv6Protocol;
  ip.hopLimit = defaultHopLimit;
  ip.dontFragment = 0;
}

function mayComplain(by: Interface, about: Ip, packet: usize): bool {
  if (!isAnswerable(by.number, about) || about.fragmentOffset != 0) return false;
  if (isMulticastAddress(destinationOf(about))) return false;
  // No errors about errors.
  const type = <u32>load<u8>(packet + about.headerBytes);
  if (about.protocol == icmpProtocol) return about.payloadBytes != 0 && type == echoRequest;
  if (about.protocol == icmpv6Protocol) return about.payloadBytes != 0 && type >= 128;
  return true;
}

function takeToken(now: u64): bool {
  const full = now < tokenLimit * tokenTime ? 0 : now - tokenLimit * tokenTime;
  if (emptyAt < full) emptyAt = full;
  if (emptyAt + tokenTime > now && emptyAt != 0) return false;
  emptyAt += tokenTime;
  return true;
}
