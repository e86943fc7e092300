// Sockets of the host a Linux process runs on (socket(2) and its companions). They never block; the
// app's buffers go to the host as they are.
import * as host from "../../base/machine/host.as";
import { appBase } from "../../memory/app-memory.as";
import {
  clearReadiness,
  datagramType,
  doubtReadable,
  familyOfSocket,
  handleOf,
  hungUp,
  peerOf,
  readable,
  readinessOf,
  streamType,
  typeOf,
  uncertain,
  writable,
} from "../../net/socket-table.as";
import { failure, interrupted, tryAgain } from "./errors.as";
import { descriptorHasInput } from "./process.as";
import { scratchSpace, watchDescriptor } from "./readiness.as";
import {
  hostAddressBytes,
  hostFamily,
  readHostAddress,
  writeHostAddress,
} from "./socket-address.as";
import { singleVector, translateVectors, vectorBytes, vectorLimit } from "./vectors.as";

const close = 3;
const socket = 41;
const connect = 42;
const sendto = 44;
const recvfrom = 45;
const sendmsg = 46;
const recvmsg = 47;
const shutdown = 48;
const bind = 49;
const listen = 50;
const getsockname = 51;
const accept4 = 288;

const hostStream: u32 = 1; // SOCK_STREAM
const hostDatagram: u32 = 2; // SOCK_DGRAM
const openFlags: u32 = 0x8_0800; // SOCK_CLOEXEC | SOCK_NONBLOCK
const noSignal: u64 = 0x4000; // MSG_NOSIGNAL
const peek: u64 = 2; // MSG_PEEK

// In the scratch space: a sockaddr, its length, a struct msghdr.
const lengthOffset: usize = 32;
const messageOffset: usize = 64;
const messageBytes: usize = 56;
const vectorsOffset: usize = 64; // from there

/** Opens a socket: its host descriptor. */
export function linuxOpen(family: u32, type: u32): i64 {
  const hostType = type == streamType ? hostStream : hostDatagram;
  return result(host.call(socket, hostFamily(family), hostType | openFlags, 0, 0, 0, 0));
}

/** Closes a host descriptor. */
export function linuxClose(descriptor: u32): void {
  host.call(close, descriptor, 0, 0, 0, 0, 0);
}

/** Has a socket's readiness kept up to date. */
export function linuxWatch(number: u32): void {
  watchDescriptor(handleOf(number), number);
}

/** Whether there is something to receive or accept, as the host knows. */
export function linuxConfirmReadable(number: u32): bool {
  return descriptorHasInput(handleOf(number));
}

/** Binds. */
export function linuxBind(number: u32, address: usize): i64 {
  const buffer = scratchSpace();
  const length = writeHostAddress(buffer, address, familyOfSocket(number));
  return result(host.call(bind, handleOf(number), buffer, length, 0, 0, 0));
}

/** Listens. */
export function linuxListen(number: u32, backlog: u32): i64 {
  return result(host.call(listen, handleOf(number), backlog, 0, 0, 0, 0));
}

/** Accepts: a host descriptor; leaves the peer's address where the listener keeps its own peer. */
export function linuxAccept(number: u32): i64 {
  const buffer = scratchSpace();
  let descriptor: i64 = 0;
  do {
    store<u32>(buffer + lengthOffset, hostAddressBytes);
    descriptor = host.call(
      accept4, handleOf(number), buffer, buffer + lengthOffset, openFlags, 0, 0,
    );
  } while (descriptor == interrupted);
  if (descriptor < 0) return failure(descriptor);
  readHostAddress(buffer, peerOf(number));
  return descriptor;
}

/** Connects: EINPROGRESS, as a rule. */
export function linuxConnect(number: u32, address: usize): i64 {
  const buffer = scratchSpace();
  const length = writeHostAddress(buffer, address, familyOfSocket(number));
  return result(host.call(connect, handleOf(number), buffer, length, 0, 0, 0));
}

/** Receives into checked app vectors. */
export function linuxReceiveVectors(
  number: u32, list: u32, count: u32, flags: u32, from: usize,
): i64 {
  const hostFlags: u64 = (flags & 1) != 0 ? peek : 0;
  if (count == 1) {
    const single = singleVector(list);
    return receive(number, appBase + <u32>single, <u32>(single >> 32), hostFlags, from);
  }
  const buffer = scratchSpace();
  prepareMessage(list, count, from != 0 ? hostAddressBytes : 0);
  let bytes: i64 = 0;
  do {
    bytes = host.call(recvmsg, handleOf(number), buffer + messageOffset, hostFlags, 0, 0, 0);
  } while (bytes == interrupted);
  if (bytes >= 0 && from != 0) readHostAddress(buffer, from);
  return received(number, bytes, vectorBytes());
}

/** Receives into kernel memory. */
export function linuxReceiveBytes(number: u32, pointer: usize, length: u32, from: usize): i64 {
  return receive(number, pointer, length, 0, from);
}

