// The socket interface. Sockets are numbers. A function gives a number from 0 up, or a negated WASI
// error number; `list` and `count` are checked vectors of the app, `pointer` and `length` a buffer
// of the kernel, an `address` of 0 none. What would have to wait gives EAGAIN unless it may wait.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as node from "../base/machine/node.as";
import { idle, neverDeadline, round } from "../boot/loop.as";
import {
  linuxAccept,
  linuxBind,
  linuxClose,
  linuxConfirmReadable,
  linuxConnect,
  linuxListen,
  linuxLocalAddress,
  linuxOpen,
  linuxReceiveBytes,
  linuxReceiveVectors,
  linuxSendBytes,
  linuxSendParts,
  linuxSendVectors,
  linuxShutdown,
  linuxWatch,
} from "../platform/linux/sockets.as";
import {
  linuxOption,
  linuxSetMembership,
  linuxSetOption,
} from "../platform/linux/socket-options.as";
import {
  nodeAccept,
  nodeReceiveBytes,
  nodeReceiveVectors,
  nodeSendBytes,
  nodeSendParts,
  nodeSendVectors,
} from "../platform/node/sockets.as";
import { monotonicTime } from "../time/clock.as";
import {
  copyAddress,
  familyOf,
  isUnspecifiedAddress,
  mapAddress,
  packetFamily,
  portOf,
  setPort,
  setUnspecified,
} from "./address.as";
import { configuringDeadline, isConfiguring } from "./configuring.as";
import { isNetworkOff, publishedHostAddress, publishedHostPort } from "./settings.as";
import {
  acceptingOption,
  errorOption,
  receiveTimeoutOption,
  sendTimeoutOption,
  typeOption,
} from "./socket-options.as";
import {
  clearReadiness,
  connected,
  connecting,
  datagramType,
  doubtReadable,
  enterPhase,
  familyOfSocket,
  frameType,
  freeSocket,
  handleOf,
  hasPhase,
  hungUp,
  leavePhase,
  listening,
  makeSocket,
  peerOf,
  publishedPort,
  readable,
  readinessOf,
  receiveTimeout,
  sendTimeout,
  setPublishedPort,
  setReceiveTimeout,
  setSendTimeout,
  streamType,
  typeOf,
  uncertain,
  watched,
  writable,
} from "./socket-table.as";
import {
  acceptStackConnection,
  beginLinger,
  bindStackSocket,
  closeStackHandle,
  connectStackSocket,
  hasLingered,
  isStackSocketReadable,
  listenOnStackSocket,
  openStackSocket,
  receiveStackBytes,
  receiveStackVectors,
  sendStackBytes,
  sendStackParts,
  sendStackVectors,
  setStackMembership,
  setStackOption,
  shutdownStackSocket,
  stackLocalAddress,
  stackOption,
  watchStackSocket,
} from "./stack-sockets.as";

/** Flag of the receiving functions: leave what is received where it is. */
export const peekFlag: u32 = 1;

const wouldWait: i64 = -6; // errno.again

/** Opens a socket of a family and type. */
export function openSocket(family: u32, type: u32): i32 {
  if (isNetworkOff()) return -<i32>errno.accessDenied;
  if (family == packetFamily && !config.usesOwnStack) return -<i32>errno.familyNotSupported;
  let handle: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) handle = openStackSocket(family, type);
  else if (config.platform == config.linux) handle = linuxOpen(family, type);
  else if (config.platform == config.node) handle = node.socketOpen(family, type);
  return handle < 0 ? <i32>handle : adoptSocket(family, type, <u32>handle);
}

/** Makes a socket of what its implementation has opened already. */
function adoptSocket(family: u32, type: u32, handle: u32): i32 {
  const socket = makeSocket(type, family, handle);
  if (socket < 0) closeHandle(handle);
  else if (type != streamType) watch(socket);
  return socket;
}

/** The same of one that listens, or takes datagrams, already. */
export function adoptListener(family: u32, type: u32, handle: u32): i32 {
  const socket = adoptSocket(family, type, handle);
  if (socket < 0 || type == datagramType) return socket;
  enterPhase(socket, listening);
  watch(socket);
  return socket;
}

/** Binds a socket; a port that is published is another one on the host. */
export function bindSocket(socket: u32, address: usize): i32 {
  // A host would take the address of another family for what it is not.
  const isFrames = familyOf(address) == packetFamily;
  if (isFrames != (typeOf(socket) == frameType)) return -<i32>errno.familyNotSupported;
  const port = portOf(address);
  const hostPort = publishedHostPort(typeOf(socket), port);
  const error = usePublishedAddress(address, publishedHostAddress(typeOf(socket), port));
  if (error != 0) return -<i32>error;
  setPort(address, hostPort);
  let result: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) result = bindStackSocket(socket, address);
  else if (config.platform == config.linux) result = linuxBind(socket, address);
  else if (config.platform == config.node) result = node.socketBind(handleOf(socket), address);
  setPort(address, port);
  if (result == 0 && hostPort != port) setPublishedPort(socket, port);
  return <i32>result;
}

