// UDP sockets (RFC 768; RFC 1122, 4.1).
import {
  addressInUse,
  again,
  connectionRefused,
  hostUnreachable,
  messageTooLong,
  networkUnreachable,
  noBuffers,
} from "../../base/errno.as";
import { allocateFrames, allocateZeroedFrame } from "../../memory/frames.as";
import { keyedHash } from "../../base/siphash.as";
import { sendError } from "../ip/icmp-errors.as";
import { Arrival } from "../ip/input.as";
import { interfaceOfGroup, listensTo } from "../ip/groups.as";
import {
  chooseSource,
  defaultHopLimit,
  interfaceTo,
  leadsBy,
  sendIpBy,
  sendLongIpBy,
} from "../ip/output.as";
import {
  isMulticastAddress,
  isSameAddress,
  isUnspecified,
  selectSource,
} from "../link/addresses.as";
import { Interface, interfaceAt } from "../link/interfaces.as";
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
import {
  copyHead,
  DatagramQueue,
  dropDatagram,
  headBytes,
  headSender,
  takeInDatagram,
} from "../link/datagram-queue.as";

/** Sockets in a frame, and frames of sockets, at most. */
const socketBytes: u32 = 96;
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
  error: u32;
  /** For whoever has it: what it stands for there. */
  owner: usize;
  /** Whether it waits to be taken by `takeChangedDatagrams`, and behind whom. */
  isChanged: u32;
  nextChanged: usize;
  /** Of a socket at all addresses of IPv6: whether it is at those of IPv4, too. */
  takesIpv4: u32;
  /** How its datagrams are sent: `DatagramWay`. */
  way: u32;
  /** The first word of a `DatagramQueue`. */
  queue: usize;
}

/** How datagrams of a socket are sent. Zeroes are the usual way. */
@unmanaged
export class DatagramWay {
  /** Hops that they live; 0 for the usual number, which is 1 to groups. */
  hopLimit: u8;
  groupHopLimit: u8;
  trafficClass: u8;
  /** Bits of those below, and above them the interface of groups and 1; 0 for any. */
  flags: u8;
}

/** Flag of a way: what is too long for its path is not sent in fragments. */
export const wholeWay: u32 = 1;
/** Flag of a way: what goes to a group is not for this host's own listeners. */
export const notLoopedWay: u32 = 2;
/** Where in a way's flags the interface of groups begins. */
export const interfaceShift: u32 = 4;

/** Bytes of the longest datagram: an IP packet of 65,535 bytes, without IPv6's jumbograms. */
const longestData: u32 = 65_507;
const longestDataV6: u32 = 65_527;
const firstPort: u32 = 32_768;
const portCount: u32 = 32_768;
const longFrames: u32 = 17;

const udp = changetype<Udp>(memory.data(16, 8));
const ip = changetype<Ip>(memory.data(128, 8));
let sockets: usize = 0;
let freeSockets: usize = 0;
let made: u32 = 0;
let nextPort: u32 = 0;
let changedHead: usize = 0;
let changedTail: usize = 0;

let longSpace: usize = 0; // where datagrams are made that are longer than a packet

@inline
function queueOf(place: usize): DatagramQueue {
  return changetype<DatagramQueue>(place + offsetof<Socket>("queue"));
}

/** Begins the ports that sockets get where nobody expects it. */
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
  memory.fill(place, 0, socketBytes);
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

