// WasmEdge's sockets beside WASI preview 1 (contracts/wasmedge-sockets.ts).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import { addressBytes, familyOf, ipv4, ipv6, packetFamily, portOf } from "../net/address.as";
import { datagramType, frameType, streamType, typeOf } from "../net/socket-table.as";
import {
  bindSocket,
  connectSocket,
  listenOnSocket,
  localAddress,
  openSocket,
  peekFlag,
  peerAddress,
  receiveVectors,
  sendVectors,
} from "../net/sockets.as";
import { objectOf } from "./descriptors.as";
import { checkSocket, giveDescriptor, waits } from "./socket.as";
import { readAppAddress, writeAppAddress } from "./socket-address.as";
import { listenerRights } from "./socket-rights.as";
import { checkVectors, finishTransfer } from "./vectors.as";

const address = memory.data(20, 8);

/**
 * sock_open: a socket of a family (1, 2) and type (1 datagram, 2 stream; 0 is a stream, too), or of
 * family 17 and type 3 for whole frames, as Linux has it (packet(7)).
 */
export function sock_open(family: u32, type: u32, result: u32): u32 {
  if (family == packetFamily) return openFrames(type, result);
  if (family != ipv4 && family != ipv6) return errno.familyNotSupported;
  if (type > streamType) return errno.protocolNotSupported;
  if (!isAppRange(result, 4)) return errno.fault;
  const socket = openSocket(family, type == datagramType ? datagramType : streamType);
  if (socket < 0) return -socket;
  return giveDescriptor(socket, 0, listenerRights, result);
}

function openFrames(type: u32, result: u32): u32 {
  if (type != frameType) return errno.protocolNotSupported;
  if (!isAppRange(result, 4)) return errno.fault;
  const socket = openSocket(packetFamily, frameType);
  return socket < 0 ? -socket : giveDescriptor(socket, 0, listenerRights, result);
}

/** sock_bind. */
export function sock_bind(descriptor: u32, place: u32, port: u32): u32 {
  const error = socketAndAddress(descriptor, place, port);
  return error != 0 ? error : -bindSocket(objectOf(descriptor), address);
}

/** sock_listen. */
export function sock_listen(descriptor: u32, backlog: u32): u32 {
  const error = checkSocket(descriptor);
  return error != 0 ? error : -listenOnSocket(objectOf(descriptor), backlog);
}

/** sock_connect: waits until it is connected, unless the descriptor does not block. */
export function sock_connect(descriptor: u32, place: u32, port: u32): u32 {
  const error = socketAndAddress(descriptor, place, port);
  if (error != 0) return error;
  return -connectSocket(objectOf(descriptor), address, waits(descriptor));
}

/** sock_recv_from: receives, and tells from whom. */
export function sock_recv_from(
  descriptor: u32, list: u32, count: u32, place: u32, flags: u32,
  portResult: u32, length: u32, resultFlags: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  if (!isAppRange(portResult, 4) || !isAppRange(resultFlags, 2)) return errno.fault;
  const rangeError = checkVectors(list, count, length);
  if (rangeError != 0) return rangeError;
  const socket = objectOf(descriptor);
  memory.fill(address, 0, addressBytes);
  const outcome = receiveVectors(
    socket, list, count, flags & peekFlag, address, waits(descriptor),
  );
  if (outcome < 0) return <u32>-outcome;
  if (typeOf(socket) == streamType) peerAddress(socket, address);
  const addressError = writeAppAddress(place, address);
  if (addressError != 0) return addressError;
  app.store32(portResult, portOf(address));
  app.store16(resultFlags, 0);
  return finishTransfer(outcome, length);
}

/** sock_send_to: sends a datagram to an address; a stream has its peer. */
export function sock_send_to(
  descriptor: u32, list: u32, count: u32, place: u32, port: u32, _flags: u32, length: u32,
): u32 {
  const error = socketAndAddress(descriptor, place, port);
  if (error != 0) return error;
  const rangeError = checkVectors(list, count, length);
  if (rangeError != 0) return rangeError;
  const socket = objectOf(descriptor);
  const target: usize = typeOf(socket) == streamType ? 0 : address;
  return finishTransfer(sendVectors(socket, list, count, target, waits(descriptor)), length);
}

/** sock_getlocaladdr: address, its type (4 or 6) and port. */
export function sock_getlocaladdr(
  descriptor: u32, place: u32, typeResult: u32, portResult: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  const failure = localAddress(objectOf(descriptor), address);
  return failure < 0 ? -failure : giveAddress(place, typeResult, portResult);
}

/** sock_getpeeraddr: the same of the peer. */
export function sock_getpeeraddr(
  descriptor: u32, place: u32, typeResult: u32, portResult: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  const failure = peerAddress(objectOf(descriptor), address);
  return failure < 0 ? -failure : giveAddress(place, typeResult, portResult);
}

/** sock_getlocaladdr_v2: address with its family, and port. */
export function sock_getlocaladdr_v2(descriptor: u32, place: u32, portResult: u32): u32 {
  return sock_getlocaladdr(descriptor, place, portResult, portResult);
}

/** sock_getpeeraddr_v2: the same of the peer. */
export function sock_getpeeraddr_v2(descriptor: u32, place: u32, portResult: u32): u32 {
  return sock_getpeeraddr(descriptor, place, portResult, portResult);
}

/** Fills in type, then port, which may be one place. */
function giveAddress(place: u32, typeResult: u32, portResult: u32): u32 {
  if (!isAppRange(typeResult, 4) || !isAppRange(portResult, 4)) return errno.fault;
  const error = writeAppAddress(place, address);
  if (error != 0) return error;
  app.store32(typeResult, familyOf(address) == ipv4 ? 4 : 6);
  app.store32(portResult, portOf(address));
  return errno.success;
}

function socketAndAddress(descriptor: u32, place: u32, port: u32): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  return port > 0xffff ? errno.invalid : readAppAddress(place, port, address);
}
