// Multicast groups that this host listens to, by interface: each is reported when it is joined,
// when a router asks, and when it is left (RFC 9776, RFC 9777), in older versions where an older
// router is. Nobody chooses sources.
import { keyedHash } from "../../base/siphash.as";
import { noBuffers, success } from "../../base/errno.as";
import {
  addressAt,
  addressChanges,
  addressLimit,
  bytesOfLocal,
  isSameAddress,
  isUnspecified,
  noAddress,
  selectSource,
} from "../link/addresses.as";
import { ethernetInterface, Interface, interfaceAt, interfaceLimit } from "../link/interfaces.as";
import { setSolicitedNode } from "../link/solicit.as";
import { GroupQuery, joinsRecord, leavesRecord, listensRecord } from "../wire/group-messages.as";
import { isIpv4Address } from "../wire/ip.as";
import { sendGroupReport } from "./group-reports.as";
import { findRoute, Route } from "./routes.as";

/** A group of an interface. */
@unmanaged
class Group {
  high: u64;
  low: u64;
  /** When it is reported next; `never` when nobody asks. */
  reportAt: u64;
  interface: u32;
  isUsed: u32;
  /** Who has joined it; with none, it is being left. */
  users: u32;
  /** What the next report says, and how many are to be sent. */
  record: u32;
  reportsLeft: u32;
}

const groupBytes: u32 = 56;
const groupLimit: u32 = 32;
const never: u64 = 0xffff_ffff_ffff_ffff;
const millisecond: u64 = 1_000_000;
const robustness: u32 = 2; // RFC 9776, 8.1
const repeatTime: u64 = 1000 * millisecond; // at most: RFC 9776, 8.11
const olderTime: u64 = 260_000 * millisecond; // RFC 9776, 8.12
const newest: u32 = 3;

const groups = memory.data(1792, 8); // groupLimit times groupBytes
const nodes = memory.data(256, 8); // addressLimit addresses whose solicited-node group is joined
const nodeInterfaces = memory.data(64, 4);
const older = memory.data(128, 8); // for each interface and version of IP: u64 until, u32 version
const scratch = memory.data(16, 8);
let inUse: u32 = 0;
let draws: u32 = 0;
let seenChanges: u32 = 0;

@inline
function groupAt(index: u32): Group {
  return changetype<Group>(groups + index * groupBytes);
}

/** Joins a group on an interface; 0, or ENOBUFS when there are too many. */
export function joinGroup(number: u32, group: usize): u32 {
  const known = findGroup(number, group);
  if (known != null && known.users != 0) {
    known.users++;
    return success;
  }
  const entry = known == null ? freeGroup() : known;
  if (entry == null) return noBuffers;
  if (entry.isUsed == 0) inUse++;
  memory.copy(changetype<usize>(entry), group, 16);
  entry.interface = number;
  entry.isUsed = 1;
  entry.users = 1;
  scheduleReport(entry, joinsRecord);
  return success;
}

/** Leaves a group that was joined. */
export function leaveGroup(number: u32, group: usize): void {
  const entry = findGroup(number, group);
  if (entry == null || entry.users == 0) return;
  entry.users--;
  if (entry.users == 0) scheduleReport(entry, leavesRecord);
}

/** Whether an interface's packets to a group are for this host. */
export function listensTo(number: u32, group: usize): bool {
  if (isForAllHosts(group) || isSolicitedNode(number, group)) return true;
  const entry = findGroup(number, group);
  return entry != null && entry.users != 0;
}

/** Whether it is the group of an address, reported yet or not (RFC 4291, 2.8). */
function isSolicitedNode(number: u32, group: usize): bool {
  const isOne = load<u64>(group) == 0x02ff && load<u32>(group, 8) == 0x0100_0000
    && load<u8>(group, 12) == 0xff;
  for (let index: u32 = 0; isOne && index < addressLimit; index++) {
    const entry = addressAt(index);
    const own = bytesOfLocal(entry);
    if (entry.state == noAddress || entry.interface != number || isIpv4Address(own)) continue;
    if (((load<u32>(own, 12) ^ load<u32>(group, 12)) & 0xffff_ff00) == 0) return true;
  }
  return false;
}

/** 224.0.0.1, ff01::1 and ff02::1: nobody joins these, and nobody leaves them. */
function isForAllHosts(group: usize): bool {
  if (isIpv4Address(group)) return load<u32>(group, 12) == 0x0100_00e0;
  const first = load<u64>(group);
  return (first == 0x02ff || first == 0x01ff) && load<u64>(group, 8) == 0x0100_0000_0000_0000;
}

/** The interface that datagrams to a group go out by; -1 when there is none. */
export function interfaceOfGroup(group: usize, now: u64): i32 {
  const route: Route | null = findRoute(group, now);
  if (route != null) return route.interface;
  let first = -1;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (interfaceAt(number).kind != ethernetInterface) continue;
    if (selectSource(number, group) != null) return number;
    if (first < 0) first = number;
  }
  return first;
}

