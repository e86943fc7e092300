// Datagrams of the kernel's own stack as sockets.
import {
  addressNotAvailable,
  again,
  destinationRequired,
  invalid,
  messageTooLong,
  noBuffers,
  noSuchOption,
} from "../base/errno.as";
import { allocateFrame, frameBytes } from "../memory/frames.as";
import { monotonicTime } from "../time/clock.as";
import {
  addressOfDatagrams,
  closeDatagrams,
  connectDatagrams,
  datagramBytes,
  datagramSender,
  datagramSpace,
  DatagramWay,
  interfaceShift,
  notLoopedWay,
  openDatagrams,
  ownDatagrams,
  portOfDatagrams,
  queueOfDatagrams,
  receiveDatagram,
  sendDatagram,
  setDatagramWay,
  takeDatagram,
  wholeWay,
} from "./udp/sockets.as";
import { defaultHopLimit } from "./ip/output.as";
import { isUnspecified } from "./link/addresses.as";
import { isEthernet } from "./link/interfaces.as";
import { leaveAllGroups } from "./memberships.as";
import {
  groupHopLimitOption,
  groupInterfaceOption,
  groupLoopOption,
  hopLimitOption,
  trafficClassOption,
  wholeOption,
} from "./socket-options.as";
import { isIpv4Address, setIpv4Address } from "./wire/ip.as";
import { portOf } from "./address.as";
import { gatherVectors, headToVectors, vectorBytes } from "./app-vectors.as";
import {
  fromStackAddress,
  localBytesOf,
  StackSocket,
  takesBoth,
  toStackAddress,
} from "./stack-socket.as";

const sender = memory.data(20, 8);
const target = memory.data(16, 8);
let bounce: usize = 0;

/** More is no datagram of any version of IP. */
const longestDatagram: u64 = 65_527;

/** Gives a socket its port, the one that it was bound to or any; 0 or a negated error number. */
export function bindDatagrams(socket: StackSocket): i32 {
  if (socket.place != 0) return -<i32>invalid;
  const place = openDatagrams(localBytesOf(socket), socket.localPort);
  if (place < 0 && place > -256) return place;
  socket.place = <usize><u32>place;
  const isBoth = takesBoth(socket) && isUnspecified(localBytesOf(socket));
  ownDatagrams(socket.place, changetype<usize>(socket), isBoth);
  socket.localPort = portOfDatagrams(socket.place);
  setDatagramWay(socket.place, socket.way);
  return 0;
}

/** Has a socket talk to one peer alone, at an address of 16 bytes; 0 or a negated error number. */
export function connectDatagramSocket(socket: StackSocket, remote: usize, port: u32): i32 {
  const error = ready(socket);
  if (error != 0) return error;
  // From any address of IPv6 to one of IPv4: from any of IPv4.
  const local = addressOfDatagrams(socket.place);
  if (isIpv4Address(remote) && isUnspecified(local)) setIpv4Address(local, 0);
  return -<i32>connectDatagrams(socket.place, remote, port, monotonicTime());
}

function ready(socket: StackSocket): i32 {
  return socket.place == 0 ? bindDatagrams(socket) : 0;
}

/** Receives a datagram into checked app vectors; `from`, unless 0, gets the sender's address. */
export function receiveDatagramVectors(
  socket: StackSocket, list: u32, count: u32, from: usize, isPeek: bool,
): i32 {
  const bytes = socket.place == 0 ? -<i32>again : datagramBytes(socket.place);
  if (bytes < 0) return bytes;
  const done = headToVectors(queueOfDatagrams(socket.place), list, count);
  noteSender(socket, from);
  if (!isPeek) takeDatagram(socket.place);
  return done;
}

/** Receives a datagram into kernel memory. */
export function receiveDatagramBytes(
  socket: StackSocket, pointer: usize, length: u32, from: usize,
): i32 {
  if (socket.place == 0) return -<i32>again;
  const bytes = receiveDatagram(socket.place, pointer, length, sender);
  if (bytes >= 0 && from != 0) fromStackAddress(sender, load<u32>(sender, 16), from);
  return bytes;
}

