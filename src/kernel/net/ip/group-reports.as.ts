// Reports about groups on their way out: IGMP in IPv4, MLD in IPv6, both marked for routers to look
// at (RFC 2113, RFC 2711), and none leaves its link.
import { bytesOfLocal, isLinkLocal, selectSource } from "../link/addresses.as";
import { Interface } from "../link/interfaces.as";
import { sendFrame } from "../link/neighbours.as";
import { allocatePacket, Packet, prependHeader } from "../link/packets.as";
import { multicastHardwareAddress } from "../link/solicit.as";
import {
  emitListener,
  emitMembership,
  emitMembershipReport,
  leavesRecord,
  listenerDone,
  listenerReport,
  listenerReportV2,
  membershipLeave,
  membershipReportV1,
  membershipReportV2,
  oneRecord,
} from "../wire/group-messages.as";
import { emitIcmpv6, Icmp, icmpHeaderBytes } from "../wire/icmp.as";
import {
  destinationOf,
  igmpProtocol,
  Ip,
  isIpv4Address,
  setIpv4Address,
  sourceOf,
} from "../wire/ip.as";
import { emitIpv4, ipv4HeaderBytes } from "../wire/ipv4.as";
import { emitIpv6, ipv6HeaderBytes } from "../wire/ipv6.as";

const newest: u32 = 3;
const oldest: u32 = 1;
const igmpRouters: u32 = 0xe000_0016; // 224.0.0.22
const allRouters: u32 = 0xe000_0002;
const networkControl: u32 = 0xc0; // RFC 9776, 4
const hopByHopBytes: u32 = 8;
const hopByHopHeader: u32 = 0;
const routerAlert = memory.data<u8>([0x94, 4, 0, 0]);
// ICMPv6 follows; router alert: MLD; padding.
const hopByHop = memory.data<u8>([58, 0, 5, 2, 0, 0, 1, 0]);

const ip = changetype<Ip>(memory.data(128, 8));
const icmp = changetype<Icmp>(memory.data(16, 8));

/** Sends a report about a group, in a version of IGMP, or of MLD and one more. */
export function sendGroupReport(by: Interface, group: usize, record: u32, version: u32): void {
  const packet = allocatePacket();
  if (packet == null) return;
  memory.fill(changetype<usize>(ip), 0, offsetof<Ip>());
  ip.hopLimit = 1;
  if (isIpv4Address(group)) sendMembership(by, packet, group, record, version);
  else sendListener(by, packet, group, record, version);
}

function sendMembership(
  by: Interface, packet: Packet, group: usize, record: u32, version: u32,
): void {
  const isLeaving = record == leavesRecord;
  if (version == newest) {
    packet.bytes = emitMembershipReport(record, group, packet.start);
    setIpv4Address(destinationOf(ip), igmpRouters);
  } else {
    // In the first version, hosts just fall silent: a leave means nothing to its routers.
    const report = version == oldest ? membershipReportV1 : membershipReportV2;
    packet.bytes = emitMembership(isLeaving ? membershipLeave : report, group, packet.start);
    if (isLeaving) setIpv4Address(destinationOf(ip), allRouters);
    else memory.copy(destinationOf(ip), group, 16);
  }
  const source = selectSource(by.number, destinationOf(ip));
  if (source == null) setIpv4Address(sourceOf(ip), 0);
  else memory.copy(sourceOf(ip), bytesOfLocal(source), 16);
  ip.version = 4;
  ip.protocol = igmpProtocol;
  ip.trafficClass = networkControl;
  ip.payloadBytes = packet.bytes;
  ip.optionBytes = 4;
  packet.version = 4;
  emitIpv4(ip, prependHeader(packet, ipv4HeaderBytes + 4), routerAlert);
  sendFrame(by, packet, multicastHardwareAddress(destinationOf(ip)));
}

function sendListener(
  by: Interface, packet: Packet, group: usize, record: u32, version: u32,
): void {
  const isLeaving = record == leavesRecord;
  const isNewest = version == newest;
  if (isNewest) setRouterGroup(destinationOf(ip), 0x16);
  else if (isLeaving) setRouterGroup(destinationOf(ip), 2);
  else memory.copy(destinationOf(ip), group, 16);
  const source = selectSource(by.number, destinationOf(ip));
  if (source != null && isLinkLocal(bytesOfLocal(source))) {
    memory.copy(sourceOf(ip), bytesOfLocal(source), 16);
  }
  const message = packet.start + hopByHopBytes;
  memory.copy(packet.start, hopByHop, hopByHopBytes);
  icmp.type = isNewest ? listenerReportV2 : isLeaving ? listenerDone : listenerReport;
  icmp.code = 0;
  icmp.word = isNewest ? oneRecord : 0;
  icmp.bodyBytes = emitListener(isNewest ? record : 0, group, message + icmpHeaderBytes);
  packet.bytes = hopByHopBytes + emitIcmpv6(icmp, message, sourceOf(ip));
  ip.version = 6;
  ip.protocol = hopByHopHeader;
  ip.payloadBytes = packet.bytes;
  packet.version = 6;
  emitIpv6(ip, prependHeader(packet, ipv6HeaderBytes));
  sendFrame(by, packet, multicastHardwareAddress(destinationOf(ip)));
}

/** ff02::16 are routers that know MLD's second version, ff02::2 all. */
function setRouterGroup(address: usize, last: u32): void {
  store<u64>(address, 0x02ff);
  store<u64>(address, <u64>last << 56, 8);
}
