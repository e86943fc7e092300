// ICMP messages (RFC 792) and ICMPv6 messages (RFC 4443): type, code, one word, a body.
import { load32, store32 } from "./byte-order.as";
import { isChecksumRight, pseudoHeaderSum, storeChecksum } from "./checksum.as";
import { icmpv6Protocol } from "./ip.as";
import { badChecksum, truncated, wellFormed } from "./outcome.as";

/** Bytes before the body. */
export const icmpHeaderBytes: u32 = 8;

/** ICMP: the answer to an echo request. */
export const echoReply: u32 = 0;
/** ICMP: no way there; codes of RFC 792, RFC 1122 3.2.2.1. */
export const unreachable: u32 = 3;
/** ICMP: an echo request. */
export const echoRequest: u32 = 8;
/** ICMP: a fragment's others did not come in time (code 1), or too many hops (code 0). */
export const timeExceeded: u32 = 11;
/** ICMP: something in the header is wrong. */
export const parameterProblem: u32 = 12;

/** Code of `unreachable`: nobody knows the protocol. */
export const protocolUnreachable: u32 = 2;
/** Code of `unreachable`: nobody listens. */
export const portUnreachable: u32 = 3;
/** Code of `unreachable`: too long to go on in one piece; the word has the MTU (RFC 1191, 4). */
export const fragmentationNeeded: u32 = 4;

/** ICMPv6: no way there. */
export const unreachableV6: u32 = 1;
/** ICMPv6: too long; the word is the MTU. */
export const packetTooBig: u32 = 2;
/** ICMPv6: as `timeExceeded`. */
export const timeExceededV6: u32 = 3;
/** ICMPv6: as `parameterProblem`; the word is an offset. */
export const parameterProblemV6: u32 = 4;
/** ICMPv6: an echo request. */
export const echoRequestV6: u32 = 128;
/** ICMPv6: its answer. */
export const echoReplyV6: u32 = 129;
/** Code of `unreachableV6`: nobody listens. */
export const portUnreachableV6: u32 = 4;

/** A message. */
@unmanaged
export class Icmp {
  type: u32;
  code: u32;
  /** The second word: identifier and sequence number, an MTU, a pointer ... */
  word: u32;
  bodyBytes: u32;
}

/** Reads an ICMP message. */
export function parseIcmp(packet: usize, length: u32, icmp: Icmp): u32 {
  return parse(packet, length, 0, icmp);
}

/** Reads an ICMPv6 message between two addresses that follow one another. */
export function parseIcmpv6(packet: usize, length: u32, addresses: usize, icmp: Icmp): u32 {
  return parse(packet, length, pseudoHeaderSum(addresses, icmpv6Protocol, length), icmp);
}

function parse(packet: usize, length: u32, sum: u64, icmp: Icmp): u32 {
  if (length < icmpHeaderBytes) return truncated;
  if (!isChecksumRight(packet, length, sum)) return badChecksum;
  icmp.type = load<u8>(packet);
  icmp.code = load<u8>(packet, 1);
  icmp.word = load32(packet + 4);
  icmp.bodyBytes = length - icmpHeaderBytes;
  return wellFormed;
}

/** Writes the header of an ICMP message before a body that is in place: the message's bytes. */
export function emitIcmp(icmp: Icmp, packet: usize): u32 {
  return emit(icmp, packet, 0);
}

/** The same of an ICMPv6 message. */
export function emitIcmpv6(icmp: Icmp, packet: usize, addresses: usize): u32 {
  const length = icmpHeaderBytes + icmp.bodyBytes;
  return emit(icmp, packet, pseudoHeaderSum(addresses, icmpv6Protocol, length));
}

function emit(icmp: Icmp, packet: usize, sum: u64): u32 {
  const length = icmpHeaderBytes + icmp.bodyBytes;
  store<u8>(packet, icmp.type);
  store<u8>(packet, icmp.code, 1);
  store32(packet + 4, icmp.word);
  storeChecksum(packet + 2, packet, length, sum);
  return length;
}
