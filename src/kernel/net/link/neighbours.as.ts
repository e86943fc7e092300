// The neighbour cache: hardware addresses of hosts on a link, learned by ARP or neighbour
// discovery, with the states of RFC 4861, 7.3.2, for both.
import { allocateZeroedFrame } from "../../memory/frames.as";
import { emitEthernet, ipv4EtherType, ipv6EtherType } from "../wire/ethernet.as";
import { isSameAddress } from "./addresses.as";
import { enqueuePacket, Interface, interfaceAt } from "./interfaces.as";
import { Packet, prependHeader, releasePacket } from "./packets.as";
import { solicitNeighbour } from "./solicit.as";

/** State: asked for, not known. */
const incomplete: u32 = 1;
/** State: known, and confirmed lately. */
const reachable: u32 = 2;
/** State: known, but not lately: used, and asked for when used. */
const stale: u32 = 3;
/** State: used when stale: a confirmation from above may still come. */
const delay: u32 = 4;
/** State: asked again. */
const probe: u32 = 5;

const neighbourLimit: u32 = 64;
/** Packets that wait for one neighbour, at most: as many as the fragments of a long datagram ... */
const waitingLimit: u32 = 64;
/** ... and for all of them. */
const allWaitingLimit: u32 = 128;
const solicitLimit: u32 = 3; // MAX_UNICAST_SOLICIT, MAX_MULTICAST_SOLICIT
const second: u64 = 1_000_000_000;
const reachableTime: u64 = 30 * second;
const delayTime: u64 = 5 * second; // DELAY_FIRST_PROBE_TIME
const retransmitTime: u64 = second; // RETRANS_TIMER

/** A neighbour. */
@unmanaged
class Entry {
  high: u64;
  low: u64;
  hardware: u64;
  deadline: u64;
  usedAt: u64;
  state: u32;
  interface: u32;
  solicits: u32;
  waiting: usize;
  waitingCount: u32;
}

let entries: usize = 0;
let lastFound: u32 = 0;
let isWorking: bool = false; // whether some entry has a deadline
let failures: u32 = 0;
let allWaiting: u32 = 0;
let silentCount: u32 = 0;
const silentLimit: u32 = 8;
const silent = memory.data(192, 8); // for each: address, u32 interface

@inline
function entryAt(index: u32): Entry {
  return changetype<Entry>(entries + index * 64);
}

/**
 * Sends an IP packet to a neighbour whose address it is: now when it is known, else when it has
 * answered. Takes the packet.
 */
export function sendToNeighbour(to: Interface, packet: Packet, address: usize, now: u64): void {
  const index = findEntry(to.number, address);
  const entry = index >= 0 ? entryAt(index) : makeEntry(to.number, address, now);
  if (entry == null) {
    releasePacket(packet);
    return;
  }
  entry.usedAt = now;
  if (entry.state == incomplete) {
    keepWaiting(entry, packet);
    return;
  }
  if (entry.state == stale) {
    entry.state = delay;
    entry.deadline = now + delayTime;
    isWorking = true;
  }
  sendFrame(to, packet, entry.hardware);
}

/** Puts the Ethernet header before a packet and sends it. */
export function sendFrame(to: Interface, packet: Packet, destination: u64): void {
  const type = packet.version == 4 ? ipv4EtherType : ipv6EtherType;
  emitEthernet(prependHeader(packet, 14), destination, to.hardware, type);
  enqueuePacket(to, packet);
}

/**
 * Notes what a neighbour said of itself. `isSolicited`: it answered, so it is reachable;
 * `overrides`: it replaces what was known; `isNew`: it may be taken up if nobody asked.
 */
export function learnNeighbour(
  number: u32, address: usize, hardware: u64, isSolicited: bool, overrides: bool, isNew: bool,
  now: u64,
): void {
  const index = findEntry(number, address);
  let entry: Entry | null = index >= 0 ? entryAt(index) : null;
  if (entry == null) {
    if (!isNew) return;
    entry = takeEntry(now);
    if (entry == null) return;
    fillEntry(entry, number, address, stale, now);
    entry.hardware = hardware;
    return;
  }
  const wasIncomplete = entry.state == incomplete;
  const isOther = !wasIncomplete && entry.hardware != hardware;
  if (isOther && !overrides) {
    // It contradicts what is known without authority: ask (RFC 4861, 7.2.5).
    if (entry.state == reachable) entry.state = stale;
    return;
  }
  if (wasIncomplete || isOther || isSolicited) {
    entry.hardware = hardware;
    entry.state = isSolicited ? reachable : stale;
    entry.deadline = now + reachableTime;
    entry.solicits = 0;
    isWorking = true;
  }
  if (wasIncomplete) sendWaiting(entry);
}

/** When the cache wants to be called again; the largest number for never. */
export function neighbourDeadline(): u64 {
  let next: u64 = -1;
  if (!isWorking) return next;
  for (let index: u32 = 0; index < neighbourLimit; index++) {
    const entry = entryAt(index);
    if (isTimed(entry)) next = min(next, entry.deadline);
  }
  return next;
}

