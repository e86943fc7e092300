// The routing table: which interface, and which neighbour, leads to an address.
import { isIpv4Address, setIpv4Address } from "../wire/ip.as";
import { commonBits, isUnspecified } from "../link/addresses.as";

const routeLimit: u32 = 16;

/** A route. A gateway of zeroes: the destination is a neighbour itself. */
@unmanaged
export class Route {
  prefixHigh: u64;
  prefixLow: u64;
  gatewayHigh: u64;
  gatewayLow: u64;
  validUntil: u64;
  /** Bits of the prefix, of 128; 0xffff_ffff when the route is not in use. */
  prefixBits: u32;
  interface: u32;
  isUsed: u32;
}

const routes = memory.data(1024, 8);

@inline
function routeAt(index: u32): Route {
  return changetype<Route>(routes + index * 64);
}

/** Where the gateway's 16 bytes are. */
@inline
export function gatewayOf(route: Route): usize {
  return changetype<usize>(route) + 16;
}

/** Whether a route has a gateway. */
export function hasGateway(route: Route): bool {
  return !isUnspecified(gatewayOf(route));
}

/** Adds a route or renews it; `gateway` may be 0. False when there are too many. */
export function addRoute(
  prefix: usize, prefixBits: u32, gateway: usize, number: u32, validUntil: u64,
): bool {
  let free: Route | null = null;
  for (let index: u32 = 0; index < routeLimit; index++) {
    const route = routeAt(index);
    if (route.isUsed == 0) {
      if (free == null) free = route;
      continue;
    }
    if (isSameRoute(route, prefix, prefixBits, gateway, number)) {
      route.validUntil = validUntil;
      return true;
    }
  }
  if (free == null) return false;
  memory.copy(changetype<usize>(free), prefix, 16);
  if (gateway == 0) memory.fill(gatewayOf(free), 0, 16);
  else memory.copy(gatewayOf(free), gateway, 16);
  free.prefixBits = prefixBits;
  free.interface = number;
  free.validUntil = validUntil;
  free.isUsed = 1;
  return true;
}

/** Adds the route to everywhere of the gateway's version. */
export function addDefaultRoute(gateway: usize, number: u32, validUntil: u64): bool {
  if (!isIpv4Address(gateway)) return addRoute(unspecified, 0, gateway, number, validUntil);
  setIpv4Address(anyIpv4, 0);
  return addRoute(anyIpv4, 96, gateway, number, validUntil);
}

const unspecified = memory.data(16, 8);
const anyIpv4 = memory.data(16, 8);

/**
 * The route to an address: that with the longest prefix, of several such the first interface's;
 * null when there is none.
 */
export function findRoute(destination: usize, now: u64): Route | null {
  let best: Route | null = null;
  for (let index: u32 = 0; index < routeLimit; index++) {
    const route = routeAt(index);
    if (route.isUsed == 0) continue;
    if (commonBits(changetype<usize>(route), destination) < route.prefixBits) continue;
    // ::/0 is no way to IPv4.
    if (isIpv4Address(destination) && route.prefixBits < 96) continue;
    if (route.validUntil <= now) {
      route.isUsed = 0;
      continue;
    }
    if (best == null || isBetter(route, best)) best = route;
  }
  return best;
}

/** Which of two cards' gateways is asked must not depend on whose answer came first. */
@inline
function isBetter(route: Route, other: Route): bool {
  if (route.prefixBits != other.prefixBits) return route.prefixBits > other.prefixBits;
  return other.interface > route.interface;
}

function isSameRoute(
  route: Route, prefix: usize, prefixBits: u32, gateway: usize, number: u32,
): bool {
  if (route.prefixBits != prefixBits || route.interface != number) return false;
  if (commonBits(changetype<usize>(route), prefix) < prefixBits) return false;
  if (gateway == 0) return !hasGateway(route);
  return commonBits(gatewayOf(route), gateway) == 128;
}
