// UDP sockets: datagrams in queues of one page frame each (RFC 768; RFC 1122, 4.1).
import {
  addressInUse,
  again,
  connectionRefused,
  hostUnreachable,
  messageTooLong,
  networkUnreachable,
  noBuffers,
} from "../../base/errno.as";
import {
  allocateFrame,
  allocateZeroedFrame,
  frameBytes,
  releaseFrame,
} from "../../memory/frames.as";
import { sendError } from "../ip/icmp-errors.as";
import { Arrival } from "../ip/input.as";
import { chooseSource, defaultHopLimit, leadsBy, sendIp } from "../ip/output.as";
import { isSameAddress, isUnspecified } from "../link/addresses.as";
import { interfaceAt } from "../link/interfaces.as";
import { allocatePacket, packetDataLimit, prependHeader } from "../link/packets.as";
import { load16 } from "../wire/byte-order.as";
import {
  portUnreachable,
  portUnreachableV6,
  unreachable,
  unreachableV6,
} from "../wire/icmp.as";
import { destinationOf, Ip, isIpv4Address, sourceOf, udpProtocol } from "../wire/ip.as";
import { wellFormed } from "../wire/outcome.as";
import { emitUdp, parseUdp, Udp, udpHeaderBytes } from "../wire/udp.as";

/** Datagrams that wait for one socket, at most, in one frame each for up to its size. */
const queueLimit: u32 = 64;

/** Sockets in a frame, and frames of sockets, at most. */
const socketsOfFrame: u32 = 42;
const socketLimit: u32 = 42 * 24;

/** A socket: its own address and port, and a peer's once it is connected. */
@unmanaged
class Socket {
  localHigh: u64;
  localLow: u64;
  remoteHigh: u64;
  remoteLow: u64;
  localPort: u32;
  remotePort: u32;
  next: usize;
  head: usize;
  tail: usize;
  queued: u32;
  error: u32;
  /** Datagrams that had no room. */
  dropped: u32;
  /** For whoever has it: what it stands for there. */
  owner: usize;
  /** Whether it waits to be taken by `takeChangedDatagrams`, and behind whom. */
  isChanged: u32;
  nextChanged: usize;
  /** Of a socket at all addresses of IPv6: whether it is at those of IPv4, too. */
  takesIpv4: u32;
}

/** A datagram that waits, at the start of its frame; its bytes follow. */
@unmanaged
class Datagram {
  fromHigh: u64;
  fromLow: u64;
  next: usize;
  fromPort: u32;
  bytes: u32;
}

const datagramHeaderBytes: u32 = 32;
const udp = changetype<Udp>(memory.data(16, 8));
const ip = changetype<Ip>(memory.data(128, 8));
let sockets: usize = 0;
let freeSockets: usize = 0;
let made: u32 = 0;
let waiting: u32 = 0;
let nextPort: u32 = 0;
let changedHead: usize = 0;
let changedTail: usize = 0;

/** Datagrams that wait in all sockets. */
export function datagramsWaiting(): u32 {
  return waiting;
}

/** Begins the ports that sockets get where nobody expects it (RFC 6056). */
export function seedPorts(value: u32): void {
  nextPort = value;
}

/** Opens a socket at an address and a port, 0 for any: the socket, or a negated error number. */
export function openDatagrams(address: usize, port: u32): i32 {
  if (port == 0) port = choosePort(address);
  else if (isTaken(address, port)) port = 0;
  if (port == 0) return -<i32>addressInUse;
  if (freeSockets == 0 && !makeSockets()) return -<i32>noBuffers;
  const place = freeSockets;
  const socket = changetype<Socket>(place);
  freeSockets = socket.next;
  memory.fill(place, 0, offsetof<Socket>());
  memory.copy(place, address, 16);
  socket.localPort = port;
  socket.next = sockets;
  sockets = place;
  return <i32>place;
}

/** Says what a socket stands for, and whether one at all addresses of IPv6 takes IPv4, too. */
export function ownDatagrams(place: usize, owner: usize, takesIpv4: bool): void {
  changetype<Socket>(place).owner = owner;
  changetype<Socket>(place).takesIpv4 = <u32>takesIpv4;
}

/** What a socket stands for. */
export function ownerOfDatagrams(place: usize): usize {
  return changetype<Socket>(place).owner;
}

/** The address of a socket; its peer's follows. */
export function addressOfDatagrams(place: usize): usize {
  return place;
}

/** The port of a socket. */
export function portOfDatagrams(place: usize): u32 {
  return changetype<Socket>(place).localPort;
}

/** Whether there is a datagram, or an error. */
export function hasDatagram(place: usize): bool {
  const socket = changetype<Socket>(place);
  return socket.head != 0 || socket.error != 0;
}

/** Takes the next socket that has something to receive since it was taken last; 0 for none. */
export function takeChangedDatagrams(): usize {
  const place = changedHead;
  if (place == 0) return 0;
  changedHead = changetype<Socket>(place).nextChanged;
  changetype<Socket>(place).isChanged = 0;
  return place;
}

