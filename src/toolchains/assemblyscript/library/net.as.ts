// `import { listen, accept ... } from "tsuki/net"`: sockets for AssemblyScript apps. Sockets are
// numbers; a function that fails gives a negated error number of WASI's.

@external("wasi_snapshot_preview1", "sock_open_v2")
declare function sock_open(family: i32, type: i32, result: usize): i32;

@external("wasi_snapshot_preview1", "sock_bind_v2")
declare function sock_bind(socket: i32, address: usize, port: i32): i32;

@external("wasi_snapshot_preview1", "sock_listen_v2")
declare function sock_listen(socket: i32, backlog: i32): i32;

@external("wasi_snapshot_preview1", "sock_accept_v2")
declare function sock_accept(socket: i32, flags: i32, result: usize): i32;

@external("wasi_snapshot_preview1", "sock_connect_v2")
declare function sock_connect(socket: i32, address: usize, port: i32): i32;

@external("wasi_snapshot_preview1", "sock_recv_v2")
declare function sock_recv(
  socket: i32, vectors: usize, count: i32, flags: i32, length: usize, resultFlags: usize,
): i32;

@external("wasi_snapshot_preview1", "sock_send_v2")
declare function sock_send(
  socket: i32, vectors: usize, count: i32, flags: i32, length: usize,
): i32;

@external("wasi_snapshot_preview1", "sock_recv_from_v2")
declare function sock_recv_from(
  socket: i32, vectors: usize, count: i32, address: usize, flags: i32,
  port: usize, length: usize, resultFlags: usize,
): i32;

@external("wasi_snapshot_preview1", "sock_send_to_v2")
declare function sock_send_to(
  socket: i32, vectors: usize, count: i32, address: usize, port: i32, flags: i32, length: usize,
): i32;

@external("wasi_snapshot_preview1", "sock_getlocaladdr_v2")
declare function sock_getlocaladdr(socket: i32, address: usize, port: usize): i32;

@external("wasi_snapshot_preview1", "sock_getaddrinfo")
declare function sock_getaddrinfo(
  name: usize, nameLength: i32, service: usize, serviceLength: i32,
  hints: usize, results: usize, limit: i32, count: usize,
): i32;

@external("wasi_snapshot_preview1", "sock_setsockopt")
declare function sock_setsockopt(
  socket: i32, level: i32, name: i32, value: usize, size: i32,
): i32;

@external("wasi_snapshot_preview1", "sock_shutdown")
declare function sock_shutdown(socket: i32, how: i32): i32;

@external("wasi_snapshot_preview1", "fd_close")
declare function fd_close(descriptor: i32): i32;

@external("wasi_snapshot_preview1", "fd_fdstat_set_flags")
declare function fd_fdstat_set_flags(descriptor: i32, flags: i32): i32;

@external("wasi_snapshot_preview1", "poll_oneoff")
declare function poll_oneoff(list: usize, events: usize, count: i32, result: usize): i32;

/** Negated EAGAIN: a socket that does not block would have to wait. */
export const AGAIN: i32 = -6;

/** Poll for something to receive or accept. */
export const READABLE: i32 = 1;

/** Poll for room to send. */
export const WRITABLE: i32 = 2;

const datagramType: i32 = 1;
const streamType: i32 = 2;
const frameType: i32 = 3;
const packetFamily: i32 = 17;
const ipLevel: i32 = 256;
const ipv6Level: i32 = 41;
const membershipBytes = memory.data(20, 4);

// The extension's address: pointer and size of 128 bytes: u16 family, then the address.
const addressBytes = memory.data(128, 8);
const address = memory.data(8, 4);
const vector = memory.data(8, 4);
const result = memory.data(8, 4);
const senderPort = memory.data(4, 4);

/** Listens for connections; a port of 0 takes any that is free. */
export function listen(port: i32, host: string = "0.0.0.0"): i32 {
  const socket = openBound(streamType, port, host);
  if (socket < 0) return socket;
  const error = sock_listen(socket, 4096);
  return error == 0 ? socket : abandon(socket, error);
}

/** Accepts a connection; waits for one unless the listener does not block. */
export function accept(listener: i32, blocks: bool = true): i32 {
  const error = sock_accept(listener, blocks ? 0 : 4, result);
  return error == 0 ? load<i32>(result) : -error;
}

/** Connects to a host, by name or number. */
export function connect(host: string, port: i32): i32 {
  const family = setAddress(host);
  if (family < 0) return family;
  let error = sock_open(family, streamType, result);
  if (error != 0) return -error;
  const socket = load<i32>(result);
  error = sock_connect(socket, address, port);
  return error == 0 ? socket : abandon(socket, error);
}

