// Ethernet II frames (RFC 894, RFC 2464): destination, source, type.
import { load16, store16 } from "./byte-order.as";

/** Bytes of the header. */
export const ethernetHeaderBytes: u32 = 14;

/** Bytes of a hardware address. */
export const hardwareAddressBytes: u32 = 6;

/** Type of IPv4. */
export const ipv4EtherType: u32 = 0x0800;

/** Type of ARP. */
export const arpEtherType: u32 = 0x0806;

/** Type of IPv6. */
export const ipv6EtherType: u32 = 0x86dd;

const longestIeeeLength: u32 = 0x05dc;

/** The type of a frame; 0 when it is too short, or an IEEE 802.3 length. */
export function etherType(frame: usize, length: u32): u32 {
  if (length < ethernetHeaderBytes) return 0;
  const type = load16(frame + 12);
  return type <= longestIeeeLength ? 0 : type;
}

/** The destination's hardware address as a number of 48 bits. */
export function frameDestination(frame: usize): u64 {
  return loadHardwareAddress(frame);
}

/** Writes the header. */
export function emitEthernet(frame: usize, destination: u64, source: u64, type: u32): void {
  storeHardwareAddress(frame, destination);
  storeHardwareAddress(frame + 6, source);
  store16(frame + 12, type);
}

/** Reads a hardware address into a number of 48 bits, its first byte the highest. */
export function loadHardwareAddress(pointer: usize): u64 {
  return <u64>load16(pointer) << 32 | <u64>bswap<u32>(load<u32>(pointer, 2));
}

/** Writes a hardware address. */
export function storeHardwareAddress(pointer: usize, address: u64): void {
  store16(pointer, <u32>(address >> 32));
  store<u32>(pointer, bswap<u32>(<u32>address), 2);
}

/** The hardware address of everybody. */
export const broadcastHardwareAddress: u64 = 0xffff_ffff_ffff;

/** Whether a hardware address is of a group: the first byte's lowest bit (IEEE 802, 8.2). */
export function isGroupHardwareAddress(address: u64): bool {
  return (address & 0x0100_0000_0000) != 0;
}
