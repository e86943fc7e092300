// What was learned of names, for as long as it is true (RFC 1035, 7.4; RFC 2308). Few names, in
// page frames that are taken when they are first needed; the one that ends first makes room.
import { allocateZeroedFrame } from "../../memory/frames.as";
import { addressBytes } from "../address.as";
import { areSameNames } from "./names.as";

/** Addresses that are remembered of a name, at most. */
const addressLimit: u32 = 10;

const entryBytes: u32 = 512;
const entriesOfFrame: u32 = 8;
const entryLimit: u32 = 64;
const nameOffset: usize = 32;
const nameCapacity: u32 = 256;
const addressesOffset: usize = nameOffset + nameCapacity;
const second: u64 = 1_000_000_000;

/** A name's addresses of a family; without any, it is known to have none. */
@unmanaged
class Entry {
  /** When it is true no longer; 0 for a place that is free. */
  until: u64;
  nameBytes: u32;
  family: u32;
  count: u32;
  /** Whether the name does not exist, in either family. */
  isAbsent: u32;
}

const frames = memory.data(32, 4);
let entryCount: u32 = 0;

/** Answer of the cache: it does not know. */
export const notCached: i32 = -1;

/** Answer of the cache: there is no such name. */
export const cachedAbsence: i32 = -2;

function entryAt(index: u32): Entry {
  const frame = load<u32>(frames + index / entriesOfFrame * 4);
  return changetype<Entry>(frame + index % entriesOfFrame * entryBytes);
}

/** Copies what is known of a name: how many addresses, or one of the answers above. */
export function findCached(
  name: usize, length: u32, family: u32, addresses: usize, limit: u32, now: u64,
): i32 {
  for (let index: u32 = 0; index < entryCount; index++) {
    const entry = entryAt(index);
    if (entry.until <= now || !isOf(entry, name, length, family)) continue;
    if (entry.isAbsent != 0) return cachedAbsence;
    const count = min(entry.count, limit);
    memory.copy(addresses, changetype<usize>(entry) + addressesOffset, count * addressBytes);
    return count;
  }
  return notCached;
}

/** Remembers a name's addresses for some seconds; `isAbsent`: there is no such name. */
export function cacheAddresses(
  name: usize, length: u32, family: u32, addresses: usize, count: u32, isAbsent: bool,
  seconds: u32, now: u64,
): void {
  if (seconds == 0 || length >= nameCapacity) return;
  const entry = takeEntry(name, length, family, now);
  if (entry == null) return;
  const place = changetype<usize>(entry);
  entry.until = now + <u64>seconds * second;
  entry.nameBytes = length;
  entry.family = family;
  entry.count = min(count, addressLimit);
  entry.isAbsent = <u32>isAbsent;
  memory.copy(place + nameOffset, name, length);
  memory.copy(place + addressesOffset, addresses, entry.count * addressBytes);
}

/** The place of what is known already, one that is free, a new one, or that which ends first. */
function takeEntry(name: usize, length: u32, family: u32, now: u64): Entry | null {
  let place: Entry | null = null;
  for (let index: u32 = 0; index < entryCount; index++) {
    const entry = entryAt(index);
    if (isOf(entry, name, length, family)) return entry;
    if (place == null || entry.until < place.until) place = entry;
  }
  if (place != null && place.until <= now || entryCount == entryLimit) return place;
  const frame = frames + entryCount / entriesOfFrame * 4;
  if (load<u32>(frame) == 0) store<u32>(frame, <u32>allocateZeroedFrame());
  return load<u32>(frame) == 0 ? place : entryAt(entryCount++);
}

function isOf(entry: Entry, name: usize, length: u32, family: u32): bool {
  if (entry.nameBytes != length || entry.family != family && entry.isAbsent == 0) return false;
  return areSameNames(changetype<usize>(entry) + nameOffset, name, length);
}
