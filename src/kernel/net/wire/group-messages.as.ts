// Messages about multicast groups: IGMP (RFC 1112, appendix I; RFC 2236; RFC 9776) and MLD (RFC
// 2710; RFC 9777), as far as receivers need them: routers ask, hosts report.
import { store16 } from "./byte-order.as";
import { isChecksumRight, storeChecksum } from "./checksum.as";
import { setIpv4Address } from "./ip.as";
import { badChecksum, malformed, truncated, wellFormed } from "./outcome.as";

/** ICMPv6 type: who listens to a group? */
export const listenerQuery: u32 = 130;
/** ICMPv6 type: a report of MLD's first version. */
export const listenerReport: u32 = 131;
/** ICMPv6 type: a group is left, in MLD's first version. */
export const listenerDone: u32 = 132;
/** ICMPv6 type: a report of MLD's second version. */
export const listenerReportV2: u32 = 143;

/** IGMP type: who listens to a group? */
const membershipQuery: u32 = 0x11;
/** IGMP type: a report of its first version. */
export const membershipReportV1: u32 = 0x12;
/** IGMP type: a report of its second version. */
export const membershipReportV2: u32 = 0x16;
/** IGMP type: a group is left, in its second version. */
export const membershipLeave: u32 = 0x17;
/** IGMP type: a report of its third version. */
const membershipReportV3: u32 = 0x22;

/** Record of a report: the group is listened to (MODE_IS_EXCLUDE without sources). */
export const listensRecord: u32 = 2;
/** Record of a report: the group is not listened to any more (CHANGE_TO_INCLUDE_MODE). */
export const leavesRecord: u32 = 3;
/** Record of a report: the group is listened to from now on (CHANGE_TO_EXCLUDE_MODE). */
export const joinsRecord: u32 = 4;

const igmpBytes: u32 = 8;
const tenthOfSecondMs: u32 = 100;

/** A question; `delayMs` is how long everybody has to answer. */
@unmanaged
export class GroupQuery {
  /** The group's 16 bytes; unspecified when all are asked for. */
  groupHigh: u64;
  groupLow: u64;
  delayMs: u32;
  /** Of IGMP, or of MLD and one more: 1, 2, or 3. */
  version: u32;
}

/** Reads an IGMP message that is to be a question; what is none is malformed here. */
export function parseMembershipQuery(packet: usize, length: u32, query: GroupQuery): u32 {
  if (length < igmpBytes) return truncated;
  if (load<u8>(packet) != membershipQuery) return malformed;
  if (!isChecksumRight(packet, length, 0)) return badChecksum;
  const code = <u32>load<u8>(packet, 1);
  setIpv4Address(changetype<usize>(query), bswap<u32>(load<u32>(packet, 4)));
  // RFC 9776, 7.1 tells the versions apart.
  if (length == igmpBytes) {
    query.version = code == 0 ? 1 : 2;
    query.delayMs = (code == 0 ? 100 : code) * tenthOfSecondMs;
    return wellFormed;
  }
  if (length < igmpBytes + 4) return malformed;
  query.version = 3;
  query.delayMs = (code < 128 ? code : (code & 15 | 16) << (code >> 4 & 7) + 3) * tenthOfSecondMs;
  return wellFormed;
}

/** Reads the body of an ICMPv6 message that is a question, behind its word. */
export function parseListenerQuery(word: u32, body: usize, length: u32, query: GroupQuery): u32 {
  if (length < 16) return truncated;
  const code = word >> 16;
  query.groupHigh = load<u64>(body);
  query.groupLow = load<u64>(body, 8);
  query.version = length < 20 ? 2 : 3;
  const isLong = query.version == 3 && code >= 0x8000;
  query.delayMs = isLong ? (code & 0xfff | 0x1000) << (code >> 12 & 7) + 3 : code;
  return wellFormed;
}

/** Writes an IGMP message of its first versions: its bytes. */
export function emitMembership(type: u32, group: usize, packet: usize): u32 {
  store<u64>(packet, type);
  store<u32>(packet, load<u32>(group, 12), 4);
  storeChecksum(packet + 2, packet, igmpBytes, 0);
  return igmpBytes;
}

/** Writes an IGMP report of its third version, of one record: its bytes. */
export function emitMembershipReport(record: u32, group: usize, packet: usize): u32 {
  store<u64>(packet, membershipReportV3);
  store16(packet + 6, 1);
  store<u32>(packet, record, 8);
  store<u32>(packet, load<u32>(group, 12), 12);
  storeChecksum(packet + 2, packet, 16, 0);
  return 16;
}

/** Writes the body of an MLD message, behind its word: its bytes. `record` is 0 in version 1. */
export function emitListener(record: u32, group: usize, body: usize): u32 {
  let at: usize = body;
  if (record != 0) {
    store<u32>(at, record);
    at += 4;
  }
  memory.copy(at, group, 16);
  return <u32>(at - body) + 16;
}

/** How many records a report of MLD's second version says that it has: its word. */
export const oneRecord: u32 = 1;