/** Does what is due. */
export function runNeighbours(now: u64): void {
  if (!isWorking) return;
  isWorking = false;
  for (let index: u32 = 0; index < neighbourLimit; index++) {
    const entry = entryAt(index);
    if (!isTimed(entry)) continue;
    if (entry.deadline <= now) runEntry(entry, now);
    if (isTimed(entry)) isWorking = true;
  }
}

/**
 * Takes the next neighbour that has not answered: its interface, and its address in `address`; -1
 * when there are no more. Those that nobody takes are forgotten.
 */
export function takeSilentNeighbour(address: usize): i32 {
  if (silentCount == 0) return -1;
  const place = silent + --silentCount * 24;
  memory.copy(address, place, 16);
  return load<u32>(place, 16);
}

function noteSilent(entry: Entry): void {
  failures++;
  if (silentCount == silentLimit) return;
  const place = silent + silentCount++ * 24;
  memory.copy(place, changetype<usize>(entry), 16);
  store<u32>(place, entry.interface, 16);
}

/** Neighbours that did not answer. */
export function neighbourFailures(): u32 {
  return failures;
}

function isTimed(entry: Entry): bool {
  return entry.state != 0 && entry.state != stale;
}

function runEntry(entry: Entry, now: u64): void {
  if (entry.state == reachable) {
    entry.state = stale;
    return;
  }
  if (entry.state == delay) {
    entry.state = probe;
    entry.solicits = 0;
  }
  if (entry.solicits == solicitLimit) {
    noteSilent(entry);
    clearEntry(entry);
    return;
  }
  ask(entry, now);
}

function ask(entry: Entry, now: u64): void {
  entry.solicits++;
  entry.deadline = now + retransmitTime;
  isWorking = true;
  const address = changetype<usize>(entry);
  const to = interfaceAt(entry.interface);
  solicitNeighbour(to, address, entry.state == probe ? entry.hardware : 0);
}

function findEntry(number: u32, address: usize): i32 {
  if (entries == 0) return -1;
  if (isEntryOf(entryAt(lastFound), number, address)) return lastFound;
  for (let index: u32 = 0; index < neighbourLimit; index++) {
    if (!isEntryOf(entryAt(index), number, address)) continue;
    lastFound = index;
    return index;
  }
  return -1;
}

function isEntryOf(entry: Entry, number: u32, address: usize): bool {
  return entry.state != 0 && entry.interface == number
    && isSameAddress(changetype<usize>(entry), address);
}

function makeEntry(number: u32, address: usize, now: u64): Entry | null {
  const entry = takeEntry(now);
  if (entry == null) return null;
  fillEntry(entry, number, address, incomplete, now);
  ask(entry, now);
  return entry;
}

/** A free entry, or that which was not used for the longest time. */
function takeEntry(now: u64): Entry | null {
  if (entries == 0) entries = allocateZeroedFrame();
  if (entries == 0) return null;
  let oldest = entryAt(0);
  for (let index: u32 = 0; index < neighbourLimit; index++) {
    const entry = entryAt(index);
    if (entry.state == 0) return entry;
    if (entry.usedAt < oldest.usedAt) oldest = entry;
  }
  // A flood of new neighbours must not drive out the one that is used now.
  if (oldest.usedAt == now) return null;
  clearEntry(oldest);
  return oldest;
}

function fillEntry(entry: Entry, number: u32, address: usize, state: u32, now: u64): void {
  memory.copy(changetype<usize>(entry), address, 16);
  entry.interface = number;
  entry.state = state;
  entry.solicits = 0;
  entry.waiting = 0;
  entry.waitingCount = 0;
  entry.usedAt = now;
}

/** Drops the oldest of this neighbour's when there are too many. */
function keepWaiting(entry: Entry, packet: Packet): void {
  if (entry.waitingCount == waitingLimit || allWaiting == allWaitingLimit) {
    if (entry.waitingCount == 0) {
      releasePacket(packet);
      return;
    }
    const first = changetype<Packet>(entry.waiting);
    entry.waiting = first.next;
    entry.waitingCount--;
    allWaiting--;
    releasePacket(first);
  }
  packet.next = 0;
  entry.waitingCount++;
  allWaiting++;
  if (entry.waiting == 0) {
    entry.waiting = changetype<usize>(packet);
    return;
  }
  let last = changetype<Packet>(entry.waiting);
  while (last.next != 0) last = changetype<Packet>(last.next);
  last.next = changetype<usize>(packet);
}

function sendWaiting(entry: Entry): void {
  let place = entry.waiting;
  allWaiting -= entry.waitingCount;
  entry.waiting = 0;
  entry.waitingCount = 0;
  while (place != 0) {
    const packet = changetype<Packet>(place);
    place = packet.next;
    sendFrame(interfaceAt(entry.interface), packet, entry.hardware);
  }
}

function clearEntry(entry: Entry): void {
  let place = entry.waiting;
  while (place != 0) {
    const packet = changetype<Packet>(place);
    place = packet.next;
    releasePacket(packet);
  }
  allWaiting -= entry.waitingCount;
  entry.state = 0;
  entry.waiting = 0;
  entry.waitingCount = 0;
}
