// Sockets by the kernel's own stack: what `sockets.as.ts` calls where the host has none. Their
// handles are the addresses of records (stack-socket.as.ts).
import * as errno from "../base/errno.as";
import { monotonicTime } from "../time/clock.as";
import { addressBytes, familyOf, ipv4, ipv6, portOf, setUnspecified } from "./address.as";
import {
  isLoopbackAddress,
  isMulticastAddress,
  isOwnAddress,
  isUnspecified,
} from "./link/addresses.as";
import { hasReturned } from "./link/kept-frames.as";
import { interfaceOfMembership, joinFor, leaveFor } from "./memberships.as";
import { flushNetwork, startNetwork } from "./network.as";
import {
  acceptByStack,
  applyOptions,
  chooseListenerPort,
  closeByStack,
  connectByStack,
  keepAliveSetting,
  listenByStack,
  ownBytesOf,
  receiveStreamBytes,
  receiveStreamVectors,
  remoteBytesOf,
  sendStreamParts,
  sendStreamVectors,
  shutdownByStack,
} from "./stack-streams.as";
import {
  bindDatagrams,
  closeDatagramSocket,
  connectDatagramSocket,
  datagramOption,
  receiveDatagramBytes,
  receiveDatagramVectors,
  sendDatagramBytes,
  sendDatagramVectors,
  setDatagramOption,
} from "./stack-datagrams.as";
import {
  bindFrameSocket,
  closeFrameSocket,
  frameReadiness,
  frameSocketAddress,
  openFrameSocket,
  receiveFrameBytes,
  receiveFrameVectors,
  sendFrameBytes,
  sendFrameVectors,
} from "./stack-frames.as";
import {
  canUse,
  freeStackSocket,
  fromStackAddress,
  localBytesOf,
  makeStackSocket,
  StackSocket,
  stackSocketAt,
  stackSocketCount,
  toStackAddress,
} from "./stack-socket.as";
import {
  addReadiness,
  clearReadiness,
  handleOf,
  hungUp,
  peerOf,
  readable,
  readinessOf,
  writable,
} from "./socket-table.as";
import {
  broadcastOption,
  hopLimitOption,
  trafficClassOption,
  errorOption,
  ipv6OnlyOption,
  keepAliveCountOption,
  keepAliveIdleOption,
  keepAliveIntervalOption,
  keepAliveOption,
  lingerOption,
  noDelayOption,
  receiveBufferOption,
  reuseOption,
  sendBufferOption,
  userTimeoutOption,
} from "./socket-options.as";
import { findListener } from "./tcp/accept.as";
import { Connection } from "./tcp/connection.as";
import { leastCapacity } from "./tcp/byte-queue.as";
import {
  fixReceiveCapacity,
  fixSendCapacity,
  receiveCapacityOf,
  sendCapacityOf,
} from "./tcp/buffers.as";
import { isStreamFlushed, streamBytes, streamReadiness, takeStreamError } from "./tcp/streams.as";
import {
  addressOfDatagrams,
  hasDatagram,
  takeDatagramsError,
} from "./udp/sockets.as";

const peer = memory.data(16, 8);
const groupInterface = memory.data(16, 8);
const anyAddress = memory.data(addressBytes, 8);
const wouldWait: i64 = -6; // errno.again
const listenerBacklog: u32 = 4096; // the stack bounds it
const shutSending: u32 = 2;
const longestLinger: i64 = 65_536; // seconds, and 1

let refusedPortCount: u32 = 0;

/** Ports that were asked for, and were in use. */
export function refusedPorts(): u32 {
  return refusedPortCount;
}

function recordOf(socket: u32): StackSocket {
  return changetype<StackSocket>(<usize>handleOf(socket));
}

/** Opens a socket: its handle, or a negated error number. */
export function openStackSocket(family: u32, type: u32): i64 {
  startNetwork();
  const record = makeStackSocket(family, type);
  if (record == null) return -<i64>errno.noBuffers;
  const handle = <u32>changetype<usize>(record);
  const error = record.isFrames ? openFrameSocket(record) : 0;
  if (error == 0) return handle;
  closeStackHandle(handle);
  return error;
}

/** Closes what a handle stands for: what was written still goes out. */
export function closeStackHandle(handle: u32): void {
  const record = changetype<StackSocket>(<usize>handle);
  if (record.isFrames) closeFrameSocket(record);
  else if (record.isDatagram) closeDatagramSocket(record);
  else closeByStack(record);
  freeStackSocket(record);
  flushNetwork();
}

/** Has a socket's readiness kept up to date; what it is now is known at once. */
export function watchStackSocket(socket: u32): void {
  recordOf(socket).numberPlusOne = socket + 1;
  noteReadiness(recordOf(socket));
}

