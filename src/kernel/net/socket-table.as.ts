// What the kernel knows of each socket, whoever implements it. A record has 64 bytes, in page
// frames that are taken when they are first needed:
//
//    0 u8 state     1 u8 type       2 u8 family   3 u8 readiness
//    4 u8 phase     5 u8 owner      6 u8 queued   8 u32 handle     12 u32 next
//   16 u64 receive timeout, 24 u64 send timeout (ns, 0 for none)
//   32 peer's address (20)         52 u16 published port
import * as errno from "../base/errno.as";
import { allocateZeroedFrame } from "../memory/frames.as";

/** Type of a socket for datagrams (WASI's number). */
export const datagramType: u32 = 1;

/** Type of a socket for streams (WASI's number). */
export const streamType: u32 = 2;

/** Type of a socket for whole frames (Linux's SOCK_RAW). */
export const frameType: u32 = 3;

/** Readiness: there is something to receive or accept, or the end. */
export const readable: u32 = 1;

/** Readiness: there is room to send. */
export const writable: u32 = 2;

/** Readiness: the peer sends no more. */
export const hungUp: u32 = 4;

/** Readiness: `readable` was true, and perhaps is no more. */
export const uncertain: u32 = 8;

/** Phase: it listens. */
export const listening: u32 = 1;

/** Phase: a connection is being made. */
export const connecting: u32 = 2;

/** Phase: it has a peer. */
export const connected: u32 = 4;

/** Phase: its implementation reports readiness. */
export const watched: u32 = 8;

const recordBytes: u32 = 64;
const recordsOfFrame: u32 = 64;
const socketLimit: u32 = 16_384;

const frames = memory.data(1024, 4); // one u32 for each recordsOfFrame sockets
let made: u32 = 0;
let open: u32 = 0;
let freeHead: u32 = 0; // number + 1
let queueHead: u32 = 0; // number + 1
let queueTail: u32 = 0;

/** Takes a socket's number; negated error number when there are too many. */
export function makeSocket(type: u32, family: u32, handle: u32): i32 {
  let socket = freeHead;
  if (socket != 0) {
    socket--;
    freeHead = load<u32>(recordOf(socket), 12);
    memory.fill(recordOf(socket), 0, recordBytes);
  } else {
    if (made == socketLimit) return -<i32>errno.tooManyDescriptors;
    const place = frames + made / recordsOfFrame * 4;
    if (load<u32>(place) == 0) store<u32>(place, <u32>allocateZeroedFrame());
    if (load<u32>(place) == 0) return -<i32>errno.noMemory;
    socket = made++;
  }
  open++;
  const record = recordOf(socket);
  store<u8>(record, 1);
  store<u8>(record, type, 1);
  store<u8>(record, family, 2);
  store<u32>(record, handle, 8);
  return socket;
}

/** Gives a socket's number back. */
export function freeSocket(socket: u32): void {
  if (load<u8>(recordOf(socket), 6) != 0) removeFromQueue(socket);
  open--;
  store<u8>(recordOf(socket), 0);
  store<u32>(recordOf(socket), freeHead, 12);
  freeHead = socket + 1;
}

/** Sockets that are open. */
export function openSocketCount(): u32 {
  return open;
}

/** The socket's type. */
export function typeOf(socket: u32): u32 {
  return load<u8>(recordOf(socket), 1);
}

/** The family that it was opened for. */
export function familyOfSocket(socket: u32): u32 {
  return load<u8>(recordOf(socket), 2);
}

/** What its implementation calls it. */
export function handleOf(socket: u32): u32 {
  return load<u32>(recordOf(socket), 8);
}

/** Where its peer's address is kept. */
export function peerOf(socket: u32): usize {
  return recordOf(socket) + 32;
}

/** The port that the app bound, where the host's is another; else 0. */
export function publishedPort(socket: u32): u32 {
  return load<u16>(recordOf(socket), 52);
}

/** Remembers the port that the app bound. */
export function setPublishedPort(socket: u32, port: u32): void {
  store<u16>(recordOf(socket), port, 52);
}

