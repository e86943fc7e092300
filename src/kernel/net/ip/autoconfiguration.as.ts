// IPv6 addresses that a host makes itself (RFC 4862): of the link, and of the prefixes that routers
// advertise; each is probed for duplicates before it is used.
import {
  addAddress,
  addressAt,
  addressLimit,
  bytesOfLocal,
  contested,
  deprecatedAddress,
  findAddress,
  forever,
  isLinkLocal,
  LocalAddress,
  noAddress,
  preferredAddress,
  removeAddress,
  tentativeAddress,
} from "../link/addresses.as";
import { ethernetInterface, Interface, interfaceAt } from "../link/interfaces.as";
import { learnNeighbour } from "../link/neighbours.as";
import { probeDuplicate, solicitRouters } from "../link/solicit.as";
import { Ip, isIpv4Address, sourceOf } from "../wire/ip.as";
import {
  autonomousFlag,
  findPrefix,
  noLinkAddress,
  onLinkFlag,
  parseRouter,
  Prefix,
  Router,
} from "../wire/ndp.as";
import { wellFormed } from "../wire/outcome.as";
import { takeAdvertisedNames } from "./advertised-names.as";
import { addDefaultRoute, addRoute } from "./routes.as";
import { leastIpv6Mtu } from "./path-mtu.as";

const second: u64 = 1_000_000_000;
const twoHours: u32 = 7200;
const prefixLimit: u32 = 8;

const router = changetype<Router>(memory.data(48, 8));
const prefix = changetype<Prefix>(memory.data(32, 8));
const address = memory.data(16, 8);

let asksLeft: u32 = 0;
let askAt: u64 = 0;
let askedInterface: u32 = 0;
let hasAnswer: bool = false; // whether a router has answered
let duplicates: u32 = 0;

/** Addresses that were given up because somebody else has them. */
export function duplicateAddresses(): u32 {
  return duplicates;
}

/** Begins: an address of the link, and up to three questions for routers (RFC 4861, 6.3.7). */
export function startAutoconfiguration(by: Interface, now: u64): void {
  store<u64>(address, 0x80fe);
  makeAddress(by, 64, forever, forever, now);
  addRoute(address, 64, 0, by.number, forever);
  askedInterface = by.number;
  asksLeft = 3;
  askAt = now + second;
}

/** Reads a router's advertisement; false when it is not to be believed (RFC 4861, 6.1.2). */
export function receiveRouter(
  from: Interface, ip: Ip, word: u32, body: usize, length: u32, now: u64,
): bool {
  if (!isLinkLocal(sourceOf(ip)) || parseRouter(word, body, length, router) != wellFormed) {
    return false;
  }
  asksLeft = 0;
  hasAnswer = true;
  if (router.linkAddress != noLinkAddress) {
    learnNeighbour(from.number, sourceOf(ip), router.linkAddress, false, true, true, now);
  }
  const until = now + <u64>router.lifetimeSeconds * second;
  if (router.lifetimeSeconds != 0) addDefaultRoute(sourceOf(ip), from.number, until);
  else addRoute(unspecified, 0, sourceOf(ip), from.number, 0);
  if (router.mtu >= leastIpv6Mtu && router.mtu < from.mtu) from.mtu = router.mtu;
  takeAdvertisedNames(router, now);
  for (let index: u32 = 0; index < prefixLimit; index++) {
    if (!findPrefix(router, index, prefix)) break;
    takePrefix(from, now);
  }
  return true;
}

const unspecified = memory.data(16, 8);