/** Tries again to connect what waits for an address: it has one now, or there will be none. */
export function connectAwaiting(): void {
  for (let index: u32 = 0; index < stackSocketCount(); index++) {
    const record = stackSocketAt(index);
    if (!record.isInUse || !record.awaitsAddress || record.numberPlusOne == 0) continue;
    const address = peerOf(record.numberPlusOne - 1);
    toStackAddress(address, peer);
    record.error = <u8>-connectByStack(record, peer, portOf(address));
    noteReadiness(record);
  }
}

/** Seconds that closing a socket waits for what is on its way; 0 for not at all. */
export function beginLinger(socket: u32): u32 {
  const record = recordOf(socket);
  if (record.isDatagram || record.place == 0 || record.lingerPlusOne < 2) return 0;
  if (streamBytes(record.place) > 0) return 0; // its peer is told that nobody reads it
  return shutdownByStack(record, shutSending) == 0 ? record.lingerPlusOne - 1 : 0;
}

/** Whether everything that was written to a socket which is being closed has arrived. */
export function hasLingered(socket: u32): bool {
  return isStreamFlushed(recordOf(socket).place);
}

/** Readiness as it is. */
function readinessNow(record: StackSocket): u32 {
  if (record.error != 0) return readable | writable | hungUp;
  if (record.isFrames) return frameReadiness(record);
  if (!record.isDatagram) return record.place == 0 ? 0 : streamReadiness(record.place);
  return record.place != 0 && hasDatagram(record.place) ? readable | writable : writable;
}

/** Brings the socket table up to date; news of what was readable before are news, too. */
export function noteReadiness(record: StackSocket): void {
  if (record.numberPlusOne == 0) return;
  const socket = record.numberPlusOne - 1;
  const bits = readinessNow(record);
  const known = readinessOf(socket);
  clearReadiness(socket, ~bits);
  if ((bits & (~known | readable)) != 0) addReadiness(socket, bits);
}

/** Whether there is something to receive or accept. */
export function isStackSocketReadable(socket: u32): bool {
  return (readinessNow(recordOf(socket)) & readable) != 0;
}

/** Binds: EADDRNOTAVAIL for what is no address of this host's. */
export function bindStackSocket(socket: u32, address: usize): i32 {
  return bindRecord(recordOf(socket), address);
}

function bindRecord(record: StackSocket, address: usize): i32 {
  if (record.isFrames) return bindFrameSocket(record, address);
  if (record.place != 0 || record.localPort != 0) return -<i32>errno.invalid;
  if (!canUse(record, address)) return -<i32>errno.familyNotSupported;
  const local = localBytesOf(record);
  toStackAddress(address, local);
  const isOurs = isUnspecified(local) || isLoopbackAddress(local) || isOwnAddress(local)
    || record.isDatagram && isMulticastAddress(local);
  let error = isOurs ? 0 : -<i32>errno.addressNotAvailable;
  if (error == 0) error = takePort(record, portOf(address));
  if (error == 0) return 0;
  if (error == -<i32>errno.addressInUse) refusedPortCount++;
  setUnspecified(anyAddress, record.isIpv6 ? ipv6 : ipv4, 0);
  toStackAddress(anyAddress, local);
  record.localPort = 0;
  return error;
}

function takePort(record: StackSocket, port: u32): i32 {
  record.localPort = port;
  if (record.isDatagram) return bindDatagrams(record);
  if (port == 0) record.localPort = chooseListenerPort();
  const isTaken = findListener(localBytesOf(record), record.localPort, true) != null;
  return isTaken || record.localPort == 0 ? -<i32>errno.addressInUse : 0;
}

/** Listens. */
export function listenOnStackSocket(socket: u32, backlog: u32): i32 {
  return listenByStack(recordOf(socket), backlog);
}

/** Accepts: a handle; leaves the peer's address where the listener keeps its own peer. */
export function acceptStackConnection(socket: u32): i64 {
  const record = acceptByStack(recordOf(socket));
  if (record == null) return wouldWait;
  const connection = changetype<Connection>(record.place);
  fromStackAddress(remoteBytesOf(record), connection.remotePort, peerOf(socket));
  return <i64>changetype<usize>(record);
}

/** Connects: EINPROGRESS for streams. */
export function connectStackSocket(socket: u32, address: usize): i32 {
  const record = recordOf(socket);
  if (record.isFrames) return -<i32>errno.notSupported;
  if (!canUse(record, address)) return -<i32>errno.familyNotSupported;
  toStackAddress(address, peer);
  if (record.isDatagram) return connectDatagramSocket(record, peer, portOf(address));
  const error = connectByStack(record, peer, portOf(address));
  if (error != 0) return error;
  flushNetwork();
  return -<i32>errno.inProgress;
}