/** An app that binds to any address binds to that which is published, if it can have it. */
function usePublishedAddress(address: usize, published: usize): u32 {
  if (published == 0 || !isUnspecifiedAddress(address)) return 0;
  if (familyOf(address) == familyOf(published)) copyAddress(address, published);
  else if (!mapAddress(published, address)) return errno.addressNotAvailable;
  return 0;
}

/** Starts to listen; the host bounds the backlog. */
export function listenOnSocket(socket: u32, backlog: u32): i32 {
  if (typeOf(socket) != streamType) return -<i32>errno.notSupported;
  let result: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) result = listenOnStackSocket(socket, backlog);
  else if (config.platform == config.linux) result = linuxListen(socket, backlog);
  else if (config.platform == config.node) result = node.socketListen(handleOf(socket), backlog);
  if (result < 0) return <i32>result;
  enterPhase(socket, listening);
  watch(socket);
  return 0;
}

/** Accepts a connection: a new socket. */
export function acceptConnection(socket: u32, mayWait: bool): i32 {
  if (!hasPhase(socket, listening)) return -<i32>errno.invalid;
  let handle = acceptHandle(socket);
  if (handle == wouldWait && mayWait) {
    const deadline = deadlineAfter(receiveTimeout(socket));
    while (handle == wouldWait && waitFor(socket, readable, deadline)) {
      handle = acceptHandle(socket);
    }
  }
  return handle < 0 ? <i32>handle : adoptConnection(socket, <u32>handle);
}

function acceptHandle(socket: u32): i64 {
  let handle: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) handle = acceptStackConnection(socket);
  else if (config.platform == config.linux) handle = linuxAccept(socket);
  else if (config.platform == config.node) handle = nodeAccept(socket);
  if (handle == wouldWait) clearReadiness(socket, readable | uncertain);
  return handle;
}

function adoptConnection(listener: u32, handle: u32): i32 {
  doubtReadable(listener);
  const socket = makeSocket(streamType, familyOfSocket(listener), handle);
  if (socket < 0) {
    closeHandle(handle);
    return socket;
  }
  copyAddress(peerOf(socket), peerOf(listener));
  setPublishedPort(socket, publishedPort(listener));
  enterPhase(socket, connected);
  watch(socket);
  return socket;
}

/**
 * Connects. Without waiting it gives EINPROGRESS: the socket then becomes writable, and its error
 * option tells how it went.
 */
export function connectSocket(socket: u32, address: usize, mayWait: bool): i32 {
  if (hasPhase(socket, connecting)) return -<i32>errno.already;
  let result = connectOnce(socket, address);
  while (awaitAddress(result, mayWait)) result = connectOnce(socket, address);
  if (result != 0 && result != -<i64>errno.inProgress) return <i32>result;
  copyAddress(peerOf(socket), address);
  if (result == 0) {
    enterPhase(socket, connected);
    watch(socket);
    return 0;
  }
  enterPhase(socket, connecting);
  watch(socket);
  if (!mayWait) return <i32>result;
  if (!waitFor(socket, writable, deadlineAfter(sendTimeout(socket)))) return <i32>result;
  const error = socketOption(socket, errorOption);
  return error == 0 ? 0 : -<i32>error;
}

function connectOnce(socket: u32, address: usize): i64 {
  if (familyOf(address) == packetFamily) return -<i64>errno.familyNotSupported;
  if (config.usesOwnStack) return connectStackSocket(socket, address);
  if (config.platform == config.linux) return linuxConnect(socket, address);
  if (config.platform == config.node) return node.socketConnect(handleOf(socket), address);
  return -<i64>errno.notSupported;
}

/** Receives into the app's vectors: bytes, 0 at the end; `from` is filled in for datagrams. */
export function receiveVectors(
  socket: u32, list: u32, count: u32, flags: u32, from: usize, mayWait: bool,
): i64 {
  let result = receiveOnce(socket, list, count, flags, from);
  if (result != wouldWait || !mayWait) return result;
  const deadline = deadlineAfter(receiveTimeout(socket));
  while (result == wouldWait && waitFor(socket, readable, deadline)) {
    result = receiveOnce(socket, list, count, flags, from);
  }
  return result;
}

