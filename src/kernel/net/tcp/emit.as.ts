// Segments on their way out: headers, options and data of a connection, and answers without one.
import { canLend } from "../../memory/lent-frames.as";
import { defaultHopLimit, mtuTo, offloadsTo, sendIp } from "../ip/output.as";
import { cutsTcp4, cutsTcp6, takesLentParts } from "../link/interfaces.as";
import { allocatePacket, lendPart, lentPartLimit, Packet } from "../link/packets.as";
import { destinationOf, Ip, isIpv4Address, sourceOf, tcpProtocol } from "../wire/ip.as";
import {
  ackFlag,
  clearOptions,
  emitTcp,
  noWindowScale,
  rstFlag,
  sackBlock,
  sackLimit,
  synFlag,
  Tcp,
  tcpChecksumOffset,
  tcpHeaderBytes,
  tcpOptionBytes,
} from "../wire/tcp.as";
import { receiveCapacityOf } from "./buffers.as";
import { readableSpan, readQueue, spanBytes } from "./byte-queue.as";
import {
  Connection,
  localAddressOf,
  never,
  remoteAddressOf,
  sendQueue,
} from "./connection.as";
import { rangeEnd, rangeStart } from "./ranges.as";
import { timestampNow } from "./round-trip.as";
import { isBefore } from "./sequence.as";

const ip = changetype<Ip>(memory.data(128, 8));
const tcp = changetype<Tcp>(memory.data(128, 8));

/** Data of a packet that the device cuts, at most: with all headers below IP's 65,535 bytes. */
const longestTrain: u32 = 62_000;

/** The shift of the windows that are advertised, when the peer scales too. */
export const ownWindowScale: u32 = 6;

/** The largest segment that packets to an address have room for, without options. */
export function ownSegmentSize(remote: usize, now: u64): u32 {
  return mtuTo(remote, now) - (isIpv4Address(remote) ? 40 : 60);
}

/** So few data are copied faster than they are lent. */
const copyLimit: u32 = 1024;

/**
 * Sends a segment with `length` bytes of the queue from a sequence number on; more than a segment
 * has are cut by the device. False when there is no memory for it: as good as lost.
 */
export function emitSegment(
  connection: Connection, sequence: u32, length: u32, flags: u32, now: u64,
): bool {
  const packet = allocatePacket();
  if (packet == null) return false;
  tcp.sourcePort = connection.localPort;
  tcp.destinationPort = connection.remotePort;
  tcp.sequence = sequence;
  tcp.flags = flags;
  tcp.acknowledgement = (flags & ackFlag) != 0 ? connection.receiveNext : 0;
  tcp.urgent = 0;
  tcp.dataBytes = length;
  tcp.window = windowField(connection, (flags & synFlag) != 0);
  clearOptions(tcp);
  if ((flags & synFlag) != 0) addSynOptions(connection, (flags & ackFlag) != 0, now);
  else if ((flags & rstFlag) == 0) addOptions(connection, length, now);
  if (length > connection.segmentSize) packet.segmentBytes = connection.segmentSize;
  if (mustLend(connection, length, now)) {
    lendQueue(sendQueue(connection), sequence, length, packet);
  } else if (length != 0) {
    const data = packet.start + tcpHeaderBytes + tcpOptionBytes(tcp);
    readQueue(sendQueue(connection), sequence, data, length);
  }
  memory.copy(sourceOf(ip), localAddressOf(connection), 32);
  ip.hopLimit = connection.hopLimit == 0 ? defaultHopLimit : connection.hopLimit;
  ip.trafficClass = connection.trafficClass;
  sendSegment(packet, now);
  if ((flags & ackFlag) != 0) noteAcknowledged(connection);
  return true;
}

function mustLend(connection: Connection, length: u32, now: u64): bool {
  if (length > connection.segmentSize) return true;
  if (length <= copyLimit || !canLend(lentPartLimit)) return false;
  return (offloadsTo(remoteAddressOf(connection), now) & takesLentParts) != 0;
}

function lendQueue(queue: usize, position: u32, length: u32, packet: Packet): void {
  for (const end = position + length; position != end; ) {
    const part = min(end - position, spanBytes(position));
    lendPart(packet, readableSpan(queue, position), part);
    position += part;
  }
}

/**
 * Bytes of data that may go out as one packet to an address: those of a segment, unless the device
 * cuts. Where it cuts, it also takes lent parts.
 */
export function trainLimit(connection: Connection, now: u64): u32 {
  const remote = remoteAddressOf(connection);
  const cuts = isIpv4Address(remote) ? cutsTcp4 : cutsTcp6;
  const isCut = (offloadsTo(remote, now) & cuts) != 0 && canLend(lentPartLimit);
  return isCut ? longestTrain : connection.segmentSize;
}

/** Between the addresses of `ip`, with its hop limit and traffic class, as `tcp` says. */
function sendSegment(packet: Packet, now: u64): void {
  packet.bytes = emitTcp(tcp, packet.start, sourceOf(ip));
  packet.checksumStart = packet.start;
  packet.checksumOffset = tcpChecksumOffset;
  ip.protocol = tcpProtocol;
  ip.dontFragment = 1;
  sendIp(packet, ip, now);
}

/** Acknowledges what has come. */
export function emitAcknowledgement(connection: Connection, now: u64): void {
  emitSegment(connection, connection.sendNext, 0, ackFlag, now);
}