/** Takes a router's question: answers follow within the time that it gives (RFC 9776, 5.2). */
export function receiveGroupQuery(from: Interface, query: GroupQuery, isV4: bool, now: u64): void {
  const group = changetype<usize>(query);
  if (query.version < newest) noteOlder(from.number, isV4, query.version, now);
  for (let index: u32 = 0; index < groupLimit; index++) {
    const entry = groupAt(index);
    if (entry.isUsed == 0 || entry.users == 0 || entry.interface != from.number) continue;
    const own = changetype<usize>(entry);
    if (isIpv4Address(own) != isV4) continue;
    if (!isUnspecified(group) && !isSameAddress(own, group)) continue;
    const at = now + draw(<u64>query.delayMs * millisecond);
    if (entry.reportsLeft != 0 && entry.reportAt <= at) continue;
    if (entry.reportsLeft == 0) entry.record = listensRecord;
    entry.reportsLeft = max(entry.reportsLeft, 1);
    entry.reportAt = at;
  }
}

/** When there is something to report; the largest number for never. */
export function groupDeadline(): u64 {
  if (seenChanges != addressChanges()) return 0;
  let next = never;
  for (let index: u32 = 0; inUse != 0 && index < groupLimit; index++) {
    const entry = groupAt(index);
    if (entry.isUsed != 0 && entry.reportsLeft != 0) next = min(next, entry.reportAt);
  }
  return next;
}

/** Does what is due. */
export function runGroups(now: u64): void {
  if (seenChanges != addressChanges()) joinSolicitedNodes();
  for (let index: u32 = 0; inUse != 0 && index < groupLimit; index++) {
    const entry = groupAt(index);
    if (entry.isUsed == 0 || entry.reportsLeft == 0 || entry.reportAt > now) continue;
    report(entry, now);
  }
}

function report(entry: Group, now: u64): void {
  const place = changetype<usize>(entry);
  const version = versionOf(entry.interface, isIpv4Address(place), now);
  sendGroupReport(interfaceAt(entry.interface), place, entry.record, version);
  entry.reportsLeft--;
  entry.reportAt = entry.reportsLeft == 0 ? never : now + draw(repeatTime);
  if (entry.reportsLeft != 0 || entry.users != 0) return;
  entry.isUsed = 0;
  inUse--;
}

/** An IPv6 host is in the group of each of its addresses: it hears who asks (RFC 4291, 2.8). */
function joinSolicitedNodes(): void {
  seenChanges = addressChanges();
  for (let index: u32 = 0; index < addressLimit; index++) {
    const entry = addressAt(index);
    const known = nodes + index * 16;
    const own = bytesOfLocal(entry);
    const isNode = entry.state != noAddress && !isIpv4Address(own)
      && interfaceAt(entry.interface).kind == ethernetInterface;
    const wasNode = !isUnspecified(known);
    if (isNode && wasNode && isSameAddress(known, own)) continue;
    if (wasNode) {
      setSolicitedNode(scratch, known);
      leaveGroup(load<u32>(nodeInterfaces + index * 4), scratch);
      memory.fill(known, 0, 16);
    }
    if (!isNode) continue;
    memory.copy(known, own, 16);
    store<u32>(nodeInterfaces + index * 4, entry.interface);
    setSolicitedNode(scratch, own);
    joinGroup(entry.interface, scratch);
  }
}

function scheduleReport(entry: Group, record: u32): void {
  entry.record = record;
  // Addresses of this host itself need no report.
  entry.reportsLeft = interfaceAt(entry.interface).kind == ethernetInterface ? robustness : 0;
  entry.reportAt = 0;
  if (entry.reportsLeft == 0 && entry.users == 0) {
    entry.isUsed = 0;
    inUse--;
  }
}

function findGroup(number: u32, group: usize): Group | null {
  for (let index: u32 = 0; inUse != 0 && index < groupLimit; index++) {
    const entry = groupAt(index);
    if (entry.isUsed == 0 || entry.interface != number) continue;
    if (isSameAddress(changetype<usize>(entry), group)) return entry;
  }
  return null;
}

function freeGroup(): Group | null {
  for (let index: u32 = 0; index < groupLimit; index++) {
    if (groupAt(index).isUsed == 0) return groupAt(index);
  }
  return null;
}

function noteOlder(number: u32, isV4: bool, version: u32, now: u64): void {
  const place = olderOf(number, isV4);
  const isOldest = load<u64>(place) <= now || version <= load<u32>(place, 8);
  if (!isOldest) return;
  store<u64>(place, now + olderTime);
  store<u32>(place, version, 8);
}

function versionOf(number: u32, isV4: bool, now: u64): u32 {
  const place = olderOf(number, isV4);
  return load<u64>(place) > now ? load<u32>(place, 8) : newest;
}

function olderOf(number: u32, isV4: bool): usize {
  return older + (number * 2 + <u32>isV4) * 16;
}

/** A time below a limit that nobody expects. */
function draw(limit: u64): u64 {
  return limit == 0 ? 0 : keyedHash(scratch, 0, draws++) % limit;
}