function receiveOnce(socket: u32, list: u32, count: u32, flags: u32, from: usize): i64 {
  if (config.usesOwnStack) return receiveStackVectors(socket, list, count, flags, from);
  if (config.platform == config.linux) {
    return linuxReceiveVectors(socket, list, count, flags, from);
  }
  if (config.platform == config.node) {
    return nodeReceiveVectors(socket, list, count, flags, from);
  }
  return -<i64>errno.notSupported;
}

/** Sends the app's vectors: bytes taken; `to` is needed for datagrams without a peer. */
export function sendVectors(
  socket: u32, list: u32, count: u32, to: usize, mayWait: bool,
): i64 {
  let result = sendOnce(socket, list, count, to);
  while (awaitAddress(result, mayWait)) result = sendOnce(socket, list, count, to);
  if (result != wouldWait || !mayWait) return result;
  const deadline = deadlineAfter(sendTimeout(socket));
  while (result == wouldWait && waitFor(socket, writable, deadline)) {
    result = sendOnce(socket, list, count, to);
  }
  return result;
}

function sendOnce(socket: u32, list: u32, count: u32, to: usize): i64 {
  if (config.usesOwnStack) return sendStackVectors(socket, list, count, to);
  if (to != 0 && familyOf(to) == packetFamily) return -<i64>errno.familyNotSupported;
  if (config.platform == config.linux) return linuxSendVectors(socket, list, count, to);
  if (config.platform == config.node) return nodeSendVectors(socket, list, count, to);
  return -<i64>errno.notSupported;
}

/** Receives into kernel memory without waiting. */
export function receiveBytes(socket: u32, pointer: usize, length: u32, from: usize): i64 {
  if (config.usesOwnStack) return receiveStackBytes(socket, pointer, length, from);
  if (config.platform == config.linux) return linuxReceiveBytes(socket, pointer, length, from);
  if (config.platform == config.node) return nodeReceiveBytes(socket, pointer, length, 0, from);
  return -<i64>errno.notSupported;
}

/** Sends kernel memory without waiting. */
export function sendBytes(socket: u32, pointer: usize, length: u32, to: usize): i64 {
  if (config.usesOwnStack) return sendStackBytes(socket, pointer, length, to);
  if (config.platform == config.linux) return linuxSendBytes(socket, pointer, length, to);
  if (config.platform == config.node) return nodeSendBytes(socket, pointer, length, to);
  return -<i64>errno.notSupported;
}

/** Sends kernel memory and, behind it, checked app memory, without waiting: bytes of both. */
export function sendParts(
  socket: u32, pointer: usize, length: u32, appPointer: u32, appLength: u32,
): i64 {
  if (config.usesOwnStack) return sendStackParts(socket, pointer, length, appPointer, appLength);
  if (config.platform == config.linux) {
    return linuxSendParts(socket, pointer, length, appPointer, appLength);
  }
  if (config.platform == config.node) {
    return nodeSendParts(socket, pointer, length, appPointer, appLength);
  }
  return -<i64>errno.notSupported;
}

/** Ends receiving (1), sending (2) or both (3). */
export function shutdownSocket(socket: u32, how: u32): i32 {
  if (how == 0 || how > 3) return -<i32>errno.invalid;
  if (config.usesOwnStack) return shutdownStackSocket(socket, how);
  if (config.platform == config.linux) return <i32>linuxShutdown(socket, how);
  if (config.platform == config.node) return <i32>node.socketShutdown(handleOf(socket), how);
  return -<i32>errno.notSupported;
}

/** Closes a socket and frees its number; where it lingers, when what was written has arrived. */
export function closeSocket(socket: u32): void {
  if (config.usesOwnStack) linger(socket);
  closeHandle(handleOf(socket));
  freeSocket(socket);
}

/** Fills in the socket's own address. */
export function localAddress(socket: u32, address: usize): i32 {
  setUnspecified(address, familyOfSocket(socket), 0);
  let result: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) result = stackLocalAddress(socket, address);
  else if (config.platform == config.linux) result = linuxLocalAddress(socket, address);
  else if (config.platform == config.node) {
    result = node.socketLocalAddress(handleOf(socket), address);
  }
  if (publishedPort(socket) != 0) setPort(address, publishedPort(socket));
  return <i32>result;
}

/** Fills in the peer's address. */
export function peerAddress(socket: u32, address: usize): i32 {
  // A listener's peer is that of the connection it accepted last.
  const hasPeer = familyOf(peerOf(socket)) != 0 && !hasPhase(socket, listening);
  if (!hasPeer || hasPhase(socket, connecting)) return -<i32>errno.notConnected;
  copyAddress(address, peerOf(socket));
  return 0;
}

