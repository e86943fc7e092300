// What both sides of a handshake do: begin with unpredictable numbers, and agree on options.
import { keyedHash } from "../../base/siphash.as";
import { isIpv4Address } from "../wire/ip.as";
import { ackFlag, noWindowScale, synFlag, Tcp, timestampBytes } from "../wire/tcp.as";
import { startBuffers } from "./buffers.as";
import { startCongestion } from "./congestion.as";
import {
  Connection,
  establishedState,
  localAddressOf,
  never,
  noteChange,
  remoteAddressOf,
  synReceivedState,
} from "./connection.as";
import { emitSegment, ownSegmentSize, ownWindowScale } from "./emit.as";
import { doubtRoundTrip, noteRoundTrip, retransmitDelay, startRoundTrip } from "./round-trip.as";

/** Less than this per segment only wastes both sides' time. */
const leastSegmentSize: u32 = 128;

/** Sets a connection's sequence numbers and buffers up (RFC 6528; RFC 7323, 5.4). */
export function startConnection(connection: Connection, now: u64): void {
  const ports = <u64>connection.localPort << 16 | <u64>connection.remotePort;
  const hash = keyedHash(localAddressOf(connection), 4, ports);
  // A clock of 4 us, and an offset that only this host knows.
  const initial = <u32>(now >> 12) + <u32>hash;
  connection.timestampOffset = <u32>(hash >> 32);
  connection.initialSend = initial;
  connection.unacknowledged = initial;
  connection.sendNext = initial + 1;
  connection.queueEnd = initial + 1;
  connection.tailProbeEnd = initial;
  connection.highestSacked = initial;
  startBuffers(connection);
  connection.receiveScale = ownWindowScale;
  connection.segmentSize = ownSegmentSize(remoteAddressOf(connection), now);
  connection.progressAt = now;
  connection.lastReceivedAt = now;
  startRoundTrip(connection);
}

/** Takes the peer's first sequence number and its options (RFC 9293, 3.7.1; RFC 7323, 2.2). */
export function takeSyn(connection: Connection, tcp: Tcp, now: u64): void {
  connection.initialReceive = tcp.sequence;
  connection.receiveNext = tcp.sequence + 1;
  connection.readNext = tcp.sequence + 1;
  connection.windowEdge = tcp.sequence + 1;
  connection.lastAcknowledged = tcp.sequence + 1;
  connection.usesSack = tcp.isSackPermitted;
  if (tcp.windowScale != noWindowScale) {
    connection.sendScale = tcp.windowScale;
  } else {
    connection.receiveScale = 0;
    connection.receiveCapacity = min<u32>(connection.receiveCapacity, 0xffff);
  }
  connection.tuneEdge = connection.readNext + connection.receiveCapacity;
  connection.tuneAt = now;
  const usual: u32 = isIpv4Address(remoteAddressOf(connection)) ? 536 : 1220;
  const wanted = max(tcp.segmentSize == 0 ? usual : tcp.segmentSize, leastSegmentSize);
  connection.segmentSize = min(connection.segmentSize, wanted);
  if (tcp.hasTimestamps != 0) {
    connection.usesTimestamps = 1;
    connection.recentTimestamp = tcp.timestamp;
    connection.recentTimestampAt = now;
    connection.segmentSize -= timestampBytes;
  }
  // A SYN's window is not scaled (RFC 7323, 2.2).
  connection.sendWindow = tcp.window;
  connection.largestWindow = tcp.window;
  connection.windowSequence = tcp.sequence;
  connection.windowAcknowledgement = tcp.acknowledgement;
  startCongestion(connection);
}

/** Sends a SYN, or the answer to one, and has it repeated. */
export function emitSyn(connection: Connection, now: u64): void {
  const isAnswer = connection.state == synReceivedState;
  emitSegment(connection, connection.initialSend, 0, isAnswer ? synFlag | ackFlag : synFlag, now);
  connection.retransmitAt = now + retransmitDelay(connection);
  if (connection.handshakeAt == 0) connection.handshakeAt = now;
}

/** The handshake is the first measurement, unless it had to be repeated (RFC 6298, 5.7). */
function measureHandshake(connection: Connection, now: u64): void {
  if (connection.backoff != 0) doubtRoundTrip(connection);
  else if (connection.handshakeAt != 0) noteRoundTrip(connection, now - connection.handshakeAt);
  connection.backoff = 0;
}

/** Opens a connection whose SYN was acknowledged. */
export function openConnection(connection: Connection, tcp: Tcp, now: u64): void {
  connection.state = establishedState;
  connection.unacknowledged = connection.initialSend + 1;
  connection.retransmitAt = never;
  measureHandshake(connection, now);
  connection.progressAt = now;
  const isScaled = (tcp.flags & synFlag) == 0;
  connection.sendWindow = isScaled ? tcp.window << connection.sendScale : tcp.window;
  connection.largestWindow = max(connection.largestWindow, connection.sendWindow);
  connection.windowSequence = tcp.sequence;
  connection.windowAcknowledgement = tcp.acknowledgement;
  if (connection.keepAliveTime != 0) connection.keepAliveAt = now + connection.keepAliveTime;
  noteChange(connection);
}