/** Answers a segment that belongs to nothing with RST (RFC 9293, 3.10.7.1). */
export function emitReset(to: Tcp, addresses: usize, now: u64): void {
  if ((to.flags & rstFlag) != 0) return;
  const hasAck = (to.flags & ackFlag) != 0;
  const spaceBytes = to.dataBytes + (to.flags & 1) + (to.flags >> 1 & 1);
  clearOptions(tcp);
  emitBare(
    to, addresses, hasAck ? to.acknowledgement : 0, to.sequence + spaceBytes,
    hasAck ? rstFlag : rstFlag | ackFlag, 0, now,
  );
}

/** Answers a SYN without keeping anything: options are those of the cookie (cookies.as.ts). */
export function emitCookie(
  to: Tcp, addresses: usize, sequence: u32, segmentSize: u32, window: u32, now: u64,
): void {
  clearOptions(tcp);
  tcp.segmentSize = segmentSize;
  emitBare(to, addresses, sequence, to.sequence + 1, synFlag | ackFlag, window, now);
}

/** `addresses` are the segment's: its source, then its destination. */
function emitBare(
  to: Tcp, addresses: usize, sequence: u32, acknowledgement: u32, flags: u32, window: u32, now: u64,
): void {
  const packet = allocatePacket();
  if (packet == null) return;
  memory.copy(sourceOf(ip), addresses + 16, 16);
  memory.copy(destinationOf(ip), addresses, 16);
  tcp.sourcePort = to.destinationPort;
  tcp.destinationPort = to.sourcePort;
  tcp.sequence = sequence;
  tcp.acknowledgement = (flags & ackFlag) != 0 ? acknowledgement : 0;
  tcp.flags = flags;
  tcp.window = window;
  tcp.urgent = 0;
  tcp.dataBytes = 0;
  ip.hopLimit = defaultHopLimit;
  ip.trafficClass = 0;
  sendSegment(packet, now);
}

/** A SYN offers everything; the answer to one only what was offered. */
function addSynOptions(connection: Connection, isAnswer: bool, now: u64): void {
  tcp.segmentSize = ownSegmentSize(remoteAddressOf(connection), now);
  if (!isAnswer || connection.usesSack != 0) tcp.isSackPermitted = 1;
  const scales = !isAnswer || connection.receiveScale != 0;
  tcp.windowScale = scales ? ownWindowScale : noWindowScale;
  if (isAnswer && connection.usesTimestamps == 0) return;
  addTimestamps(connection, now);
}

function addOptions(connection: Connection, length: u32, now: u64): void {
  if (connection.usesTimestamps != 0) addTimestamps(connection, now);
  if (connection.usesSack == 0) return;
  const room = connection.segmentSize - min(connection.segmentSize, length);
  if (room < 12) return;
  const limit = min((room - 4) / 8, sackLimit);
  const isDuplicate = connection.duplicateStart != connection.duplicateEnd;
  if (isDuplicate) addBlock(connection.duplicateStart, connection.duplicateEnd); // RFC 2883
  connection.duplicateEnd = connection.duplicateStart;
  if (connection.rangeCount == 0) return;
  const latest = latestRange(connection);
  if (tcp.sackCount < limit) addRangeBlock(connection, latest);
  for (let index: u32 = 0; index < connection.rangeCount && tcp.sackCount < limit; index++) {
    if (index != latest) addRangeBlock(connection, index);
  }
}

/** The range that changed last comes first (RFC 2018, 4). */
function latestRange(connection: Connection): u32 {
  let index: u32 = 0;
  const latest = connection.latestRange;
  while (index + 1 < connection.rangeCount && !isBefore(latest, rangeEnd(connection, index))) {
    index++;
  }
  return index;
}

function addRangeBlock(connection: Connection, index: u32): void {
  addBlock(rangeStart(connection, index), rangeEnd(connection, index));
}

function addBlock(start: u32, end: u32): void {
  store<u32>(sackBlock(tcp, tcp.sackCount), start);
  store<u32>(sackBlock(tcp, tcp.sackCount), end, 4);
  tcp.sackCount++;
}

function addTimestamps(connection: Connection, now: u64): void {
  tcp.hasTimestamps = 1;
  tcp.timestamp = timestampNow(connection, now);
  tcp.timestampEcho = connection.recentTimestamp;
}

/**
 * The window to advertise. Its edge never moves back, and moves on by no less than a segment or
 * half of all (RFC 9293, 3.8.6.2.2).
 */
function windowField(connection: Connection, isSyn: bool): u32 {
  const capacity = receiveCapacityOf(connection);
  const edge = connection.readNext + capacity;
  const step = min(capacity / 2, connection.segmentSize);
  const growth = edge - connection.windowEdge;
  if (isSyn || <i32>growth >= <i32>step) connection.windowEdge = edge;
  // The end of the stream may lie behind the window.
  if (isBefore(connection.windowEdge, connection.receiveNext)) return 0;
  const window = connection.windowEdge - connection.receiveNext;
  return isSyn ? min<u32>(window, 0xffff) : min<u32>(window >> connection.receiveScale, 0xffff);
}

/** Whether the window would grow by so much that the peer should hear of it. */
export function isWindowUpdateDue(connection: Connection): bool {
  const capacity = receiveCapacityOf(connection);
  const growth = connection.readNext + capacity - connection.windowEdge;
  const open = connection.windowEdge - connection.receiveNext;
  if (<i32>growth <= 0 || connection.isFinReceived != 0) return false;
  const isNarrow = open < 2 * connection.segmentSize && growth >= connection.segmentSize;
  return isNarrow || growth >= capacity / 2;
}

function noteAcknowledged(connection: Connection): void {
  connection.lastAcknowledged = connection.receiveNext;
  connection.unacknowledgedSegments = 0;
  connection.mustAcknowledge = 0;
  connection.acknowledgeAt = never;
}