/** Says how a socket's datagrams are sent, in the form of a `DatagramWay`. */
export function setDatagramWay(place: usize, way: u32): void {
  changetype<Socket>(place).way = way;
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
  return queueOf(place).head != 0 || socket.error != 0;
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
  while (queueOf(place).head != 0) dropDatagram(queueOf(place));
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

/**
 * Where the bytes of a datagram that is to be sent may be put so that they are not copied again; 0
 * when it is a short one, or there is no memory.
 */
export function datagramSpace(length: u32): usize {
  if (length + udpHeaderBytes <= packetDataLimit || length > longestDataV6) return 0;
  if (longSpace == 0) longSpace = allocateFrames(longFrames);
  return longSpace == 0 ? 0 : longSpace + udpHeaderBytes;
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
  const longest = isIpv4Address(remote) ? longestData : longestDataV6;
  if (length > longest) return -<i32>messageTooLong;
  udp.sourcePort = socket.localPort;
  udp.destinationPort = port;
  udp.dataBytes = length;
  const error = isMulticastAddress(remote)
    ? sendToGroup(socket, remote, data, now)
    : sendToHost(socket, remote, data, now);
  return error == 0 ? <i32>length : -<i32>error;
}

function sendToHost(socket: Socket, remote: usize, data: usize, now: u64): u32 {
  const place = changetype<usize>(socket);
  const number = interfaceTo(remote, now);
  if (number < 0) return networkUnreachable;
  if (hasSource(place)) memory.copy(sourceOf(ip), place, 16);
  else if (!chooseSource(remote, now, sourceOf(ip))) return networkUnreachable;
  return sendBy(interfaceAt(number), socket, remote, data, now);
}

/** Sends by the interface of the group (RFC 1112, 6.1), and to this host if it listens there. */
function sendToGroup(socket: Socket, group: usize, data: usize, now: u64): u32 {
  const place = changetype<usize>(socket);
  const way = wayOf(socket);
  const chosen: u32 = way.flags >> <u8>interfaceShift;
  const number: i32 = chosen != 0 ? <i32>chosen - 1 : interfaceOfGroup(group, now);
  if (number < 0) return networkUnreachable;
  const own = selectSource(number, group);
  const isBound = hasSource(place);
  if (!isBound && own == null) return networkUnreachable;
  memory.copy(sourceOf(ip), isBound ? place : changetype<usize>(own), 16);
  const error = sendBy(interfaceAt(number), socket, group, data, now);
  const isLooped = (way.flags & <u8>notLoopedWay) == 0 && listensTo(number, group);
  if (error == 0 && isLooped) sendBy(interfaceAt(0), socket, group, data, now);
  return error;
}

/** Whether a socket's address is one to send from: those of groups are not. */
function hasSource(place: usize): bool {
  return !isUnspecified(place) && !isMulticastAddress(place);
}

function sendBy(by: Interface, socket: Socket, remote: usize, data: usize, now: u64): u32 {
  const way = wayOf(socket);
  memory.copy(destinationOf(ip), remote, 16);
  ip.protocol = udpProtocol;
  ip.hopLimit = isMulticastAddress(remote) ? max<u32>(way.groupHopLimit, 1) : way.hopLimit;
  if (ip.hopLimit == 0) ip.hopLimit = defaultHopLimit;
  ip.trafficClass = way.trafficClass;
  ip.dontFragment = way.flags & <u8>wholeWay;
  const length = udp.dataBytes;
  const isShort = length + udpHeaderBytes <= packetDataLimit;
  return isShort ? sendShort(by, data, length, now) : sendLong(by, data, length, now);
}

@inline
function wayOf(socket: Socket): DatagramWay {
  return changetype<DatagramWay>(changetype<usize>(socket) + offsetof<Socket>("way"));
}

function sendShort(by: Interface, data: usize, length: u32, now: u64): u32 {
  const packet = allocatePacket();
  if (packet == null) return noBuffers;
  memory.copy(packet.start, data, length);
  packet.bytes = length;
  emitUdp(udp, prependHeader(packet, udpHeaderBytes), sourceOf(ip));
  return sendIpBy(by, packet, ip, now);
}

function sendLong(by: Interface, data: usize, length: u32, now: u64): u32 {
  const space = datagramSpace(length);
  if (space == 0) return noBuffers;
  if (space != data) memory.copy(space, data, length);
  emitUdp(udp, longSpace, sourceOf(ip));
  return sendLongIpBy(by, longSpace, length + udpHeaderBytes, ip, now);
}

/** The next datagram's bytes, or a negated error number. */
export function datagramBytes(place: usize): i32 {
  if (changetype<Socket>(place).error != 0) return -<i32>takeDatagramsError(place);
  return queueOf(place).head == 0 ? -<i32>again : <i32>headBytes(queueOf(place));
}

/** The error that a peer gave, once; 0 for none. */
export function takeDatagramsError(place: usize): u32 {
  const socket = changetype<Socket>(place);
  const error = socket.error;
  socket.error = 0;
  return error;
}

/** The datagrams that wait for a socket. */
export function queueOfDatagrams(place: usize): DatagramQueue {
  return queueOf(place);
}

/** Writes the next datagram's sender: address of 16 bytes, port (u32). */
export function datagramSender(place: usize, from: usize): void {
  headSender(queueOf(place), from);
}

/** Drops the next datagram. */
export function takeDatagram(place: usize): void {
  dropDatagram(queueOf(place));
}

/**
 * Takes the next datagram: its bytes, of which `length` at most are copied, or a negated error
 * number. `from`, unless 0, gets its sender.
 */
export function receiveDatagram(place: usize, data: usize, length: u32, from: usize): i32 {
  const bytes = datagramBytes(place);
  if (bytes < 0) return bytes;
  const count = copyHead(queueOf(place), data, length);
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
    const data = arrival.payload + udpHeaderBytes;
    const queue = queueOf(changetype<usize>(socket));
    const isKept = takeInDatagram(queue, sourceOf(packet), udp.sourcePort, data, udp.dataBytes);
    if (isKept) noteChange(socket);
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

function isTaken(address: usize, port: u32): bool {
  for (let place = sockets; place != 0; place = changetype<Socket>(place).next) {
    if (changetype<Socket>(place).localPort != port) continue;
    if (isIpv4Address(place) != isIpv4Address(address)) continue;
    const isSame = isSameAddress(place, address) || isUnspecified(place) || isUnspecified(address);
    if (isSame) return true;
  }
  return false;
}

/** A free port, from where nobody expects it, each time (RFC 5452, 9.2; RFC 6056, 3.3.1). */
function choosePort(address: usize): u32 {
  const start = <u32>keyedHash(address, 2, nextPort++);
  for (let count: u32 = 0; count < portCount; count++) {
    const port: u32 = firstPort + (start + count) % portCount;
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
    const place = frame + index * socketBytes;
    changetype<Socket>(place).next = freeSockets;
    freeSockets = place;
  }
  return true;
}