/** Nanoseconds after which receiving gives up; 0 for never. */
export function receiveTimeout(socket: u32): u64 {
  return load<u64>(recordOf(socket), 16);
}

/** Sets them. */
export function setReceiveTimeout(socket: u32, timeout: u64): void {
  store<u64>(recordOf(socket), timeout, 16);
}

/** Nanoseconds after which sending and connecting give up; 0 for never. */
export function sendTimeout(socket: u32): u64 {
  return load<u64>(recordOf(socket), 24);
}

/** Sets them. */
export function setSendTimeout(socket: u32, timeout: u64): void {
  store<u64>(recordOf(socket), timeout, 24);
}

/** Whether it is in all of these phases. */
export function hasPhase(socket: u32, phase: u32): bool {
  return (load<u8>(recordOf(socket), 4) & phase) == phase;
}

/** Enters phases. */
export function enterPhase(socket: u32, phase: u32): void {
  store<u8>(recordOf(socket), load<u8>(recordOf(socket), 4) | phase, 4);
}

/** Leaves phases. */
export function leavePhase(socket: u32, phase: u32): void {
  store<u8>(recordOf(socket), load<u8>(recordOf(socket), 4) & ~phase, 4);
}

/** What is known of its readiness, without asking anybody. */
export function readinessOf(socket: u32): u32 {
  return load<u8>(recordOf(socket), 3);
}

/** Notes that it is no longer ready. */
export function clearReadiness(socket: u32, bits: u32): void {
  store<u8>(recordOf(socket), readinessOf(socket) & ~bits, 3);
}

/** Notes readiness, and puts a socket that has an owner into the queue. */
export function addReadiness(socket: u32, bits: u32): void {
  const record = recordOf(socket);
  store<u8>(record, load<u8>(record, 3) & ~uncertain | bits, 3);
  if (load<u8>(record, 5) == 0 || load<u8>(record, 6) != 0) return;
  store<u8>(record, 1, 6);
  store<u32>(record, 0, 12);
  if (queueHead == 0) queueHead = socket + 1;
  else store<u32>(recordOf(queueTail - 1), socket + 1, 12);
  queueTail = socket + 1;
}

/** Notes that something was taken, so that what is left is not known. */
export function doubtReadable(socket: u32): void {
  const bits = readinessOf(socket);
  if ((bits & readable) != 0) store<u8>(recordOf(socket), bits | uncertain, 3);
}

/** Has the socket reported by `nextReadySocket` from now on, with a number that its owner chose. */
export function setOwner(socket: u32, owner: u32): void {
  store<u8>(recordOf(socket), owner, 5);
}

/** Who asked to have it reported; 0 for nobody. */
export function ownerOf(socket: u32): u32 {
  return load<u8>(recordOf(socket), 5);
}

/** Whether a socket that has an owner waits to be taken by `nextReadySocket`. */
export function hasReadySocket(): bool {
  return queueHead != 0;
}

/** Takes the socket whose readiness changed first, of those that have an owner; -1 for none. */
export function nextReadySocket(): i32 {
  if (queueHead == 0) return -1;
  const socket = queueHead - 1;
  removeFromQueue(socket);
  return socket;
}

function removeFromQueue(socket: u32): void {
  const next = load<u32>(recordOf(socket), 12);
  store<u8>(recordOf(socket), 0, 6);
  if (queueHead == socket + 1) {
    queueHead = next;
    if (next == 0) queueTail = 0;
    return;
  }
  let before = queueHead - 1;
  for (let link = linkOf(before); link != socket + 1; link = linkOf(before)) before = link - 1;
  store<u32>(recordOf(before), next, 12);
  if (next == 0) queueTail = before + 1;
}

function linkOf(socket: u32): u32 {
  return load<u32>(recordOf(socket), 12);
}

function recordOf(socket: u32): usize {
  return load<u32>(frames + socket / recordsOfFrame * 4) + socket % recordsOfFrame * recordBytes;
}