/** Receives into checked app vectors. */
export function receiveStackVectors(
  socket: u32, list: u32, count: u32, flags: u32, from: usize,
): i64 {
  const record = recordOf(socket);
  const isPeek = flags != 0;
  if (record.isFrames) {
    return received(socket, receiveFrameVectors(record, list, count, from, isPeek));
  }
  const result = record.isDatagram
    ? receiveDatagramVectors(record, list, count, from, isPeek)
    : receiveStreamVectors(record, list, count, isPeek);
  return received(socket, result);
}

/** Receives into kernel memory. */
export function receiveStackBytes(socket: u32, pointer: usize, length: u32, from: usize): i64 {
  const record = recordOf(socket);
  if (record.isFrames) return received(socket, receiveFrameBytes(record, pointer, length, from));
  const result = record.isDatagram
    ? receiveDatagramBytes(record, pointer, length, from)
    : receiveStreamBytes(record, pointer, length);
  return received(socket, result);
}

function received(socket: u32, result: i32): i64 {
  clearReadiness(socket, ~readinessNow(recordOf(socket)));
  // The sooner a device has its memory again, the sooner it goes on.
  if (hasReturned()) flushNetwork();
  return result;
}

/** Sends checked app vectors. */
export function sendStackVectors(socket: u32, list: u32, count: u32, to: usize): i64 {
  const record = recordOf(socket);
  if (record.isFrames) return sent(socket, sendFrameVectors(record, list, count, to));
  if (to != 0 && !canUse(record, to)) return -<i32>errno.familyNotSupported;
  const result = record.isDatagram
    ? sendDatagramVectors(record, list, count, to)
    : sendStreamVectors(record, list, count);
  return sent(socket, result);
}

/** Sends kernel memory. */
export function sendStackBytes(socket: u32, pointer: usize, length: u32, to: usize): i64 {
  const record = recordOf(socket);
  if (record.isFrames) return sent(socket, sendFrameBytes(record, pointer, length, to));
  const result = record.isDatagram
    ? sendDatagramBytes(record, pointer, length, to)
    : sendStreamParts(record, pointer, length, 0, 0);
  return sent(socket, result);
}

/** Sends kernel memory and, behind it, checked app memory, by a stream. */
export function sendStackParts(
  socket: u32, pointer: usize, length: u32, appPointer: u32, appLength: u32,
): i64 {
  return sent(
    socket, sendStreamParts(recordOf(socket), pointer, length, appPointer, appLength),
  );
}

function sent(socket: u32, result: i32): i64 {
  const isFull = result == <i32>wouldWait;
  clearReadiness(socket, isFull ? writable : ~readinessNow(recordOf(socket)) & writable);
  flushNetwork();
  return result;
}

/** Ends receiving (1), sending (2) or both (3). */
export function shutdownStackSocket(socket: u32, how: u32): i32 {
  const record = recordOf(socket);
  const result = record.isDatagram ? 0 : shutdownByStack(record, how);
  noteReadiness(record);
  flushNetwork();
  return result;
}

/** Fills in the socket's own address. */
export function stackLocalAddress(socket: u32, address: usize): i32 {
  const record = recordOf(socket);
  if (record.isFrames) {
    frameSocketAddress(record, address);
  } else if (record.place == 0) {
    fromStackAddress(localBytesOf(record), record.localPort, address);
  } else if (record.isDatagram) {
    fromStackAddress(addressOfDatagrams(record.place), record.localPort, address);
  } else {
    const port = changetype<Connection>(record.place).localPort;
    fromStackAddress(ownBytesOf(record), port, address);
  }
  return 0;
}

/** An option's value, or a negated error number. */
export function stackOption(socket: u32, option: u32): i64 {
  const record = recordOf(socket);
  if (record.isFrames && option != errorOption) return -<i64>errno.noSuchOption;
  switch (option) {
    case errorOption: return errorOf(record);
    case noDelayOption: return <i64>record.isNoDelay;
    case keepAliveOption: return <i64>record.keepsAlive;
    case ipv6OnlyOption: return <i64>record.isIpv6Only;
    case keepAliveIdleOption:
    case keepAliveIntervalOption:
    case keepAliveCountOption: return keepAliveSetting(record, option);
    case userTimeoutOption: return record.userTimeoutMs;
    case lingerOption: return <i64>record.lingerPlusOne - 1;
    case reuseOption:
    case broadcastOption: return 1;
    case sendBufferOption:
    case receiveBufferOption: return capacityOf(record, option == sendBufferOption);
    default: return hasWayOption(record, option)
      ? datagramOption(record, option)
      : -<i64>errno.noSuchOption;
  }
}