/** Opens a socket for datagrams on a port; 0 takes any that is free. */
export function openDatagrams(port: i32, host: string = "0.0.0.0"): i32 {
  return openBound(datagramType, port, host);
}

/** Receives up to the whole array: how many bytes, 0 at the end. */
export function receive(socket: i32, into: Uint8Array): i32 {
  setVector(into, 0);
  const error = sock_recv(socket, vector, 1, 0, result, result + 4);
  return error == 0 ? load<i32>(result) : -error;
}

/** Sends a part of an array: how many bytes were taken. */
export function send(socket: i32, bytes: Uint8Array, start: i32 = 0): i32 {
  setVector(bytes, start);
  const error = sock_send(socket, vector, 1, 0, result);
  return error == 0 ? load<i32>(result) : -error;
}

/** Sends a whole text, waiting as long as that takes; 0 or an error. */
export function sendText(socket: i32, text: string): i32 {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  for (let sent = 0; sent < bytes.length; ) {
    const part = send(socket, bytes, sent);
    if (part < 0 && part != AGAIN) return part;
    if (part == AGAIN) poll([socket], [WRITABLE], -1);
    else sent += part;
  }
  return 0;
}

/** Every EtherType. */
export const ALL_FRAMES: i32 = 3;

/**
 * Opens a socket for whole frames: those of an EtherType, or all, that come to a network card; 1 is
 * the first card. `receive` and `send` take frames with their Ethernet header. A full queue drops
 * what comes; `send` waits while the card's queue is full, or gives AGAIN.
 */
export function openFrames(etherType: i32 = ALL_FRAMES, card: i32 = 1): i32 {
  const error = sock_open(packetFamily, frameType, result);
  if (error != 0) return -error;
  const socket = load<i32>(result);
  prepareAddress();
  memory.fill(addressBytes, 0, 128);
  store<u16>(addressBytes, packetFamily);
  store<u16>(addressBytes, bswap<u16>(<u16>etherType), 2);
  const bound = sock_bind(socket, address, card + 1);
  return bound == 0 ? socket : abandon(socket, bound);
}

/** Writes the hardware address of the card of such a socket into six bytes; 0 or an error. */
export function hardwareAddress(socket: i32, into: Uint8Array): i32 {
  prepareAddress();
  const error = sock_getlocaladdr(socket, address, result);
  if (error == 0) memory.copy(into.dataStart, addressBytes + 4, min(into.length, 6));
  return -error;
}

/** Has a datagram socket receive what is sent to a multicast group, by any card. */
export function joinGroup(socket: i32, group: string): i32 {
  return changeMembership(socket, group, 0);
}

/** Ends that. */
export function leaveGroup(socket: i32, group: string): i32 {
  return changeMembership(socket, group, 1);
}

/** Receives a datagram; `reply` then answers its sender. */
export function receiveDatagram(socket: i32, into: Uint8Array): i32 {
  setVector(into, 0);
  prepareAddress();
  const error = sock_recv_from(socket, vector, 1, address, 0, senderPort, result, result + 4);
  return error == 0 ? load<i32>(result) : -error;
}

/** Sends a datagram to the sender of the one received last. */
export function reply(socket: i32, bytes: Uint8Array): i32 {
  return sendTo(socket, bytes, load<i32>(senderPort));
}

/** Sends a datagram. */
export function sendDatagram(socket: i32, bytes: Uint8Array, host: string, port: i32): i32 {
  const family = setAddress(host);
  return family < 0 ? family : sendTo(socket, bytes, port);
}

/** The port that a socket has. */
export function localPort(socket: i32): i32 {
  prepareAddress();
  const error = sock_getlocaladdr(socket, address, result);
  return error == 0 ? load<i32>(result) : -error;
}

/** Whether what would have to wait waits, or gives AGAIN. */
export function setBlocking(socket: i32, blocks: bool): i32 {
  return -fd_fdstat_set_flags(socket, blocks ? 0 : 4);
}

/** Sends small pieces at once. */
export function setNoDelay(socket: i32): i32 {
  store<i32>(result, 1);
  return -sock_setsockopt(socket, 6, 1, result, 4);
}

/** Says that nothing more will be sent. */
export function finish(socket: i32): i32 {
  return -sock_shutdown(socket, 2);
}

/** Closes a socket. */
export function close(socket: i32): i32 {
  return -fd_close(socket);
}

/**
 * Waits until one of the sockets is as wanted, at most so long (-1: for ever): how many are. What
 * each is replaces what was wanted of it, 0 for those that are not ready.
 */
