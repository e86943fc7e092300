// The addresses of the interfaces, of both versions: 16 bytes and the length of the prefix.
import { isIpv4Address } from "../wire/ip.as";
import { interfaceAt, interfaceLimit, loopbackInterface } from "./interfaces.as";

/** State: not in use. */
export const noAddress: u32 = 0;
/** State: it may be somebody else's: nothing is sent from it (RFC 4862, 2). */
export const tentativeAddress: u32 = 1;
/** State: in use. */
export const preferredAddress: u32 = 2;
/** State: only what goes on uses it (RFC 4862, 5.5.4). */
export const deprecatedAddress: u32 = 3;

/** `probesLeft` of an address that somebody else has: whoever assigned it is to give it up. */
export const contested: u32 = 255;

/** Addresses of all interfaces, at most. */
export const addressLimit: u32 = 16;

/** For ever. */
export const forever: u64 = 0xffff_ffff_ffff_ffff;

/** An address. */
@unmanaged
export class LocalAddress {
  high: u64;
  low: u64;
  /** When it ends (RFC 4862, 5.5.4). */
  validUntil: u64;
  preferredUntil: u64;
  /** When the next probe for duplicates goes out, or the last one counts as unanswered. */
  probeAt: u64;
  state: u32;
  interface: u32;
  /** Bits of its prefix, of 128. */
  prefixBits: u32;
  probesLeft: u32;
  /** When it was last defended against somebody else who has it (RFC 5227, 2.4). */
  defendedAt: u64;
}

const addresses = memory.data(1024, 8);
let changes: u32 = 0;

/** How often addresses have come and gone. */
export function addressChanges(): u32 {
  return changes;
}

/** Takes an address away. */
export function removeAddress(address: LocalAddress): void {
  address.state = noAddress;
  changes++;
}

/** An address by its place. */
@inline
export function addressAt(index: u32): LocalAddress {
  return changetype<LocalAddress>(addresses + index * 64);
}

/** Where its 16 bytes are. */
@inline
export function bytesOfLocal(address: LocalAddress): usize {
  return changetype<usize>(address);
}

/** Gives an interface an address; null when there are too many. `prefixBits` counts from 128. */
export function addAddress(
  number: u32, address: usize, prefixBits: u32, state: u32,
): LocalAddress | null {
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state != noAddress) continue;
    memory.copy(bytesOfLocal(entry), address, 16);
    entry.validUntil = forever;
    entry.preferredUntil = forever;
    entry.state = state;
    entry.interface = number;
    entry.prefixBits = prefixBits;
    entry.probesLeft = 0;
    entry.defendedAt = 0;
    changes++;
    return entry;
  }
  return null;
}

/** An address of an interface, whatever its state; null when it has no such. */
export function findAddress(number: u32, address: usize): LocalAddress | null {
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state == noAddress || entry.interface != number) continue;
    if (isSameAddress(bytesOfLocal(entry), address)) return entry;
  }
  return null;
}

/** Whether packets to an address are for this host, when they come in by an interface. */
export function isLocalAddress(number: u32, address: usize): bool {
  // An address of one interface is not answered for on another (RFC 1122, 3.3.4.2: strong model).
  const entry = findAddress(number, address);
  return entry != null && entry.state != tentativeAddress;
}

/** Whether an interface has this address, so that packets to it stay within the host. */
export function isOwnAddress(address: usize): bool {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (isLocalAddress(number, address)) return true;
  }
  return false;
}

/**
 * The address to send from, by an interface to a destination: of its version and scope, preferred
 * before deprecated, with the longest prefix in common (RFC 6724, 5, rules 2, 3 and 8).
 */
export function selectSource(number: u32, destination: usize): LocalAddress | null {
  let best: LocalAddress | null = null;
  let bestRank: u32 = 0;
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state < preferredAddress || entry.interface != number) continue;
    const own = bytesOfLocal(entry);
    if (isIpv4Address(own) != isIpv4Address(destination)) continue;
    let rank: u32 = 1 + commonBits(own, destination);
    if (entry.state == preferredAddress) rank += 256;
    if (isLinkLocal(own) == isLinkLocal(destination)) rank += 512;
    if (rank <= bestRank) continue;
    best = entry;
    bestRank = rank;
  }
  // From an address of the link nothing beyond it answers: a better one is on its way.
  const isPoor = best != null && isLinkLocal(bytesOfLocal(best)) && !isLinkLocal(destination);
  return isPoor && isGlobalTentative(number) ? null : best;
}

function isGlobalTentative(number: u32): bool {
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    const own = bytesOfLocal(entry);
    if (entry.state != tentativeAddress || entry.interface != number) continue;
    if (!isIpv4Address(own) && !isLinkLocal(own)) return true;
  }
  return false;
}

/** The loopback interface's number; -1 when there is none. */
export function loopbackNumber(): i32 {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (interfaceAt(number).kind == loopbackInterface) return number;
  }
  return -1;
}

/** Whether it is 224.0.0.0/4 or ff00::/8. */
export function isMulticastAddress(address: usize): bool {
  if (isIpv4Address(address)) return (load<u8>(address, 12) & 0xf0) == 0xe0;
  return load<u8>(address) == 0xff;
}

/** Whether it is of one link alone: fe80::/10, or ff02::/16. */
export function isLinkLocal(address: usize): bool {
  const first = bswap<u16>(load<u16>(address));
  return (first & 0xffc0) == 0xfe80 || (first & 0xff0f) == 0xff02;
}

/** Whether it is :: or 0.0.0.0. */
export function isUnspecified(address: usize): bool {
  if (isIpv4Address(address)) return load<u32>(address, 12) == 0;
  return (load<u64>(address) | load<u64>(address, 8)) == 0;
}

/** Whether it is 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: usize): bool {
  if (isIpv4Address(address)) return load<u8>(address, 12) == 127;
  return load<u64>(address) == 0 && load<u64>(address, 8) == 0x0100_0000_0000_0000;
}

/** Whether it is 255.255.255.255, or the last address of a network of the interface's. */
export function isBroadcastAddress(number: u32, address: usize): bool {
  if (!isIpv4Address(address)) return false;
  const value = bswap<u32>(load<u32>(address, 12));
  if (value == 0xffff_ffff) return true;
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state == noAddress || entry.interface != number) continue;
    const hostBits = 128 - entry.prefixBits;
    if (!isIpv4Address(bytesOfLocal(entry)) || hostBits < 2) continue;
    const mask: u32 = hostBits >= 32 ? 0xffff_ffff : (<u32>1 << hostBits) - 1;
    const own = bswap<u32>(load<u32>(bytesOfLocal(entry), 12));
    if ((value & mask) == mask && (own | mask) == value) return true;
  }
  return false;
}

/** Whether two addresses are one. */
@inline
export function isSameAddress(left: usize, right: usize): bool {
  return load<u64>(left) == load<u64>(right) && load<u64>(left, 8) == load<u64>(right, 8);
}

/** How many of the first bits two addresses have in common. */
export function commonBits(left: usize, right: usize): u32 {
  const high = bswap<u64>(load<u64>(left) ^ load<u64>(right));
  if (high != 0) return <u32>clz(high);
  return 64 + <u32>clz(bswap<u64>(load<u64>(left, 8) ^ load<u64>(right, 8)));
}