function noteChange(socket: Socket): void {
  if (socket.isChanged != 0) return;
  const place = changetype<usize>(socket);
  socket.isChanged = 1;
  socket.nextChanged = 0;
  if (changedHead == 0) changedHead = place;
  else changetype<Socket>(changedTail).nextChanged = place;
  changedTail = place;
}

function forgetChange(socket: Socket): void {
  if (socket.isChanged == 0) return;
  const place = changetype<usize>(socket);
  let last: usize = 0;
  for (let link = changedHead; link != place; link = changetype<Socket>(link).nextChanged) {
    last = link;
  }
  if (last == 0) changedHead = socket.nextChanged;
  else changetype<Socket>(last).nextChanged = socket.nextChanged;
  if (changedTail == place) changedTail = last;
}

/** Has a socket talk to one peer alone; 0 or an error number. */
export function connectDatagrams(place: usize, remote: usize, port: u32, now: u64): u32 {
  const socket = changetype<Socket>(place);
  if (isUnspecified(place) && !chooseSource(remote, now, place)) return networkUnreachable;
  memory.copy(place + 16, remote, 16);
  socket.remotePort = port;
  return 0;
}

/** Closes a socket. */
export function closeDatagrams(place: usize): void {
  const socket = changetype<Socket>(place);
  while (socket.head != 0) dropDatagram(socket);
  forgetChange(socket);
  let link = sockets;
  if (link == place) sockets = socket.next;
  else {
    while (changetype<Socket>(link).next != place) link = changetype<Socket>(link).next;
    changetype<Socket>(link).next = socket.next;
  }
  socket.next = freeSockets;
  freeSockets = place;
}

/** Sends a datagram to an address, or for 0 to the peer: its bytes, or a negated error number. */
export function sendDatagram(
  place: usize, data: usize, length: u32, remote: usize, port: u32, now: u64,
): i32 {
  const socket = changetype<Socket>(place);
  if (remote == 0) {
    remote = place + 16;
    port = socket.remotePort;
  }
  if (length + udpHeaderBytes > packetDataLimit) return -<i32>messageTooLong;
  memory.copy(destinationOf(ip), remote, 16);
  if (!isUnspecified(place)) memory.copy(sourceOf(ip), place, 16);
  else if (!chooseSource(remote, now, sourceOf(ip))) return -<i32>networkUnreachable;
  const packet = allocatePacket();
  if (packet == null) return -<i32>noBuffers;
  memory.copy(packet.start, data, length);
  packet.bytes = length;
  udp.sourcePort = socket.localPort;
  udp.destinationPort = port;
  udp.dataBytes = length;
  emitUdp(udp, prependHeader(packet, udpHeaderBytes), sourceOf(ip));
  ip.protocol = udpProtocol;
  ip.hopLimit = defaultHopLimit;
  ip.trafficClass = 0;
  ip.dontFragment = 0;
  const error = sendIp(packet, ip, now);
  return error == 0 ? <i32>length : -<i32>error;
}

/** The next datagram's bytes, or a negated error number. */
export function datagramBytes(place: usize): i32 {
  const socket = changetype<Socket>(place);
  if (socket.error != 0) return -<i32>takeDatagramsError(place);
  return socket.head == 0 ? -<i32>again : <i32>changetype<Datagram>(socket.head).bytes;
}

/** The error that a peer gave, once; 0 for none. */
export function takeDatagramsError(place: usize): u32 {
  const socket = changetype<Socket>(place);
  const error = socket.error;
  socket.error = 0;
  return error;
}

/** Where the next datagram's bytes lie, if there is one. */
export function datagramSource(place: usize): usize {
  return changetype<Socket>(place).head + datagramHeaderBytes;
}

/** Writes the next datagram's sender: address of 16 bytes, port (u32). */
export function datagramSender(place: usize, from: usize): void {
  const head = changetype<Socket>(place).head;
  memory.copy(from, head, 16);
  store<u32>(from, changetype<Datagram>(head).fromPort, 16);
}

/** Drops the next datagram. */
export function takeDatagram(place: usize): void {
  dropDatagram(changetype<Socket>(place));
}

/**
 * Takes the next datagram: its bytes, of which `length` at most are copied, or a negated error
 * number. `from`, unless 0, gets its sender.
 */
export function receiveDatagram(place: usize, data: usize, length: u32, from: usize): i32 {
  const bytes = datagramBytes(place);
  if (bytes < 0) return bytes;
  const count = min(<u32>bytes, length);
  memory.copy(data, datagramSource(place), count);
  if (from != 0) datagramSender(place, from);
  takeDatagram(place);
  return count;
}

