// Neighbour discovery messages that come in (RFC 4861, 6 and 7).
import {
  contested,
  findAddress,
  isMulticastAddress,
  isUnspecified,
  tentativeAddress,
} from "../link/addresses.as";
import { Interface } from "../link/interfaces.as";
import { learnNeighbour } from "../link/neighbours.as";
import { advertiseNeighbour } from "../link/solicit.as";
import { Icmp } from "../wire/icmp.as";
import { destinationOf, Ip, sourceOf } from "../wire/ip.as";
import {
  ndpHopLimit,
  Neighbour,
  neighbourAdvertisement,
  neighbourSolicitation,
  noLinkAddress,
  overrideFlag,
  parseNeighbour,
  routerAdvertisement,
  solicitedFlag,
} from "../wire/ndp.as";
import { wellFormed } from "../wire/outcome.as";
import { receiveRouter } from "./autoconfiguration.as";

const neighbour = changetype<Neighbour>(memory.data(32, 8));

/** Reads a message of neighbour discovery; false when it is none. */
export function receiveDiscovery(
  from: Interface, ip: Ip, icmp: Icmp, body: usize, now: u64,
): bool {
  const type = icmp.type;
  if (type < 133 || type > 137) return false;
  // One that a router forwarded is not of this link (RFC 4861, 6.1, 7.1).
  if (ip.hopLimit != ndpHopLimit || icmp.code != 0) {
    from.refused++;
    return true;
  }
  if (type == routerAdvertisement) {
    if (!receiveRouter(from, ip, icmp.word, body, icmp.bodyBytes, now)) from.refused++;
    return true;
  }
  if (type != neighbourSolicitation && type != neighbourAdvertisement) return true;
  if (parseNeighbour(type, icmp.word, body, icmp.bodyBytes, neighbour) != wellFormed) {
    from.refused++;
    return true;
  }
  if (type == neighbourSolicitation) receiveSolicitation(from, ip, now);
  else receiveAdvertisement(from, ip, now);
  return true;
}

function receiveSolicitation(from: Interface, ip: Ip, now: u64): void {
  const target = changetype<usize>(neighbour);
  const isProbe = isUnspecified(sourceOf(ip));
  const own = findAddress(from.number, target);
  if (own == null) return;
  if (own.state == tentativeAddress) {
    // Somebody else wants it as well (RFC 4862, 5.4.3).
    if (isProbe) own.probesLeft = contested;
    return;
  }
  if (isProbe) {
    if (isMulticastAddress(destinationOf(ip))) advertiseNeighbour(from, target, sourceOf(ip), 0);
    return;
  }
  const hardware = neighbour.linkAddress;
  if (hardware == noLinkAddress) return;
  learnNeighbour(from.number, sourceOf(ip), hardware, false, true, true, now);
  advertiseNeighbour(from, target, sourceOf(ip), hardware);
}

function receiveAdvertisement(from: Interface, ip: Ip, now: u64): void {
  const target = changetype<usize>(neighbour);
  const isSolicited = (neighbour.flags & solicitedFlag) != 0;
  if (isSolicited && isMulticastAddress(destinationOf(ip))) return; // RFC 4861, 7.1.2
  const own = findAddress(from.number, target);
  if (own != null) {
    if (own.state == tentativeAddress) own.probesLeft = contested;
    return;
  }
  if (neighbour.linkAddress == noLinkAddress) return;
  const overrides = (neighbour.flags & overrideFlag) != 0;
  learnNeighbour(
    from.number, target, neighbour.linkAddress, isSolicited, overrides, false, now,
  );
}
