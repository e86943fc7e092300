// Packets on their way out: each has a page frame, which begins with its record. Headers are put
// before what is there.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";

/** Room that headers of all layers have before the data of a packet. */
const headroomBytes: u32 = 192;

/** Behind a packet's record is room for one of the driver's, of at most 64 bytes. */
const driverRecordOffset: u32 = 16;

/** Packets at a time, at most, on all interfaces and waiting for neighbours. */
const packetLimit: u32 = 512;

/** A packet. */
@unmanaged
export class Packet {
  /** The next in its queue; 0 for none. */
  next: usize;
  /** Where its first byte lies. */
  start: usize;
  bytes: u32;
  /** 4 or 6. */
  version: u32;
}

/** Bytes behind the headers for which a packet has room. */
export const packetDataLimit: u32 = frameBytes - headroomBytes;

let inUse: u32 = 0;

/** Packets that there are. */
export function packetsInUse(): u32 {
  return inUse;
}

/** Takes an empty packet; null when there are too many, or no memory. */
export function allocatePacket(): Packet | null {
  if (inUse == packetLimit) return null;
  const frame = allocateFrame();
  if (frame == 0) return null;
  inUse++;
  const packet = changetype<Packet>(frame);
  packet.next = 0;
  packet.start = frame + headroomBytes;
  packet.bytes = 0;
  return packet;
}

/** Gives a packet back. */
export function releasePacket(packet: Packet): void {
  inUse--;
  releaseFrame(changetype<usize>(packet));
}

/** Where the driver's record of a packet lies. */
@inline
export function driverRecordOf(packet: Packet): usize {
  return changetype<usize>(packet) + driverRecordOffset;
}

/** The packet whose driver's record that is. */
@inline
export function packetOfRecord(record: usize): Packet {
  return changetype<Packet>(record - driverRecordOffset);
}

/** Makes room for a header before what is there: where it begins. */
@inline
export function prependHeader(packet: Packet, bytes: u32): usize {
  packet.start -= bytes;
  packet.bytes += bytes;
  return packet.start;
}
