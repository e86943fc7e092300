// Streams of the kernel's own stack as sockets: what the app has goes into the stack's queues, and
// what is in them to the app, in one copy each.
import {
  addressInUse,
  again,
  invalid,
  isConnected,
  networkUnreachable,
  notConnected,
} from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { monotonicTime } from "../time/clock.as";
import { awaitsConfiguration } from "./configuring.as";
import { acceptStream, isPortListenedTo, listenToStreams } from "./tcp/accept.as";
import { connectStreamFrom } from "./tcp/connect.as";
import { closedState, Connection, localAddressOf, remoteAddressOf } from "./tcp/connection.as";
import { setKeepAlive, setNoDelay, setService, setUserTimeout } from "./tcp/options.as";
import {
  abortStream,
  closeStream,
  sendStreamBytes,
  shutdownStream,
  streamBytes,
  streamRoom,
  streamSource,
  streamSourceBytes,
  streamTarget,
  streamTargetBytes,
  takeStreamBytes,
} from "./tcp/streams.as";
import {
  keepAliveCountOption,
  keepAliveIdleOption,
  keepAliveIntervalOption,
} from "./socket-options.as";
import { streamType } from "./socket-table.as";
import { localBytesOf, makeStackSocket, StackSocket, takesBoth } from "./stack-socket.as";
import { ipv4, ipv6 } from "./address.as";
import { isUnspecified } from "./link/addresses.as";
import { wayOf } from "./stack-datagrams.as";

const firstPort: u32 = 49_152; // RFC 6335, 6
const portCount: u32 = 16_384;

/** RFC 1122, 4.2.3.6: two hours at least. */
const usualIdleSeconds: u32 = 7200;
const usualIntervalSeconds: u32 = 75;
const usualProbeCount: u32 = 9;
const second: u64 = 1_000_000_000;

let nextPort: u32 = 0;
let awaiting: u32 = 0;

function connectionOf(socket: StackSocket): Connection {
  return changetype<Connection>(socket.place);
}

/** A port that nobody listens to; 0 when there is none. */
export function chooseListenerPort(): u32 {
  for (let count: u32 = 0; count < portCount; count++) {
    const port = firstPort + nextPort++ % portCount;
    if (!isPortListenedTo(port)) return port;
  }
  return 0;
}

/** Listens; 0 or a negated error number. */
export function listenByStack(socket: StackSocket, backlog: u32): i32 {
  if (socket.place != 0) return -<i32>invalid;
  if (socket.localPort == 0) socket.localPort = chooseListenerPort();
  if (socket.localPort == 0) return -<i32>addressInUse;
  const place = listenToStreams(localBytesOf(socket), socket.localPort, backlog);
  if (place < 0 && place > -256) return place;
  own(socket, place);
  connectionOf(socket).takesIpv4 = <u32>takesBoth(socket);
  return 0;
}

/** Takes a connection of a listener's; null when there is none, or no memory. */
export function acceptByStack(listener: StackSocket): StackSocket | null {
  const place = acceptStream(connectionOf(listener));
  if (place == 0) return null;
  const socket = makeStackSocket(listener.isIpv6 ? ipv6 : ipv4, streamType);
  if (socket == null) {
    abortStream(place, monotonicTime());
    return null;
  }
  socket.isNoDelay = listener.isNoDelay;
  socket.keepsAlive = listener.keepsAlive;
  socket.keepAliveIdle = listener.keepAliveIdle;
  socket.keepAliveInterval = listener.keepAliveInterval;
  socket.keepAliveCount = listener.keepAliveCount;
  socket.userTimeoutMs = listener.userTimeoutMs;
  socket.way = listener.way;
  own(socket, <i32>place);
  return socket;
}

/** Where the peer's address of a connected socket is, 16 bytes. */
export function remoteBytesOf(socket: StackSocket): usize {
  return remoteAddressOf(connectionOf(socket));
}

/** Where the own address of a connected socket, or of one that listens, is. */
export function ownBytesOf(socket: StackSocket): usize {
  return localAddressOf(connectionOf(socket));
}

/** Begins to connect with an address of 16 bytes; 0 or a negated error number. */
export function connectByStack(socket: StackSocket, remote: usize, port: u32): i32 {
  if (socket.place != 0) {
    // One that could not be made may be tried again.
    if (connectionOf(socket).state != closedState) return -<i32>isConnected;
    closeStream(socket.place, monotonicTime());
    socket.place = 0;
  }
  const now = monotonicTime();
  const local = localBytesOf(socket);
  const bound: usize = isUnspecified(local) ? 0 : local;
  const place = connectStreamFrom(bound, remote, port, socket.localPort, now);
  if (place == -<i32>networkUnreachable && awaitsConfiguration(remote, now)) {
    if (!socket.awaitsAddress) awaiting++;
    socket.awaitsAddress = true;
    return 0;
  }
  forgetConnect(socket);
  if (place < 0 && place > -256) return place;
  own(socket, place);
  return 0;
}

/** Whether sockets wait for an address of this host's. */
export function hasAwaiting(): bool {
  return awaiting != 0;
}

function forgetConnect(socket: StackSocket): void {
  if (socket.awaitsAddress) awaiting--;
  socket.awaitsAddress = false;
}

function own(socket: StackSocket, place: i32): void {
  socket.place = <usize><u32>place;
  const connection = connectionOf(socket);
  connection.owner = changetype<usize>(socket);
  applyOptions(socket);
}

