// What routers on the way said of the longest packets to an address (RFC 1191, RFC 8201).
import { isSameAddress } from "../link/addresses.as";
import { isIpv4Address } from "../wire/ip.as";

/** Bytes that every IPv6 link carries (RFC 8200, 5). */
export const leastIpv6Mtu: u32 = 1280;

/** Less than this is more likely an attack than a link (RFC 791 wants 68). */
const leastIpv4Mtu: u32 = 552;

const pathLimit: u32 = 16;
const lifetime: u64 = 600_000_000_000; // ten minutes (RFC 1191, 6.3; RFC 8201, 4)
const unlimited: u32 = 0xffff;

/** A path whose MTU is known. */
@unmanaged
class Path {
  high: u64;
  low: u64;
  until: u64;
  mtu: u32;
}

const paths = memory.data(512, 8);
let knownCount: u32 = 0;

@inline
function pathAt(index: u32): Path {
  return changetype<Path>(paths + index * 32);
}

/** Bytes that packets to an address may have, as far as is known; much when nothing is. */
export function pathMtu(destination: usize, now: u64): u32 {
  if (knownCount == 0) return unlimited;
  for (let index: u32 = 0; index < pathLimit; index++) {
    const path = pathAt(index);
    if (path.until > now && isSameAddress(changetype<usize>(path), destination)) return path.mtu;
  }
  return unlimited;
}

/** Notes a smaller MTU; false when it is not to be believed, or nothing new. */
export function lowerPathMtu(destination: usize, mtu: u32, now: u64): bool {
  const least = isIpv4Address(destination) ? leastIpv4Mtu : leastIpv6Mtu;
  mtu = max(mtu, least);
  if (mtu >= pathMtu(destination, now) || mtu > 1500) return false;
  let place = pathAt(0);
  for (let index: u32 = 0; index < pathLimit; index++) {
    const path = pathAt(index);
    if (isSameAddress(changetype<usize>(path), destination)) {
      place = path;
      break;
    }
    if (path.until < place.until) place = path;
  }
  memory.copy(changetype<usize>(place), destination, 16);
  place.mtu = mtu;
  place.until = now + lifetime;
  knownCount = 1;
  return true;
}
