// Interfaces: what packets go out by, each with a bounded queue of packets that its driver takes.
import { Packet, releasePacket } from "./packets.as";

const noInterface: u32 = 0;
/** Kind: frames with hardware addresses. */
export const ethernetInterface: u32 = 1;
/** Kind: what is sent comes in again. */
export const loopbackInterface: u32 = 2;
/** Interfaces, at most. */
export const interfaceLimit: u32 = 4;

/** Offload: the device fills in checksums of the transport layer. */
export const fillsChecksums: u32 = 1;
/** Offload: it takes packets with lent parts. */
export const takesLentParts: u32 = 2;
/** Offload: it cuts TCP over IPv4 into segments. */
export const cutsTcp4: u32 = 4;
/** Offload: it cuts TCP over IPv6 into segments. */
export const cutsTcp6: u32 = 8;

/** Bytes of the longest packet: it lies in a page frame. */
export const mtuLimit: u32 = 3800;

/** Packets that wait for a driver, at most; more are dropped. */
const queueLimit: u32 = 384;

/** An interface. */
@unmanaged
export class Interface {
  hardware: u64;
  number: u32;
  kind: u32;
  /** Bytes of the longest IP packet. */
  mtu: u32;
  head: usize;
  tail: usize;
  queued: u32;
  sent: u32;
  received: u32;
  /** Packets that had no room in the queue. */
  dropped: u32;
  /** Packets that were not as their standard wants them. */
  refused: u32;
  /** What its device does, of those above. */
  offloads: u32;
}

const interfaces = memory.data(256, 8);

/** An interface by its number. */
@inline
export function interfaceAt(number: u32): Interface {
  return changetype<Interface>(interfaces + number * 64);
}

/** Adds an interface for packets of `mtu` bytes: its number, or -1 when there are too many. */
export function addInterface(kind: u32, hardware: u64, mtu: u32): i32 {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    const entry = interfaceAt(number);
    if (entry.kind != noInterface) continue;
    entry.number = number;
    entry.kind = kind;
    entry.hardware = hardware;
    entry.mtu = min(mtu, mtuLimit);
    return number;
  }
  return -1;
}

/** Whether a number is that of an interface with frames. */
export function isEthernet(number: u32): bool {
  return number < interfaceLimit && interfaceAt(number).kind == ethernetInterface;
}

/** How many packets the queue of an interface still takes. */
export function queueRoom(by: Interface): u32 {
  return queueLimit - by.queued;
}

/** Says what the device of an interface does. */
export function setOffloads(number: u32, offloads: u32): void {
  interfaceAt(number).offloads = offloads;
}

/** Puts a packet into the queue of an interface, or drops it. */
export function enqueuePacket(to: Interface, packet: Packet): void {
  if (to.queued == queueLimit) {
    to.dropped++;
    releasePacket(packet);
    return;
  }
  const place = changetype<usize>(packet);
  packet.next = 0;
  if (to.head == 0) to.head = place;
  else changetype<Packet>(to.tail).next = place;
  to.tail = place;
  to.queued++;
}

/** Takes the next packet that an interface is to send; its taker releases it. 0 for none. */
export function takePacket(number: u32): usize {
  const from = interfaceAt(number);
  const place = from.head;
  if (place == 0) return 0;
  from.head = changetype<Packet>(place).next;
  from.queued--;
  from.sent++;
  return place;
}
