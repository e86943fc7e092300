// Segments, and errors about segments, on their way to the connection that they belong to.
import { connectionRefused, hostUnreachable } from "../../base/errno.as";
import { Arrival } from "../ip/input.as";
import { isAnswerable } from "../ip/output.as";
import { lowerPathMtu } from "../ip/path-mtu.as";
import { load16, load32 } from "../wire/byte-order.as";
import { packetTooBig } from "../wire/icmp.as";
import { destinationOf, Ip, sourceOf } from "../wire/ip.as";
import { wellFormed } from "../wire/outcome.as";
import { ackFlag, parseTcp, rstFlag, synFlag, Tcp } from "../wire/tcp.as";
import { findListener, takeInListen } from "./accept.as";
import {
  Connection,
  findConnection,
  remoteAddressOf,
  synSentState,
  timeWaitState,
} from "./connection.as";
import { emitReset, ownSegmentSize } from "./emit.as";
import { endConnection, settleConnection } from "./ending.as";
import { takeSegment } from "./receive.as";
import { markLost, segmentAt } from "./segments.as";
import { isBefore } from "./sequence.as";
import { pushOutput } from "./send.as";

const tcp = changetype<Tcp>(memory.data(128, 8));
const ownOrder = memory.data(32, 8);
let refused: u32 = 0;

/** Segments that were not as the standard wants them. */
export function refusedSegments(): u32 {
  return refused;
}

/** Takes a segment that has arrived. */
export function receiveTcp(arrival: Arrival, now: u64): void {
  const ip = arrival.ip;
  const addresses = sourceOf(ip);
  const checked: usize = arrival.isSound ? 0 : addresses;
  const outcome = parseTcp(arrival.payload, arrival.payloadBytes, checked, tcp);
  // Nobody has a connection with a group (RFC 9293, 3.9.2.3).
  if (outcome != wellFormed || !isAnswerable(arrival.interface, ip)) {
    refused++;
    return;
  }
  memory.copy(ownOrder, destinationOf(ip), 16);
  memory.copy(ownOrder + 16, sourceOf(ip), 16);
  let connection = findConnection(ownOrder, tcp.destinationPort, tcp.sourcePort);
  if (connection != null && isNewIncarnation(connection)) {
    endConnection(connection, 0);
    settleConnection(connection);
    connection = null;
  }
  if (connection != null) {
    takeSegment(connection, tcp, arrival.payload + tcp.headerBytes, addresses, now);
    settleConnection(connection);
    return;
  }
  const listener = findListener(ownOrder, tcp.destinationPort, false);
  if (listener != null) takeInListen(listener, ip, tcp, now);
  else emitReset(tcp, addresses, now);
}

/** A SYN that may open the connection anew while it is in TIME-WAIT (RFC 6191; RFC 9293, 3.6.1). */
function isNewIncarnation(connection: Connection): bool {
  if (connection.state != timeWaitState) return false;
  if ((tcp.flags & (synFlag | ackFlag | rstFlag)) != synFlag) return false;
  const isLater = isBefore(connection.receiveNext, tcp.sequence);
  if (connection.usesTimestamps == 0 || tcp.hasTimestamps == 0) return isLater;
  if (tcp.timestamp == connection.recentTimestamp) return isLater;
  return isBefore(connection.recentTimestamp, tcp.timestamp);
}

/** Takes an ICMP error about a segment that this host is said to have sent (RFC 5461, RFC 5927). */
export function receiveTcpError(arrival: Arrival, now: u64): void {
  const ip = arrival.ip;
  const localPort = load16(arrival.payload);
  const remotePort = load16(arrival.payload + 2);
  const connection = findConnection(sourceOf(ip), localPort, remotePort);
  if (connection == null) return;
  const sequence = load32(arrival.payload + 4);
  // Only of what is under way: whoever does not see it cannot know (RFC 5927, 4.1).
  const isOurs = !isBefore(sequence, connection.unacknowledged)
    && isBefore(sequence, connection.sendNext);
  if (!isOurs) return;
  if (arrival.errorType == packetTooBig) {
    takePathMtu(connection, ip, arrival.errorWord, now);
  } else if (connection.state == synSentState) {
    // A hard error while it is opened ends it; later it is soft (RFC 5461, 3).
    const isPort = arrival.errorCode == (ip.version == 4 ? 3 : 4);
    endConnection(connection, isPort ? connectionRefused : hostUnreachable);
  }
  settleConnection(connection);
}

function takePathMtu(connection: Connection, ip: Ip, mtu: u32, now: u64): void {
  lowerPathMtu(destinationOf(ip), mtu, now);
  const options: u32 = connection.usesTimestamps != 0 ? 12 : 0;
  const size = ownSegmentSize(remoteAddressOf(connection), now) - options;
  if (size >= connection.segmentSize) return;
  connection.segmentSize = size;
  // What was too long never arrived; that is no congestion (RFC 1191, 6.4).
  for (let index: u32 = 0; index < connection.segmentCount; index++) {
    const segment = segmentAt(connection, index);
    const isTooLong = segment.end - segment.start > size + 1;
    if (isTooLong) markLost(connection, segment);
  }
  if (connection.isRecovering == 0) {
    connection.isRecovering = 1;
    connection.isAfterTimeout = 1;
    connection.recoveryEnd = connection.sendNext;
  }
  pushOutput(connection, now);
}