function noteSender(socket: StackSocket, from: usize): void {
  if (from == 0) return;
  datagramSender(socket.place, sender);
  fromStackAddress(sender, load<u32>(sender, 16), from);
}

/** Sends checked app vectors as one datagram, to an address or, for 0, to the peer. */
export function sendDatagramVectors(socket: StackSocket, list: u32, count: u32, to: usize): i32 {
  const length = vectorBytes(list, count);
  if (length > longestDatagram) return -<i32>messageTooLong;
  if (bounce == 0) bounce = allocateFrame();
  let space = datagramSpace(<u32>length);
  if (space == 0 && length <= frameBytes) space = bounce;
  if (space == 0) return -<i32>noBuffers;
  return sendDatagramBytes(socket, space, gatherVectors(list, count, space), to);
}

/** Sends kernel memory as one datagram. */
export function sendDatagramBytes(
  socket: StackSocket, pointer: usize, length: u32, to: usize,
): i32 {
  const error = ready(socket);
  if (error != 0) return error;
  const now = monotonicTime();
  if (to != 0) {
    toStackAddress(to, target);
    return sendDatagram(socket.place, pointer, length, target, portOf(to), now);
  }
  if (!isConnected(socket)) return -<i32>destinationRequired;
  return sendDatagram(socket.place, pointer, length, 0, 0, now);
}

/** Whether a socket has a peer. */
function isConnected(socket: StackSocket): bool {
  return !isUnspecified(addressOfDatagrams(socket.place) + 16);
}

/** An option of how a socket sends, of which streams have some, or a negated error number. */
export function datagramOption(socket: StackSocket, option: u32): i64 {
  const way = wayOf(socket);
  const flags = <u32>way.flags;
  switch (option) {
    case hopLimitOption: return way.hopLimit == 0 ? defaultHopLimit : way.hopLimit;
    case groupHopLimitOption: return max<u32>(way.groupHopLimit, 1);
    case groupLoopOption: return <i64>((flags & notLoopedWay) == 0);
    case groupInterfaceOption: return flags >> interfaceShift;
    case trafficClassOption: return way.trafficClass;
    case wholeOption: return <i64>(flags & wholeWay);
    default: return -<i64>noSuchOption;
  }
}

/** Sets such an option. */
export function setDatagramOption(socket: StackSocket, option: u32, value: i64): i32 {
  const way = wayOf(socket);
  const flags = <u32>way.flags;
  const isHops = option == hopLimitOption || option == groupHopLimitOption;
  // -1 is the usual number of hops.
  if (isHops && value == -1) value = option == hopLimitOption ? defaultHopLimit : 1;
  if (isHops && value == 0 || value < 0 || value > 255) return -<i32>invalid;
  switch (option) {
    case hopLimitOption:
      way.hopLimit = <u8>value;
      break;
    case groupHopLimitOption:
      way.groupHopLimit = <u8>value;
      break;
    case trafficClassOption:
      way.trafficClass = <u8>value;
      break;
    case groupLoopOption:
      way.flags = <u8>(flags & ~notLoopedWay | (value == 0 ? notLoopedWay : 0));
      break;
    case wholeOption:
      way.flags = <u8>(flags & ~wholeWay | (value == 0 ? 0 : wholeWay));
      break;
    case groupInterfaceOption:
      if (value != 0 && !isEthernet(<u32>value - 1)) return -<i32>addressNotAvailable;
      way.flags = <u8>(flags & 15 | <u32>value << interfaceShift);
      break;
    default: return -<i32>noSuchOption;
  }
  if (socket.place != 0 && socket.isDatagram) setDatagramWay(socket.place, socket.way);
  return 0;
}

/** How a socket sends; streams have the hop limit and the traffic class of it. */
export function wayOf(socket: StackSocket): DatagramWay {
  return changetype<DatagramWay>(changetype<usize>(socket) + offsetof<StackSocket>("way"));
}

/** Gives its port and its datagrams back. */
export function closeDatagramSocket(socket: StackSocket): void {
  leaveAllGroups(changetype<usize>(socket));
  if (socket.place != 0) closeDatagrams(socket.place);
}