function capacityOf(record: StackSocket, isSend: bool): u32 {
  if (record.isDatagram || record.place == 0) return leastCapacity;
  const connection = changetype<Connection>(record.place);
  return isSend ? sendCapacityOf(connection) : receiveCapacityOf(connection);
}

function fixCapacity(record: StackSocket, isSend: bool, bytes: u32): void {
  if (record.isDatagram || record.place == 0) return;
  const connection = changetype<Connection>(record.place);
  if (isSend) fixSendCapacity(connection, bytes);
  else fixReceiveCapacity(connection, bytes);
}

function errorOf(record: StackSocket): u32 {
  if (record.isFrames) return 0;
  if (record.error != 0) {
    const error = record.error;
    record.error = 0;
    return error;
  }
  if (record.place == 0) return 0;
  return record.isDatagram ? takeDatagramsError(record.place) : takeStreamError(record.place);
}

/** Sets an option; streams have buffers from when there is a connection, or somebody listens. */
export function setStackOption(socket: u32, option: u32, value: i64): i32 {
  const record = recordOf(socket);
  if (record.isFrames) return -<i32>errno.noSuchOption;
  switch (option) {
    case noDelayOption:
      record.isNoDelay = value != 0;
      break;
    case keepAliveOption:
      record.keepsAlive = value != 0;
      break;
    case ipv6OnlyOption:
      if (!record.isIpv6 || record.place != 0) return -<i32>errno.invalid;
      record.isIpv6Only = value != 0;
      break;
    case lingerOption:
      record.lingerPlusOne = <u32>min<i64>(max<i64>(value + 1, 0), longestLinger);
      break;
    case sendBufferOption:
    case receiveBufferOption:
      fixCapacity(record, option == sendBufferOption, <u32>max<i64>(value, 0));
      break;
    case reuseOption:
    case broadcastOption: break;
    case userTimeoutOption:
      if (!isCount(value, 0)) return -<i32>errno.invalid;
      record.userTimeoutMs = <u32>value;
      break;
    default: return setKeepAliveOption(record, option, value);
  }
  if (!record.isDatagram) applyOptions(record);
  return 0;
}

/** Streams have two of the options of datagrams. */
function hasWayOption(record: StackSocket, option: u32): bool {
  return record.isDatagram || option == hopLimitOption || option == trafficClassOption;
}

function setKeepAliveOption(record: StackSocket, option: u32, value: i64): i32 {
  if (option < keepAliveIdleOption || option > keepAliveCountOption) {
    if (!hasWayOption(record, option)) return -<i32>errno.noSuchOption;
    const error = setDatagramOption(record, option, value);
    if (error == 0 && !record.isDatagram) applyOptions(record);
    return error;
  }
  if (!isCount(value, 1)) return -<i32>errno.invalid;
  if (option == keepAliveIdleOption) record.keepAliveIdle = <u32>value;
  else if (option == keepAliveIntervalOption) record.keepAliveInterval = <u32>value;
  else record.keepAliveCount = <u16>min<i64>(value, 0xffff);
  if (!record.isDatagram) applyOptions(record);
  return 0;
}

/**
 * Joins a group, or leaves it: on the interface with a number and 1 or, for 0, on that with the
 * address `own` or any.
 */
export function setStackMembership(
  socket: u32, group: usize, own: usize, numberPlusOne: u32, joins: bool,
): i32 {
  const record = recordOf(socket);
  if (!record.isDatagram || !canUse(record, group)) return -<i32>errno.invalid;
  toStackAddress(group, peer);
  toStackAddress(own, groupInterface);
  const number = numberPlusOne != 0
    ? <i32>numberPlusOne - 1
    : interfaceOfMembership(groupInterface, peer, monotonicTime());
  const owner = changetype<usize>(record);
  const error = joins ? joinFor(owner, number, peer) : leaveFor(owner, number, peer);
  flushNetwork();
  return -<i32>error;
}

function isCount(value: i64, least: i64): bool {
  return value >= least && value <= 0x7fff_ffff;
}

/** Opens a socket that listens, or takes datagrams: a handle or a negated error number. */
export function openStackListener(type: u32, address: usize): i64 {
  const handle = openStackSocket(familyOf(address), type);
  if (handle < 0) return handle;
  const record = changetype<StackSocket>(<usize>handle);
  let result = bindRecord(record, address);
  if (result == 0 && !record.isDatagram) result = listenByStack(record, listenerBacklog);
  if (result == 0) return handle;
  closeStackHandle(<u32>handle);
  return result;
}