/** What keep-alive does for a socket: what the app has said, or the usual. */
export function keepAliveSetting(socket: StackSocket, option: u32): u32 {
  if (option == keepAliveIdleOption) {
    return socket.keepAliveIdle == 0 ? usualIdleSeconds : socket.keepAliveIdle;
  }
  if (option == keepAliveIntervalOption) {
    return socket.keepAliveInterval == 0 ? usualIntervalSeconds : socket.keepAliveInterval;
  }
  return socket.keepAliveCount == 0 ? usualProbeCount : socket.keepAliveCount;
}

/** Gives a connection the options of its socket. */
export function applyOptions(socket: StackSocket): void {
  if (socket.place == 0) return;
  const now = monotonicTime();
  setNoDelay(socket.place, socket.isNoDelay, now);
  setUserTimeout(socket.place, <u64>socket.userTimeoutMs * (second / 1000));
  const way = wayOf(socket);
  setService(socket.place, way.hopLimit, way.trafficClass);
  let idle: u64 = 0;
  if (socket.keepsAlive) idle = <u64>keepAliveSetting(socket, keepAliveIdleOption) * second;
  const interval = <u64>keepAliveSetting(socket, keepAliveIntervalOption) * second;
  const count = keepAliveSetting(socket, keepAliveCountOption);
  setKeepAlive(socket.place, idle, interval, count, now);
}

/** Receives into checked app vectors: bytes, 0 at the end, or a negated error number. */
export function receiveStreamVectors(
  socket: StackSocket, list: u32, count: u32, isPeek: bool,
): i32 {
  const available = socket.place == 0 ? -<i32>notConnected : streamBytes(socket.place);
  if (available <= 0) return available;
  let offset: u32 = 0;
  for (let index: u32 = 0; index < count && offset < <u32>available; index++) {
    const vector = list + index * 8;
    const length = min(app.load32(vector + 4), <u32>available - offset);
    let target = app.load32(vector);
    for (const end = offset + length; offset < end; ) {
      const part = min(end - offset, streamSourceBytes(socket.place, offset));
      app.copyOut(target, streamSource(socket.place, offset), part);
      target += part;
      offset += part;
    }
  }
  if (!isPeek) takeStreamBytes(socket.place, offset, monotonicTime());
  return offset;
}

/** Receives into kernel memory. */
export function receiveStreamBytes(socket: StackSocket, pointer: usize, length: u32): i32 {
  const available = socket.place == 0 ? -<i32>notConnected : streamBytes(socket.place);
  if (available <= 0) return available;
  const total = min(<u32>available, length);
  for (let offset: u32 = 0; offset < total; ) {
    const part = min(total - offset, streamSourceBytes(socket.place, offset));
    memory.copy(pointer + offset, streamSource(socket.place, offset), part);
    offset += part;
  }
  takeStreamBytes(socket.place, total, monotonicTime());
  return total;
}

/** Sends checked app vectors: bytes taken, or a negated error number. */
export function sendStreamVectors(socket: StackSocket, list: u32, count: u32): i32 {
  const room = roomOf(socket);
  if (room <= 0) return room;
  let done: u32 = 0;
  let wanted: u32 = 0;
  for (let index: u32 = 0; index < count && done == wanted && done < <u32>room; index++) {
    const length = min(app.load32(list + index * 8 + 4), <u32>room - done);
    wanted += length;
    done += putApp(socket.place, done, app.load32(list + index * 8), length);
  }
  return finishSending(socket, done, wanted);
}

/** Sends kernel memory and, behind it, checked app memory. */
export function sendStreamParts(
  socket: StackSocket, pointer: usize, length: u32, appPointer: u32, appLength: u32,
): i32 {
  const room = roomOf(socket);
  if (room <= 0) return room;
  length = min(length, <u32>room);
  appLength = min(appLength, <u32>room - length);
  let done = putKernel(socket.place, pointer, length);
  if (done == length) done += putApp(socket.place, done, appPointer, appLength);
  return finishSending(socket, done, length + appLength);
}

function roomOf(socket: StackSocket): i32 {
  if (socket.place == 0) return -<i32>notConnected;
  const room = streamRoom(socket.place);
  return room == 0 ? -<i32>again : room;
}

function putKernel(place: usize, pointer: usize, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    const target = streamTarget(place, done);
    if (target == 0) break;
    const part = min(length - done, streamTargetBytes(place, done));
    memory.copy(target, pointer + done, part);
    done += part;
  }
  return done;
}

function putApp(place: usize, offset: u32, appPointer: u32, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    const target = streamTarget(place, offset + done);
    if (target == 0) break;
    const part = min(length - done, streamTargetBytes(place, offset + done));
    app.copyIn(target, appPointer + done, part);
    done += part;
  }
  return done;
}

/** What has no memory now may have some later. */
function finishSending(socket: StackSocket, done: u32, wanted: u32): i32 {
  if (done == 0 && wanted != 0) return -<i32>again;
  if (done != 0) sendStreamBytes(socket.place, done, monotonicTime());
  return done;
}

/** Ends receiving (1), sending (2) or both (3); 0 or a negated error number. */
export function shutdownByStack(socket: StackSocket, how: u32): i32 {
  if (socket.place == 0) return -<i32>notConnected;
  return -<i32>shutdownStream(socket.place, how, monotonicTime());
}

/** Closes its stream: what was written still goes out. */
export function closeByStack(socket: StackSocket): void {
  forgetConnect(socket);
  if (socket.place == 0) return;
  if (socket.lingerPlusOne == 1) abortStream(socket.place, monotonicTime());
  else closeStream(socket.place, monotonicTime());
}
