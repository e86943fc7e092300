// Connections that peers ask for (RFC 9293, 3.10.7.2), held back by limits and by cookies.
import { addressInUse, noBuffers } from "../../base/errno.as";
import { isSameAddress, isUnspecified } from "../link/addresses.as";
import { destinationOf, Ip, isIpv4Address, sourceOf } from "../wire/ip.as";
import { ackFlag, rstFlag, synFlag, Tcp } from "../wire/tcp.as";
import {
  Connection,
  enterConnection,
  freeConnection,
  listenState,
  localAddressOf,
  makeConnection,
  noteChange,
  remoteAddressOf,
  synReceivedState,
} from "./connection.as";
import { answerWithCookie, cookieSegmentSize, cookieWindow } from "./cookies.as";
import { emitReset } from "./emit.as";
import { emitSyn, openConnection, startConnection, takeSyn } from "./handshake.as";
import { settleConnection } from "./ending.as";

/** Handshakes of one listener at a time; those beyond get cookies (RFC 4987, 3.6). */
const handshakeLimit: u32 = 64;
const backlogLimit: u32 = 1024;

let listeners: usize = 0;

/**
 * Listens at an address, of zeroes for all of its version, and a port: the listener, or a negated
 * error number.
 */
export function listenToStreams(address: usize, port: u32, backlog: u32): i32 {
  if (findListener(address, port, true) != null) return -<i32>addressInUse;
  const listener = makeConnection();
  if (listener == null) return -<i32>noBuffers;
  memory.copy(localAddressOf(listener), address, 16);
  listener.localPort = port;
  listener.state = listenState;
  listener.isHeld = 1;
  listener.backlog = min(max<u32>(backlog, 1), backlogLimit);
  listener.next = listeners;
  listeners = changetype<usize>(listener);
  return <i32>changetype<usize>(listener);
}

/** Takes a listener out of the list. */
export function leaveListeners(listener: Connection): void {
  const place = changetype<usize>(listener);
  if (listeners == place) {
    listeners = listener.next;
    return;
  }
  let before = changetype<Connection>(listeners);
  while (before.next != place) before = changetype<Connection>(before.next);
  before.next = listener.next;
}

/** Takes the connection that was opened first; 0 when there is none. */
export function acceptStream(listener: Connection): usize {
  const place = listener.acceptHead;
  if (place == 0) return 0;
  const connection = changetype<Connection>(place);
  listener.acceptHead = connection.nextAccept;
  listener.acceptCount--;
  connection.listener = 0;
  connection.isHeld = 1;
  noteChange(connection);
  return place;
}

/** Whether somebody listens to a port, so that it is not to be given to others. */
export function isPortListenedTo(port: u32): bool {
  for (let place = listeners; place != 0; place = changetype<Connection>(place).next) {
    if (changetype<Connection>(place).localPort == port) return true;
  }
  return false;
}

/** Who listens at an address; `isExact`: at exactly this one. */
export function findListener(address: usize, port: u32, isExact: bool): Connection | null {
  for (let place = listeners; place != 0; place = changetype<Connection>(place).next) {
    const listener = changetype<Connection>(place);
    if (listener.localPort != port) continue;
    if (isSameAddress(place, address)) return listener;
    if (isExact || !isUnspecified(place)) continue;
    if (isIpv4Address(place) == isIpv4Address(address) || listener.takesIpv4 != 0) return listener;
  }
  return null;
}

/** Takes a segment to a listener, for which there is no connection. */
export function takeInListen(listener: Connection, ip: Ip, tcp: Tcp, now: u64): void {
  if ((tcp.flags & rstFlag) != 0) return;
  if ((tcp.flags & ackFlag) != 0) {
    if ((tcp.flags & synFlag) != 0 || !takeCookie(listener, ip, tcp, now)) {
      emitReset(tcp, sourceOf(ip), now);
    }
    return;
  }
  if ((tcp.flags & synFlag) == 0) return;
  // The app takes none: peers try again (RFC 9293 leaves that open).
  if (listener.acceptCount >= listener.backlog) return;
  if (listener.handshakeCount >= min(handshakeLimit, listener.backlog)) {
    answerWithCookie(ip, tcp, now);
    return;
  }
  const connection = makeFor(listener, ip, tcp, now);
  if (connection == null) return;
  takeSyn(connection, tcp, now);
  emitSyn(connection, now);
  settleConnection(connection);
}

function makeFor(listener: Connection, ip: Ip, tcp: Tcp, now: u64): Connection | null {
  const connection = makeConnection();
  if (connection == null) return null;
  memory.copy(localAddressOf(connection), destinationOf(ip), 16);
  memory.copy(remoteAddressOf(connection), sourceOf(ip), 16);
  connection.localPort = tcp.destinationPort;
  connection.remotePort = tcp.sourcePort;
  if (!enterConnection(connection)) {
    freeConnection(connection);
    return null;
  }
  connection.listener = changetype<usize>(listener);
  connection.state = synReceivedState;
  connection.isNoDelay = listener.isNoDelay;
  connection.keepAliveTime = listener.keepAliveTime;
  connection.keepAliveInterval = listener.keepAliveInterval;
  connection.keepAliveLimit = listener.keepAliveLimit;
  connection.userTimeout = listener.userTimeout;
  connection.hopLimit = listener.hopLimit;
  connection.trafficClass = listener.trafficClass;
  connection.receiveCapacity = listener.receiveCapacity;
  connection.isReceiveFixed = listener.isReceiveFixed;
  connection.sendCapacity = listener.sendCapacity;
  listener.handshakeCount++;
  startConnection(connection, now);
  return connection;
}

/** Makes a connection of the acknowledgement of a cookie. */
function takeCookie(listener: Connection, ip: Ip, tcp: Tcp, now: u64): bool {
  const size = cookieSegmentSize(ip, tcp, now);
  if (size == 0) return false;
  if (listener.acceptCount >= listener.backlog) return true; // the peer will say it again
  const connection = makeFor(listener, ip, tcp, now);
  if (connection == null) return true;
  const sequence = tcp.sequence;
  tcp.segmentSize = size;
  tcp.sequence = sequence - 1;
  tcp.hasTimestamps = 0;
  takeSyn(connection, tcp, now);
  tcp.sequence = sequence;
  connection.initialSend = tcp.acknowledgement - 1;
  connection.sendNext = tcp.acknowledgement;
  connection.queueEnd = tcp.acknowledgement;
  connection.windowEdge = connection.receiveNext + cookieWindow;
  finishHandshake(connection, tcp, now);
  settleConnection(connection);
  return true;
}

/** Opens a connection in SYN-RECEIVED, and puts it before its listener; false when it must wait. */
export function finishHandshake(connection: Connection, tcp: Tcp, now: u64): bool {
  if (connection.listener == 0) {
    openConnection(connection, tcp, now);
    return true;
  }
  const listener = changetype<Connection>(connection.listener);
  if (listener.acceptCount >= listener.backlog) return false;
  listener.handshakeCount--;
  openConnection(connection, tcp, now);
  const place = changetype<usize>(connection);
  connection.nextAccept = 0;
  if (listener.acceptHead == 0) listener.acceptHead = place;
  else changetype<Connection>(listener.acceptTail).nextAccept = place;
  listener.acceptTail = place;
  listener.acceptCount++;
  noteChange(listener);
  return true;
}