function takePrefix(from: Interface, now: u64): void {
  const start = changetype<usize>(prefix);
  if (isLinkLocal(start) || load<u8>(start) == 0xff) return;
  const validUntil = endOf(prefix.validSeconds, now);
  if ((prefix.flags & onLinkFlag) != 0) {
    addRoute(start, prefix.prefixBits, 0, from.number, validUntil);
  }
  const isUsable = (prefix.flags & autonomousFlag) != 0 && prefix.prefixBits == 64
    && prefix.preferredSeconds <= prefix.validSeconds;
  if (!isUsable) return;
  memory.copy(address, start, 8);
  makeIdentifier(from);
  const known = findAddress(from.number, address);
  if (known != null) renew(known, validUntil, endOf(prefix.preferredSeconds, now), now);
  else if (prefix.validSeconds != 0) {
    makeAddress(from, 64, validUntil, endOf(prefix.preferredSeconds, now), now);
  }
}

function endOf(seconds: u32, now: u64): u64 {
  return seconds == 0xffff_ffff ? forever : now + <u64>seconds * second;
}

/** Nobody ends an address at once by a forged advertisement (RFC 4862, 5.5.3 e). */
function renew(known: LocalAddress, validUntil: u64, preferredUntil: u64, now: u64): void {
  known.preferredUntil = preferredUntil;
  const floor = now + <u64>twoHours * second;
  if (validUntil > floor || validUntil > known.validUntil) known.validUntil = validUntil;
  else if (known.validUntil > floor) known.validUntil = floor;
}

/** The modified EUI-64 of the hardware address (RFC 4291, appendix A). */
function makeIdentifier(by: Interface): void {
  const hardware = by.hardware ^ 0x0200_0000_0000;
  const identifier = (hardware & 0xffff_ff00_0000) << 16 | 0xff_fe00_0000 | hardware & 0xff_ffff;
  store<u64>(address, bswap<u64>(identifier), 8);
}

function makeAddress(
  by: Interface, prefixBits: u32, validUntil: u64, preferredUntil: u64, now: u64,
): void {
  makeIdentifier(by);
  const made = addAddress(by.number, address, prefixBits, tentativeAddress);
  if (made == null) return;
  made.validUntil = validUntil;
  made.preferredUntil = preferredUntil;
  made.probesLeft = 1; // DupAddrDetectTransmits
  made.probeAt = now;
}

/** Whether routers are still asked, or an address is still probed. */
export function isAutoconfigurationPending(): bool {
  if (askAt != 0 && !hasAnswer) return true;
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state == tentativeAddress && isProbed(entry)) return true;
  }
  return false;
}

/** When addresses want to be looked at again; the largest number for never. */
export function autoconfigurationDeadline(): u64 {
  let next: u64 = asksLeft == 0 ? forever : askAt;
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state == tentativeAddress && isProbed(entry)) next = min(next, entry.probeAt);
    if (entry.state == preferredAddress) next = min(next, entry.preferredUntil);
    if (entry.state != noAddress) next = min(next, entry.validUntil);
  }
  return next;
}

/** Does what is due. */
export function runAutoconfiguration(now: u64): void {
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    if (entry.state == tentativeAddress && isProbed(entry)) runProbe(entry, now);
    if (entry.state == preferredAddress && entry.preferredUntil <= now) {
      entry.state = deprecatedAddress;
    }
    if (entry.state != noAddress && entry.validUntil <= now) removeAddress(entry);
  }
  if (asksLeft != 0 && askAt <= now) {
    asksLeft--;
    askAt = now + 4 * second;
    solicitRouters(interfaceAt(askedInterface));
  }
}

/** IPv4's addresses are probed by whoever assigns them. */
function isProbed(entry: LocalAddress): bool {
  return !isIpv4Address(bytesOfLocal(entry));
}

function runProbe(entry: LocalAddress, now: u64): void {
  if (entry.probesLeft == contested) {
    duplicates++;
    removeAddress(entry);
    return;
  }
  if (entry.probeAt > now) return;
  const by = interfaceAt(entry.interface);
  if (entry.probesLeft == 0 || by.kind != ethernetInterface) {
    entry.state = preferredAddress;
    return;
  }
  entry.probesLeft--;
  entry.probeAt = now + second; // RetransTimer
  probeDuplicate(by, bytesOfLocal(entry));
}
