// Connections that this side asks for (RFC 9293, 3.10.1 and 3.10.7.3).
import {
  addressInUse,
  connectionRefused,
  hostUnreachable,
  networkUnreachable,
  noBuffers,
} from "../../base/errno.as";
import { keyedHash } from "../../base/siphash.as";
import { chooseSource, interfaceTo, leadsBy } from "../ip/output.as";
import { isBroadcastAddress, isMulticastAddress } from "../link/addresses.as";
import { isIpv4Address } from "../wire/ip.as";
import { ackFlag, rstFlag, synFlag, Tcp } from "../wire/tcp.as";
import { isPortListenedTo } from "./accept.as";
import {
  bucketCount,
  Connection,
  enterConnection,
  findConnection,
  firstInBucket,
  freeConnection,
  localAddressOf,
  makeConnection,
  remoteAddressOf,
  synReceivedState,
  synSentState,
} from "./connection.as";
import { emitReset } from "./emit.as";
import { endConnection, settleConnection } from "./ending.as";
import { emitSyn, openConnection, startConnection, takeSyn } from "./handshake.as";
import { isBefore } from "./sequence.as";

const firstPort: u32 = 49_152; // RFC 6335, 6
const portCount: u32 = 16_384;
let portStep: u32 = 0;

/** `connectStreamFrom`, from whichever address leads there. */
export function connectStream(remote: usize, remotePort: u32, localPort: u32, now: u64): i32 {
  return connectStreamFrom(0, remote, remotePort, localPort, now);
}

/**
 * Asks for a connection with an address of 16 bytes, from one of this host's at `local` or, for 0,
 * from that which leads there, and from `localPort` or, for 0, from any: the connection, or a
 * negated error number. Groups and broadcast addresses are nobody's (RFC 9293, 3.9.2.3: MUST-46).
 */
export function connectStreamFrom(
  local: usize, remote: usize, remotePort: u32, localPort: u32, now: u64,
): i32 {
  if (isManyHosts(remote, now)) return -<i32>networkUnreachable;
  const connection = makeConnection();
  if (connection == null) return -<i32>noBuffers;
  memory.copy(remoteAddressOf(connection), remote, 16);
  connection.remotePort = remotePort;
  const hasSource = chooseSource(remote, now, localAddressOf(connection));
  if (!hasSource || (local != 0 && isIpv4Address(local) != isIpv4Address(remote))) {
    freeConnection(connection);
    return -<i32>networkUnreachable;
  }
  if (local != 0) memory.copy(localAddressOf(connection), local, 16);
  connection.localPort = localPort == 0 ? choosePort(connection) : localPort;
  const isTaken = connection.localPort == 0
    || findConnection(localAddressOf(connection), connection.localPort, remotePort) != null;
  if (isTaken || !enterConnection(connection)) {
    freeConnection(connection);
    return -<i32>addressInUse;
  }
  connection.isHeld = 1;
  connection.state = synSentState;
  startConnection(connection, now);
  emitSyn(connection, now);
  settleConnection(connection);
  return <i32>changetype<usize>(connection);
}

function isManyHosts(remote: usize, now: u64): bool {
  const number = interfaceTo(remote, now);
  return isMulticastAddress(remote) || (number >= 0 && isBroadcastAddress(number, remote));
}

/** A free port, the next one from where the peer sees no order in it (RFC 6056, 3.3.3). */
function choosePort(connection: Connection): u32 {
  const start = <u32>keyedHash(localAddressOf(connection), 4, connection.remotePort) + portStep++;
  for (let count: u32 = 0; count < portCount; count++) {
    const port = firstPort + (start + count) % portCount;
    if (isPortListenedTo(port)) continue;
    if (findConnection(localAddressOf(connection), port, connection.remotePort) == null) {
      return port;
    }
  }
  return 0;
}

/** Ends what waits for an answer from behind a neighbour that does not answer. */
export function endUnreachable(number: u32, neighbour: usize, now: u64): void {
  for (let index: u32 = 0; index < bucketCount; index++) {
    let place = firstInBucket(index);
    while (place != 0) {
      const connection = changetype<Connection>(place);
      place = connection.next;
      const isLost = connection.state == synSentState
        && leadsBy(remoteAddressOf(connection), number, neighbour, now);
      if (!isLost) continue;
      endConnection(connection, hostUnreachable);
      settleConnection(connection);
    }
  }
}

/** Takes a segment in SYN-SENT. `addresses` are the segment's. */
export function takeInSynSent(
  connection: Connection, tcp: Tcp, addresses: usize, now: u64,
): void {
  const hasAck = (tcp.flags & ackFlag) != 0;
  const isSound = hasAck && isBefore(connection.initialSend, tcp.acknowledgement)
    && !isBefore(connection.sendNext, tcp.acknowledgement);
  if (hasAck && !isSound) {
    emitReset(tcp, addresses, now);
    return;
  }
  if ((tcp.flags & rstFlag) != 0) {
    if (hasAck) endConnection(connection, connectionRefused);
    return;
  }
  if ((tcp.flags & synFlag) == 0) return;
  takeSyn(connection, tcp, now);
  if (!hasAck) {
    // Both have asked at the same time (RFC 9293, 3.5, figure 7).
    connection.state = synReceivedState;
    emitSyn(connection, now);
    return;
  }
  openConnection(connection, tcp, now);
  connection.mustAcknowledge = 1;
}
