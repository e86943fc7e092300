// The kernel's addresses as Linux's sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).
import { bytesOf, familyOf, ipv4, ipv6, portOf, unmapAddress } from "../../net/address.as";

/** Bytes of the longer of the two. */
export const hostAddressBytes: u32 = 28;

const hostIpv4: u32 = 2; // AF_INET
const hostIpv6: u32 = 10; // AF_INET6

/** Linux's number of a family. */
export function hostFamily(family: u32): u32 {
  return family == ipv4 ? hostIpv4 : hostIpv6;
}

/** Writes an address for a socket of a family, IPv4 for IPv6 sockets as mapped; gives its bytes. */
export function writeHostAddress(buffer: usize, address: usize, family: u32): u32 {
  memory.fill(buffer, 0, hostAddressBytes);
  const isMapped = family == ipv6 && familyOf(address) == ipv4;
  store<u16>(buffer, hostFamily(isMapped ? ipv6 : familyOf(address)));
  store<u16>(buffer, bswap<u16>(<u16>portOf(address)), 2);
  if (isMapped) {
    store<u32>(buffer, 0xffff_0000, 16);
    store<u32>(buffer, load<u32>(bytesOf(address)), 20);
  } else if (familyOf(address) == ipv4) {
    store<u32>(buffer, load<u32>(bytesOf(address)), 4);
    return 16;
  } else {
    memory.copy(buffer + 8, bytesOf(address), 16);
  }
  return hostAddressBytes;
}

/** Reads what the host wrote; mapped addresses come out as IPv4. */
export function readHostAddress(buffer: usize, address: usize): void {
  memory.fill(address, 0, 20);
  store<u16>(address, bswap<u16>(load<u16>(buffer, 2)), 2);
  if (load<u16>(buffer) == hostIpv4) {
    store<u16>(address, ipv4);
    store<u32>(bytesOf(address), load<u32>(buffer, 4));
  } else {
    store<u16>(address, ipv6);
    memory.copy(bytesOf(address), buffer + 8, 16);
    unmapAddress(address);
  }
}