function receive(number: u32, address: u64, length: u32, flags: u64, from: usize): i64 {
  const buffer = scratchSpace();
  let bytes: i64 = 0;
  do {
    if (from == 0) {
      bytes = host.call(recvfrom, handleOf(number), address, length, flags, 0, 0);
    } else {
      store<u32>(buffer + lengthOffset, hostAddressBytes);
      bytes = host.call(
        recvfrom, handleOf(number), address, length, flags, buffer, buffer + lengthOffset,
      );
    }
  } while (bytes == interrupted);
  if (bytes >= 0 && from != 0 && typeOf(number) == datagramType) readHostAddress(buffer, from);
  return received(number, bytes, length);
}

/** Less than was asked for means that a stream holds no more for now. */
function received(number: u32, bytes: i64, wanted: u32): i64 {
  if (bytes == tryAgain) {
    clearReadiness(number, readable | uncertain);
  } else if (bytes >= 0 && (readinessOf(number) & hungUp) == 0) {
    const isDrained = typeOf(number) == streamType && bytes > 0 && <u32>bytes < wanted;
    if (isDrained) clearReadiness(number, readable | uncertain);
    else doubtReadable(number);
  }
  return result(bytes);
}

/** Sends checked app vectors. */
export function linuxSendVectors(number: u32, list: u32, count: u32, to: usize): i64 {
  if (count == 1) {
    const single = singleVector(list);
    return send(number, appBase + <u32>single, <u32>(single >> 32), to);
  }
  const length = to == 0 ? 0 : writeHostAddress(scratchSpace(), to, familyOfSocket(number));
  prepareMessage(list, count, length);
  return sendMessage(number, vectorBytes());
}

/** Sends kernel memory. */
export function linuxSendBytes(number: u32, pointer: usize, length: u32, to: usize): i64 {
  return send(number, pointer, length, to);
}

/** Sends kernel memory and, behind it, checked app memory. */
export function linuxSendParts(
  number: u32, pointer: usize, length: u32, appPointer: u32, appLength: u32,
): i64 {
  if (appLength == 0) return send(number, pointer, length, 0);
  if (length == 0) return send(number, appBase + appPointer, appLength, 0);
  const vectors = beginMessage(0);
  store<u64>(vectors, pointer);
  store<u64>(vectors, length, 8);
  store<u64>(vectors, appBase + appPointer, 16);
  store<u64>(vectors, appLength, 24);
  endMessage(2);
  return sendMessage(number, length + appLength);
}

function sendMessage(number: u32, wanted: u32): i64 {
  const message = scratchSpace() + messageOffset;
  let bytes: i64 = 0;
  do {
    bytes = host.call(sendmsg, handleOf(number), message, noSignal, 0, 0, 0);
  } while (bytes == interrupted);
  return sent(number, bytes, wanted);
}

function send(number: u32, address: u64, length: u32, to: usize): i64 {
  const buffer = scratchSpace();
  const addressLength = to == 0 ? 0 : writeHostAddress(buffer, to, familyOfSocket(number));
  const target: u64 = to == 0 ? 0 : buffer;
  let bytes: i64 = 0;
  do {
    bytes = host.call(sendto, handleOf(number), address, length, noSignal, target, addressLength);
  } while (bytes == interrupted);
  return sent(number, bytes, length);
}

function sent(number: u32, bytes: i64, wanted: u32): i64 {
  if (bytes == tryAgain || (bytes >= 0 && <u32>bytes < wanted)) clearReadiness(number, writable);
  return result(bytes);
}

/** Ends receiving (1), sending (2) or both (3). */
export function linuxShutdown(number: u32, how: u32): i64 {
  return result(host.call(shutdown, handleOf(number), how - 1, 0, 0, 0, 0));
}

/** Fills in the socket's own address. */
export function linuxLocalAddress(number: u32, address: usize): i64 {
  const buffer = scratchSpace();
  store<u32>(buffer + lengthOffset, hostAddressBytes);
  const outcome = host.call(
    getsockname, handleOf(number), buffer, buffer + lengthOffset, 0, 0, 0,
  );
  if (outcome == 0) readHostAddress(buffer, address);
  return result(outcome);
}

function prepareMessage(list: u32, count: u32, addressLength: u32): void {
  const vectors = beginMessage(addressLength);
  endMessage(translateVectors(list, count, vectors, vectorLimit));
}

/** struct msghdr: name, its length, vectors, their number; control and flags stay 0. */
function beginMessage(addressLength: u32): usize {
  const buffer = scratchSpace();
  const message = buffer + messageOffset;
  memory.fill(message, 0, messageBytes);
  store<u64>(message, addressLength == 0 ? 0 : buffer);
  store<u32>(message, addressLength, 8);
  store<u64>(message, message + vectorsOffset, 16);
  return message + vectorsOffset;
}

function endMessage(vectorCount: u32): void {
  store<u64>(scratchSpace() + messageOffset, vectorCount, 24);
}

function result(outcome: i64): i64 {
  return outcome < 0 ? failure(outcome) : outcome;
}
