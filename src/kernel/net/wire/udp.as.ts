// UDP datagrams (RFC 768; RFC 8200, 8.1).
import { load16, store16 } from "./byte-order.as";
import { isChecksumRight, pseudoHeaderSum, storeChecksum } from "./checksum.as";
import { isIpv4Address, udpProtocol } from "./ip.as";
import { badChecksum, malformed, truncated, wellFormed } from "./outcome.as";

/** Bytes of the header. */
export const udpHeaderBytes: u32 = 8;

/** A datagram. */
@unmanaged
export class Udp {
  sourcePort: u32;
  destinationPort: u32;
  dataBytes: u32;
}

/**
 * Reads a datagram between two addresses of 16 bytes that follow one another; of 0, when its
 * checksum need not be looked at.
 */
export function parseUdp(packet: usize, length: u32, addresses: usize, udp: Udp): u32 {
  if (length < udpHeaderBytes) return truncated;
  const size = load16(packet + 4);
  if (size < udpHeaderBytes) return malformed;
  if (size > length) return truncated;
  udp.sourcePort = load16(packet);
  udp.destinationPort = load16(packet + 2);
  udp.dataBytes = size - udpHeaderBytes;
  if (udp.destinationPort == 0) return malformed;
  if (addresses == 0) return wellFormed;
  // Without a checksum, which only IPv4 allows.
  if (load<u16>(packet, 6) == 0) return isIpv4Address(addresses) ? wellFormed : badChecksum;
  const sum = pseudoHeaderSum(addresses, udpProtocol, size);
  return isChecksumRight(packet, size, sum) ? wellFormed : badChecksum;
}

/** Writes the header before data that is in place: the datagram's bytes. */
export function emitUdp(udp: Udp, packet: usize, addresses: usize): u32 {
  const size = udpHeaderBytes + udp.dataBytes;
  store16(packet, udp.sourcePort);
  store16(packet + 2, udp.destinationPort);
  store16(packet + 4, size);
  storeChecksum(packet + 6, packet, size, pseudoHeaderSum(addresses, udpProtocol, size));
  if (load<u16>(packet, 6) == 0) store<u16>(packet, 0xffff, 6); // 0 says that there is none
  return size;
}
