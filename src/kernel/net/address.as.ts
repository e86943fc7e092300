// An address: u16 family, u16 port, then 16 bytes in network order, of which IPv4 uses four.

/** Bytes of an address. */
export const addressBytes: u32 = 20;

/** Family of IPv4 (WASI's number). */
export const ipv4: u32 = 1;

/** Family of IPv6 (WASI's number). */
export const ipv6: u32 = 2;

/** Family of whole frames (Linux's AF_PACKET); such an address is none of the internet's. */
export const packetFamily: u32 = 17;

const bytesOffset: usize = 4;

/** An address's family. */
export function familyOf(address: usize): u32 {
  return load<u16>(address);
}

/** An address's port. */
export function portOf(address: usize): u32 {
  return load<u16>(address, 2);
}

/** Sets the port alone. */
export function setPort(address: usize, port: u32): void {
  store<u16>(address, port, 2);
}

/** Where the bytes of the address proper are. */
export function bytesOf(address: usize): usize {
  return address + bytesOffset;
}

/** How many they are. */
export function byteCount(family: u32): u32 {
  return family == ipv4 ? 4 : 16;
}

/** Makes it the unspecified address of a family (0.0.0.0, ::) with a port. */
export function setUnspecified(address: usize, family: u32, port: u32): void {
  memory.fill(address, 0, addressBytes);
  store<u16>(address, family);
  store<u16>(address, port, 2);
}

/** Copies an address. */
export function copyAddress(to: usize, from: usize): void {
  memory.copy(to, from, addressBytes);
}

/** Whether all its bytes are 0: any address. */
export function isUnspecifiedAddress(address: usize): bool {
  return (load<u64>(address, 4) | load<u64>(address, 12)) == 0;
}

/** Writes an IPv4 address in IPv6's form (RFC 4291, 2.5.5.2); false when it is none. */
export function mapAddress(from: usize, to: usize): bool {
  if (familyOf(from) != ipv4) return false;
  const bytes = load<u32>(from, 4);
  setUnspecified(to, ipv6, portOf(from));
  store<u32>(to, 0xffff_0000, 12); // 00 00 ff ff in memory
  store<u32>(to, bytes, 16);
  return true;
}

/** Whether it is IPv6 that stands for IPv4 (RFC 4291, 2.5.5.2). */
function isMapped(address: usize): bool {
  if (familyOf(address) != ipv6 || load<u64>(address, 4) != 0) return false;
  return load<u32>(address, 12) == 0xffff_0000; // 00 00 ff ff in memory
}

/** Turns IPv6 that stands for IPv4 into IPv4. */
export function unmapAddress(address: usize): void {
  if (!isMapped(address)) return;
  const bytes = load<u32>(address, 16);
  setUnspecified(address, ipv4, portOf(address));
  store<u32>(address, bytes, 4);
}
