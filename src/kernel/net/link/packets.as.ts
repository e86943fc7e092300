// Packets on their way out: each has a page frame, which begins with its record. Headers are put
// before what is there. Data that somebody keeps anyway may be lent instead of copied: they follow
// what the frame holds.
import { allocateFrame, frameBytes, releaseFrame } from "../../memory/frames.as";
import { lendFrame, takeBackFrame } from "../../memory/lent-frames.as";

/** Room that the records, and headers of all layers, have before the data of a packet. */
const headroomBytes: u32 = 288;

/** Behind a packet's record is room for one of the driver's, of at most 168 bytes. */
const driverRecordOffset: u32 = 48;

/** Parts of data that a packet can be lent. */
export const lentPartLimit: u32 = 17;

/** Where the parts are listed, behind all headers: pointer and length in bytes, u32 each. */
const lentPartsOffset: u32 = frameBytes - lentPartLimit * 8;

/** Packets at a time, at most, on all interfaces and waiting for neighbours. */
const packetLimit: u32 = 512;

/** A packet. */
@unmanaged
export class Packet {
  /** The next in its queue; 0 for none. */
  next: usize;
  /** Where its first byte lies. */
  start: usize;
  /** All of them, those of lent parts included. */
  bytes: u32;
  /** 4 or 6. */
  version: u32;
  lentCount: u32;
  lentBytes: u32;
  /**
   * Where bytes begin whose checksum is still to be filled in, 0 for none, and how far behind that
   * it belongs; there stands the sum of the pseudo-header.
   */
  checksumStart: usize;
  checksumOffset: u32;
  /** Bytes of data in each segment that the device is to cut it into; 0: it is not cut. */
  segmentBytes: u32;
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
  packet.lentCount = 0;
  packet.lentBytes = 0;
  packet.checksumStart = 0;
  packet.segmentBytes = 0;
  return packet;
}

/** Gives a packet back. */
export function releasePacket(packet: Packet): void {
  inUse--;
  for (let index: u32 = 0; index < packet.lentCount; index++) {
    takeBackFrame(load<u32>(lentPart(packet, index)) & ~(frameBytes - 1));
  }
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

/** Where a lent part is listed: its pointer, and its length 4 bytes behind. */
@inline
export function lentPart(packet: Packet, index: u32): usize {
  return changetype<usize>(packet) + lentPartsOffset + index * 8;
}

/**
 * Adds data that lie within one page frame, for which `canLend` has said that there is room; at
 * most `lentPartLimit` times. The frame's owner gives it up by `giveUpFrame`.
 */
export function lendPart(packet: Packet, pointer: usize, length: u32): void {
  const part = lentPart(packet, packet.lentCount++);
  store<u32>(part, <u32>pointer);
  store<u32>(part, length, 4);
  packet.lentBytes += length;
  lendFrame(pointer & ~(frameBytes - 1));
}

/** Makes room for a header before what is there: where it begins. */
@inline
export function prependHeader(packet: Packet, bytes: u32): usize {
  packet.start -= bytes;
  packet.bytes += bytes;
  return packet.start;
}
