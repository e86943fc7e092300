// ARP for IPv4 over Ethernet (RFC 826).
import { load16, load32, store16, store32 } from "./byte-order.as";
import { ipv4EtherType, loadHardwareAddress, storeHardwareAddress } from "./ethernet.as";
import { malformed, truncated, wellFormed } from "./outcome.as";

/** Bytes of a packet. */
const arpBytes: u32 = 28;

/** Operation: who has this address? */
export const arpRequest: u32 = 1;

/** Operation: I have it. */
export const arpReply: u32 = 2;

const ethernetHardware: u32 = 1;

/** A packet. IPv4 addresses are numbers, their first byte the highest. */
@unmanaged
export class Arp {
  senderHardware: u64;
  targetHardware: u64;
  operation: u32;
  sender: u32;
  target: u32;
}

/** Reads a packet; what is longer is padding. */
export function parseArp(packet: usize, length: u32, arp: Arp): u32 {
  if (length < arpBytes) return truncated;
  if (load16(packet) != ethernetHardware || load16(packet + 2) != ipv4EtherType) return malformed;
  if (load16(packet + 4) != 0x0604) return malformed; // lengths of both kinds of addresses
  arp.operation = load16(packet + 6);
  arp.senderHardware = loadHardwareAddress(packet + 8);
  arp.sender = load32(packet + 14);
  arp.targetHardware = loadHardwareAddress(packet + 18);
  arp.target = load32(packet + 24);
  return arp.operation == arpRequest || arp.operation == arpReply ? wellFormed : malformed;
}

/** Writes a packet: its bytes. */
export function emitArp(arp: Arp, packet: usize): u32 {
  store16(packet, ethernetHardware);
  store16(packet + 2, ipv4EtherType);
  store16(packet + 4, 0x0604);
  store16(packet + 6, arp.operation);
  storeHardwareAddress(packet + 8, arp.senderHardware);
  store32(packet + 14, arp.sender);
  storeHardwareAddress(packet + 18, arp.targetHardware);
  store32(packet + 24, arp.target);
  return arpBytes;
}
