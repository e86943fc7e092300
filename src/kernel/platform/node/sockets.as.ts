// Sockets on the node platform: TypeScript has them; the app's buffers go through one page.
import * as app from "../../base/machine/app.as";
import * as node from "../../base/machine/node.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import {
  addReadiness,
  clearReadiness,
  datagramType,
  doubtReadable,
  handleOf,
  hungUp,
  peerOf,
  readable,
  readinessOf,
  typeOf,
  uncertain,
  writable,
} from "../../net/socket-table.as";

const bounceBytes: u32 = 0x1_0000; // as long as the longest datagram
const eventCapacity: u32 = 256;
const wouldWait: i64 = -6; // errno.again

let bounce: usize = 0;

/** Accepts: a handle; leaves the peer's address where the listener keeps its own peer. */
export function nodeAccept(socket: u32): i64 {
  return node.socketAccept(handleOf(socket), peerOf(socket));
}

/** Receives into checked app vectors: the first with room for streams, all for datagrams. */
export function nodeReceiveVectors(
  socket: u32, list: u32, count: u32, flags: u32, from: usize,
): i64 {
  prepareBounce();
  const wanted = min(totalOf(list, count), bounceBytes);
  const received = nodeReceiveBytes(socket, bounce, wanted, flags, from);
  let left = received > 0 ? <u32>received : 0;
  for (let source = bounce; left != 0; list += 8) {
    const part = min(left, app.load32(list + 4));
    app.copyOut(app.load32(list), source, part);
    source += part;
    left -= part;
  }
  return received;
}

/** Receives into kernel memory. */
export function nodeReceiveBytes(
  socket: u32, pointer: usize, length: u32, flags: u32, from: usize,
): i64 {
  const received = node.socketReceive(handleOf(socket), pointer, length, flags, from);
  if (received == wouldWait) clearReadiness(socket, readable | uncertain);
  else if (received >= 0 && (readinessOf(socket) & hungUp) == 0) doubtReadable(socket);
  return received;
}

/** Sends checked app vectors, as much as fits the bounce page; datagrams fit. */
export function nodeSendVectors(socket: u32, list: u32, count: u32, to: usize): i64 {
  prepareBounce();
  if (typeOf(socket) == datagramType && totalOf(list, count) > bounceBytes) return -35; // EMSGSIZE
  let used: u32 = 0;
  for (; count != 0 && used < bounceBytes; count--) {
    const part = min(app.load32(list + 4), bounceBytes - used);
    app.copyIn(bounce + used, app.load32(list), part);
    used += part;
    list += 8;
  }
  return nodeSendBytes(socket, bounce, used, to);
}

/** Sends kernel memory. */
export function nodeSendBytes(socket: u32, pointer: usize, length: u32, to: usize): i64 {
  const sent = node.socketSend(handleOf(socket), pointer, length, to);
  if (sent == wouldWait || (sent >= 0 && <u32>sent < length)) clearReadiness(socket, writable);
  return sent;
}

/** Sends kernel memory and, behind it, checked app memory. */
export function nodeSendParts(
  socket: u32, pointer: usize, length: u32, appPointer: u32, appLength: u32,
): i64 {
  prepareBounce();
  const first = min(length, bounceBytes);
  const second = min(appLength, bounceBytes - first);
  memory.copy(bounce, pointer, first);
  app.copyIn(bounce + first, appPointer, second);
  return nodeSendBytes(socket, bounce, first + second, 0);
}

/** Notes what has become ready. */
export function nodeTakeSocketEvents(): void {
  prepareBounce();
  let count = eventCapacity;
  while (count == eventCapacity) {
    count = node.socketEvents(bounce, eventCapacity);
    for (let index: u32 = 0; index < count; index++) {
      addReadiness(load<u32>(bounce + index * 8), load<u32>(bounce + index * 8, 4));
    }
  }
}

function totalOf(list: u32, count: u32): u32 {
  let total: u32 = 0;
  for (let index: u32 = 0; index < count; index++) total += app.load32(list + index * 8 + 4);
  return total;
}

function prepareBounce(): void {
  if (bounce == 0) bounce = allocateFrames(bounceBytes / frameBytes);
}
