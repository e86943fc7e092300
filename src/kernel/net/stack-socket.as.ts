// What the kernel's own stack knows of a socket beside its stream or its datagrams, which are there
// only from when it is bound, listens or is connected.
import { allocateZeroedFrame, frameBytes } from "../memory/frames.as";
import { bytesOf, familyOf, ipv4, ipv6, setUnspecified, unmapAddress } from "./address.as";
import { frameType, streamType } from "./socket-table.as";
import { setIpv4Address } from "./wire/ip.as";

/** A socket; its own address, of 16 bytes, comes first. */
@unmanaged
export class StackSocket {
  localHigh: u64;
  localLow: u64;
  localPort: u32;
  /** Connection, listener or datagrams; 0 for none. */
  place: usize;
  /** Its number in the socket table and 1; 0 before anybody watches it. */
  numberPlusOne: u32;
  /** The next free record. */
  next: usize;
  isInUse: bool;
  isDatagram: bool;
  isIpv6: bool;
  /** IPV6_V6ONLY. */
  isIpv6Only: bool;
  isNoDelay: bool;
  keepsAlive: bool;
  /** Whether it is to be connected as soon as this host has an address. */
  awaitsAddress: bool;
  /** Why it was not connected after all; 0 for no error. */
  error: u8;
  /** Of keep-alive, in seconds, and its count; 0 for the usual. */
  keepAliveIdle: u32;
  keepAliveInterval: u32;
  keepAliveCount: u16;
  /** Whether it is for whole frames; then it is for datagrams, too. */
  isFrames: bool;
  reserved: u8;
  userTimeoutMs: u32;
  /** Seconds that closing waits, and 1; 0 when it does not, 1 to break the connection off. */
  lingerPlusOne: u32;
  /** How it sends: `DatagramWay`. */
  way: u32;
}

const recordBytes: u32 = 64;
const recordsOfFrame: u32 = frameBytes / recordBytes;
const frameLimit: u32 = 256;

const frames = memory.data(1024, 4); // one u32 for each recordsOfFrame sockets
let frameCount: u32 = 0;
let freeRecords: usize = 0;
let refusedCount: u32 = 0;

/** Sockets for which there was no room. */
export function refusedSockets(): u32 {
  return refusedCount;
}

/** Takes a record for a socket of a family and type; null when there are too many, or no memory. */
export function makeStackSocket(family: u32, type: u32): StackSocket | null {
  if (freeRecords == 0 && !makeRecords()) {
    refusedCount++;
    return null;
  }
  const place = freeRecords;
  const socket = changetype<StackSocket>(place);
  freeRecords = socket.next;
  memory.fill(place, 0, recordBytes);
  socket.isInUse = true;
  socket.isDatagram = type != streamType;
  socket.isFrames = type == frameType;
  socket.isIpv6 = family == ipv6;
  if (family == ipv4) setIpv4Address(place, 0);
  return socket;
}

function makeRecords(): bool {
  if (frameCount == frameLimit) return false;
  const frame = allocateZeroedFrame();
  if (frame == 0) return false;
  store<u32>(frames + frameCount * 4, <u32>frame);
  frameCount++;
  for (let index: u32 = 0; index < recordsOfFrame; index++) {
    const record = changetype<StackSocket>(frame + index * recordBytes);
    record.next = freeRecords;
    freeRecords = changetype<usize>(record);
  }
  return true;
}

/** Gives a record back. */
export function freeStackSocket(socket: StackSocket): void {
  socket.isInUse = false;
  socket.next = freeRecords;
  freeRecords = changetype<usize>(socket);
}

/** How many records were made; some of them are free. */
export function stackSocketCount(): u32 {
  return frameCount * recordsOfFrame;
}

/** One of them. */
export function stackSocketAt(index: u32): StackSocket {
  const frame = load<u32>(frames + index / recordsOfFrame * 4);
  return changetype<StackSocket>(frame + index % recordsOfFrame * recordBytes);
}

/** Where the 16 bytes of its own address are. */
@inline
export function localBytesOf(socket: StackSocket): usize {
  return changetype<usize>(socket);
}

/** Whether it takes packets of IPv4 besides those of IPv6, when it is at all addresses. */
export function takesBoth(socket: StackSocket): bool {
  return socket.isIpv6 && !socket.isIpv6Only;
}

/** Whether a socket can have an address to do with, as itself or, IPv4 for IPv6, as mapped. */
export function canUse(socket: StackSocket, address: usize): bool {
  const family = familyOf(address);
  return socket.isIpv6 ? family == ipv6 || family == ipv4 && takesBoth(socket) : family == ipv4;
}

/** Writes an address as the stack has them: 16 bytes, IPv4 in IPv6's form (RFC 4291, 2.5.5.2). */
export function toStackAddress(address: usize, target: usize): void {
  if (familyOf(address) == ipv4) {
    setIpv4Address(target, 0);
    store<u32>(target, load<u32>(bytesOf(address)), 12);
  } else {
    memory.copy(target, bytesOf(address), 16);
  }
}

/** Writes an address as sockets have them. */
export function fromStackAddress(bytes: usize, port: u32, address: usize): void {
  setUnspecified(address, ipv6, port);
  memory.copy(bytesOf(address), bytes, 16);
  unmapAddress(address);
}