export function poll(sockets: i32[], wanted: i32[], timeoutMs: i32): i32 {
  const count = sockets.length + i32(timeoutMs >= 0);
  if (count == 0) return 0;
  const block = new StaticArray<u8>(count * 80);
  const list = changetype<usize>(block);
  const events = list + count * 48;
  for (let index = 0; index < sockets.length; index++) {
    const entry = list + index * 48;
    store<u64>(entry, index);
    store<u8>(entry, wanted[index] == WRITABLE ? 2 : 1, 8);
    store<i32>(entry, sockets[index], 16);
    wanted[index] = 0;
  }
  if (timeoutMs >= 0) {
    const entry = list + sockets.length * 48;
    store<u64>(entry, sockets.length);
    store<i32>(entry, 1, 16); // the monotonic clock
    store<u64>(entry, <u64>timeoutMs * 1_000_000, 24);
  }
  const error = poll_oneoff(list, events, count, result);
  if (error != 0) return -error;
  let ready = 0;
  for (let index = 0; index < load<i32>(result); index++) {
    const event = events + index * 32;
    const which = <i32>load<u64>(event);
    if (which == sockets.length) continue;
    wanted[which] = load<u8>(event, 10) == 2 ? WRITABLE : READABLE;
    ready++;
  }
  return ready;
}

/** IP_ADD_MEMBERSHIP and IPV6_JOIN_GROUP, or, one higher, what ends them. */
function changeMembership(socket: i32, group: string, ends: i32): i32 {
  const family = setAddress(group);
  if (family < 0) return family;
  memory.fill(membershipBytes, 0, 20);
  memory.copy(membershipBytes, addressBytes + 2, family == 1 ? 4 : 16);
  return family == 1
    ? -sock_setsockopt(socket, ipLevel, 35 + ends, membershipBytes, 8)
    : -sock_setsockopt(socket, ipv6Level, 20 + ends, membershipBytes, 20);
}

function openBound(type: i32, port: i32, host: string): i32 {
  const family = setAddress(host);
  if (family < 0) return family;
  let error = sock_open(family, type, result);
  if (error != 0) return -error;
  const socket = load<i32>(result);
  store<i32>(result, 1);
  if (type == streamType) sock_setsockopt(socket, 0, 0, result, 4); // reuse the address
  error = sock_bind(socket, address, port);
  return error == 0 ? socket : abandon(socket, error);
}

function abandon(socket: i32, error: i32): i32 {
  fd_close(socket);
  return -error;
}

function setVector(bytes: Uint8Array, start: i32): void {
  store<usize>(vector, bytes.dataStart + start);
  store<i32>(vector, bytes.length - start, 4);
}

function sendTo(socket: i32, bytes: Uint8Array, port: i32): i32 {
  setVector(bytes, 0);
  const error = sock_send_to(socket, vector, 1, address, port, 0, result);
  return error == 0 ? load<i32>(result) : -error;
}

function prepareAddress(): void {
  store<usize>(address, addressBytes);
  store<i32>(address, 128, 4);
}

/** Looks a host up and makes its first address the one used next; its family, or an error. */
function setAddress(host: string): i32 {
  prepareAddress();
  if (setNumericAddress(host)) return 1;
  // One result of 28 bytes, its address of 12, that one's 26 bytes, and the hints.
  const block = new StaticArray<u8>(100);
  const first = changetype<usize>(block);
  store<usize>(first, first + 28, 12);
  store<i32>(first + 28, 26, 4);
  store<usize>(first + 28, first + 40, 8);
  store<usize>(result, first);
  const name = String.UTF8.encode(host);
  const start = changetype<usize>(name);
  const hints = first + 72;
  const error = sock_getaddrinfo(start, name.byteLength, 0, 0, hints, result, 1, result + 4);
  if (error != 0) return -error;
  const family = <i32>load<u8>(first, 2);
  store<u16>(addressBytes, family);
  memory.copy(addressBytes + 2, first + 40 + (family == 1 ? 2 : 6), family == 1 ? 4 : 16);
  return family;
}

/** Four decimal numbers need nobody to look them up. */
function setNumericAddress(host: string): bool {
  const parts = host.split(".");
  if (parts.length != 4) return false;
  for (let index = 0; index < 4; index++) {
    const part = parts[index];
    if (part.length == 0 || part.length > 3) return false;
    let value = 0;
    for (let at = 0; at < part.length; at++) {
      const digit = part.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    if (value > 255) return false;
    store<u8>(addressBytes + 2 + index, <u8>value);
  }
  store<u16>(addressBytes, 1);
  return true;
}