/** Takes a datagram that has arrived. */
export function receiveUdp(arrival: Arrival, now: u64): void {
  const packet = arrival.ip;
  const by = interfaceAt(arrival.interface);
  const addresses: usize = arrival.isSound ? 0 : sourceOf(packet);
  const outcome = parseUdp(arrival.payload, arrival.payloadBytes, addresses, udp);
  if (outcome != wellFormed) {
    by.refused++;
    return;
  }
  const socket = findSocket(
    destinationOf(packet), udp.destinationPort, sourceOf(packet), udp.sourcePort,
  );
  if (socket != null) {
    keepDatagram(socket, sourceOf(packet), arrival.payload + udpHeaderBytes);
    return;
  }
  const isV4 = packet.version == 4;
  const type = isV4 ? unreachable : unreachableV6;
  const code = isV4 ? portUnreachable : portUnreachableV6;
  sendError(by, packet, arrival.packet, type, code, 0, now);
}

/** Takes an ICMP error about a datagram: a connected socket is told (RFC 1122, 4.1.3.3). */
export function receiveUdpError(arrival: Arrival): void {
  const packet = arrival.ip;
  const localPort = load16(arrival.payload);
  const remotePort = load16(arrival.payload + 2);
  const socket = findSocket(sourceOf(packet), localPort, destinationOf(packet), remotePort);
  if (socket == null || socket.remotePort == 0) return;
  const isPort = arrival.errorCode == (packet.version == 4 ? portUnreachable : portUnreachableV6);
  if (!isPort) return;
  socket.error = connectionRefused;
  noteChange(socket);
}

/** Tells connected sockets whose way begins with a neighbour that it does not answer. */
export function failDatagrams(number: u32, neighbour: usize, now: u64): void {
  for (let place = sockets; place != 0; place = changetype<Socket>(place).next) {
    const socket = changetype<Socket>(place);
    if (socket.remotePort == 0 || !leadsBy(place + 16, number, neighbour, now)) continue;
    socket.error = hostUnreachable;
    noteChange(socket);
  }
}

/** The socket of a datagram: a connected one before others, an exact address before all. */
function findSocket(
  local: usize, localPort: u32, remote: usize, remotePort: u32,
): Socket | null {
  let best: Socket | null = null;
  let bestRank: u32 = 0;
  for (let place = sockets; place != 0; place = changetype<Socket>(place).next) {
    const socket = changetype<Socket>(place);
    const isItsVersion = isIpv4Address(place) == isIpv4Address(local) || socket.takesIpv4 != 0;
    if (socket.localPort != localPort || !isItsVersion) continue;
    let rank: u32 = 1;
    if (!isUnspecified(place)) {
      if (!isSameAddress(place, local)) continue;
      rank++;
    }
    if (socket.remotePort != 0) {
      if (socket.remotePort != remotePort || !isSameAddress(place + 16, remote)) continue;
      rank += 2;
    }
    if (rank <= bestRank) continue;
    best = socket;
    bestRank = rank;
  }
  return best;
}

function keepDatagram(socket: Socket, from: usize, data: usize): void {
  const length = udp.dataBytes;
  const hasRoom = socket.queued < queueLimit && length <= frameBytes - datagramHeaderBytes;
  const frame = hasRoom ? allocateFrame() : 0;
  if (frame == 0) {
    socket.dropped++;
    return;
  }
  const datagram = changetype<Datagram>(frame);
  memory.copy(frame, from, 16);
  datagram.next = 0;
  datagram.fromPort = udp.sourcePort;
  datagram.bytes = length;
  memory.copy(frame + datagramHeaderBytes, data, length);
  if (socket.head == 0) socket.head = frame;
  else changetype<Datagram>(socket.tail).next = frame;
  socket.tail = frame;
  socket.queued++;
  waiting++;
  noteChange(socket);
}

function dropDatagram(socket: Socket): void {
  const frame = socket.head;
  socket.head = changetype<Datagram>(frame).next;
  socket.queued--;
  waiting--;
  releaseFrame(frame);
}

function isTaken(address: usize, port: u32): bool {
  for (let place = sockets; place != 0; place = changetype<Socket>(place).next) {
    if (changetype<Socket>(place).localPort != port) continue;
    if (isIpv4Address(place) != isIpv4Address(address)) continue;
    const isSame = isSameAddress(place, address) || isUnspecified(place) || isUnspecified(address);
    if (isSame) return true;
  }
  return false;
}

function choosePort(address: usize): u32 {
  for (let count: u32 = 0; count < 16_384; count++) {
    const port: u32 = 49_152 + nextPort++ % 16_384;
    if (!isTaken(address, port)) return port;
  }
  return 0;
}

function makeSockets(): bool {
  if (made + socketsOfFrame > socketLimit) return false;
  const frame = allocateZeroedFrame();
  if (frame == 0) return false;
  made += socketsOfFrame;
  for (let index: u32 = 0; index < socketsOfFrame; index++) {
    const place = frame + index * 96;
    changetype<Socket>(place).next = freeSockets;
    freeSockets = place;
  }
  return true;
}