/** An option's value (socket-options.as.ts); asking for the error clears it. */
export function socketOption(socket: u32, option: u32): i64 {
  if (option == typeOption) return typeOf(socket);
  if (option == acceptingOption) return <i64>hasPhase(socket, listening);
  if (option == receiveTimeoutOption) return receiveTimeout(socket);
  if (option == sendTimeoutOption) return sendTimeout(socket);
  let value: i64 = -<i64>errno.notSupported;
  if (config.usesOwnStack) value = stackOption(socket, option);
  else if (config.platform == config.linux) value = linuxOption(socket, option);
  else if (config.platform == config.node) value = node.socketOption(handleOf(socket), option);
  if (option == errorOption && hasPhase(socket, connecting) && isConnectionMade(socket)) {
    leavePhase(socket, connecting);
    if (value == 0) enterPhase(socket, connected);
  }
  return value;
}

/** Sets an option. */
export function setSocketOption(socket: u32, option: u32, value: i64): i32 {
  if (option == receiveTimeoutOption) setReceiveTimeout(socket, value);
  else if (option == sendTimeoutOption) setSendTimeout(socket, value);
  else if (config.usesOwnStack) return setStackOption(socket, option, value);
  else if (config.platform == config.linux) return <i32>linuxSetOption(socket, option, value);
  else if (config.platform == config.node) {
    return <i32>node.socketSetOption(handleOf(socket), option, value);
  } else return -<i32>errno.notSupported;
  return 0;
}

/**
 * Joins a multicast group, or leaves it: on the interface with a number and 1 or, for 0, on that
 * with the address `own`, which may be unspecified.
 */
export function setMembership(
  socket: u32, group: usize, own: usize, numberPlusOne: u32, joins: bool,
): i32 {
  if (typeOf(socket) != datagramType) return -<i32>errno.noSuchOption;
  if (config.usesOwnStack) return setStackMembership(socket, group, own, numberPlusOne, joins);
  if (config.platform == config.linux) {
    return <i32>linuxSetMembership(socket, group, own, numberPlusOne, joins);
  }
  if (config.platform == config.node) {
    return <i32>node.socketSetMembership(
      handleOf(socket), group, own, numberPlusOne, <u32>joins,
    );
  }
  return -<i32>errno.notSupported;
}

/** Readiness now: bits of the socket table; what nobody watches is ready to fail. */
export function socketReadiness(socket: u32): u32 {
  if (!hasPhase(socket, watched)) return readable | writable | hungUp;
  if ((readinessOf(socket) & uncertain) != 0) {
    clearReadiness(socket, isStillReadable(socket) ? uncertain : uncertain | readable);
  }
  return readinessOf(socket);
}

function isStillReadable(socket: u32): bool {
  if (config.usesOwnStack) return isStackSocketReadable(socket);
  if (config.platform == config.linux) return linuxConfirmReadable(socket);
  return config.platform == config.node && node.socketReadable(handleOf(socket)) != 0;
}

function isConnectionMade(socket: u32): bool {
  return (readinessOf(socket) & writable) != 0;
}

function watch(socket: u32): void {
  if (hasPhase(socket, watched)) return;
  enterPhase(socket, watched);
  if (config.usesOwnStack) watchStackSocket(socket);
  else if (config.platform == config.linux) linuxWatch(socket);
  else if (config.platform == config.node) node.socketWatch(handleOf(socket), socket);
}

function closeHandle(handle: u32): void {
  if (config.usesOwnStack) closeStackHandle(handle);
  else if (config.platform == config.linux) linuxClose(handle);
  else if (config.platform == config.node) node.socketClose(handle);
}

/** Waits a while where nothing can be reached only because this host still asks for its address. */
function awaitAddress(result: i64, mayWait: bool): bool {
  if (!config.usesOwnStack || !mayWait || result != -<i64>errno.networkUnreachable) return false;
  if (!isConfiguring(monotonicTime())) return false;
  idle(configuringDeadline(), false);
  round();
  return true;
}

/** The host's sockets linger by themselves. */
function linger(socket: u32): void {
  const seconds = beginLinger(socket);
  if (seconds == 0) return;
  const deadline = monotonicTime() + <u64>seconds * 1_000_000_000;
  while (!hasLingered(socket) && monotonicTime() < deadline) {
    idle(deadline, false);
    round();
  }
}

/** The deadline a timeout from now; never for 0. */
function deadlineAfter(timeout: u64): u64 {
  return timeout == 0 ? neverDeadline : monotonicTime() + timeout;
}

/** Waits until a socket is ready; false when the deadline came first. */
function waitFor(socket: u32, bits: u32, deadline: u64): bool {
  while ((readinessOf(socket) & bits) == 0) {
    if (deadline != neverDeadline && monotonicTime() >= deadline) return false;
    idle(deadline, false);
    round();
  }
  return true;
}
