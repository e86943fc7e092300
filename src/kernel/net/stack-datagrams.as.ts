// Datagrams of the kernel's own stack as sockets.
import {
  again,
  destinationRequired,
  invalid,
  messageTooLong,
  noBuffers,
} from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { allocateFrame, frameBytes } from "../memory/frames.as";
import { monotonicTime } from "../time/clock.as";
import {
  addressOfDatagrams,
  closeDatagrams,
  connectDatagrams,
  datagramBytes,
  datagramSender,
  datagramSource,
  datagramSourceBytes,
  datagramSpace,
  openDatagrams,
  ownDatagrams,
  portOfDatagrams,
  receiveDatagram,
  sendDatagram,
  takeDatagram,
} from "./udp/sockets.as";
import { isUnspecified } from "./link/addresses.as";
import { isIpv4Address, setIpv4Address } from "./wire/ip.as";
import { portOf } from "./address.as";
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
  let done: u32 = 0;
  for (let index: u32 = 0; index < count && done < <u32>bytes; index++) {
    let target = app.load32(list + index * 8);
    const length = min(app.load32(list + index * 8 + 4), <u32>bytes - done);
    for (const end = done + length; done < end; ) {
      const part = min(end - done, datagramSourceBytes(done));
      app.copyOut(target, datagramSource(socket.place, done), part);
      target += part;
      done += part;
    }
  }
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
  let length: u64 = 0;
  for (let index: u32 = 0; index < count; index++) length += app.load32(list + index * 8 + 4);
  if (length > longestDatagram) return -<i32>messageTooLong;
  if (bounce == 0) bounce = allocateFrame();
  let space = datagramSpace(<u32>length);
  if (space == 0 && length <= frameBytes) space = bounce;
  if (space == 0) return -<i32>noBuffers;
  let done: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const part = app.load32(list + index * 8 + 4);
    app.copyIn(space + done, app.load32(list + index * 8), part);
    done += part;
  }
  return sendDatagramBytes(socket, space, done, to);
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

/** Gives its port and its datagrams back. */
export function closeDatagramSocket(socket: StackSocket): void {
  if (socket.place != 0) closeDatagrams(socket.place);
}
