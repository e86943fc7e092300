// Datagrams out of fragments (RFC 815's task; RFC 8200, 4.5; RFC 5722). A few at a time, each with
// the memory of the longest datagram, which is taken when the first fragment comes and kept.
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import { Ip } from "../wire/ip.as";

/** Datagrams at a time. */
const datagramLimit: u32 = 4;

const longestBytes: u32 = 65_536;
const unitLimit: u32 = longestBytes / 8;
const lifetime: u64 = 30_000_000_000; // RFC 1122, 3.3.2 wants 60 to 120 s; less is safer, RFC 4963

/** A datagram whose fragments come in. */
@unmanaged
export class Datagram {
  // Who sends what to whom: a copy of the addresses.
  sourceHigh: u64;
  sourceLow: u64;
  destinationHigh: u64;
  destinationLow: u64;
  until: u64;
  identification: u32;
  protocol: u32;
  data: usize;
  /** One bit for each eight bytes that are there. */
  bitmap: usize;
  receivedBytes: u32;
  /** Bytes of the whole; 0 when the last fragment is not there yet. */
  totalBytes: u32;
}

const datagrams = memory.data(512, 8);
let abandoned: u32 = 0;

@inline
function datagramAt(index: u32): Datagram {
  return changetype<Datagram>(datagrams + index * 128);
}

/** Datagrams that were given up: incomplete in time, pushed out, or contradicting themselves. */
export function abandonedDatagrams(): u32 {
  return abandoned;
}

/** Adds a fragment: the datagram when it is whole, which is good until the next call; else null. */
export function addFragment(ip: Ip, payload: usize, now: u64): Datagram | null {
  const end = ip.fragmentOffset + ip.payloadBytes;
  const datagram = findDatagram(ip, now);
  if (datagram == null) return null;
  const isLast = ip.moreFragments == 0;
  const known = datagram.totalBytes;
  const isSound = (known == 0 || end <= known && (!isLast || end == known))
    && end < longestBytes && addUnits(datagram, ip, payload);
  if (!isSound) {
    giveUp(datagram);
    return null;
  }
  if (isLast) {
    datagram.totalBytes = end;
    if (highestUnit(datagram) > (end + 7) / 8) {
      giveUp(datagram);
      return null;
    }
  }
  if (datagram.totalBytes == 0 || datagram.receivedBytes != datagram.totalBytes) return null;
  datagram.until = 0;
  return datagram;
}

/**
 * Copies what is new. An exact copy of what is there changes nothing; an overlap is an attack, and
 * ends the datagram (RFC 5722).
 */
function addUnits(datagram: Datagram, ip: Ip, payload: usize): bool {
  const first = ip.fragmentOffset / 8;
  const count = (ip.payloadBytes + 7) / 8;
  let there: u32 = 0;
  for (let unit = first; unit < first + count; unit++) there += <u32>isThere(datagram, unit);
  const target = datagram.data + ip.fragmentOffset;
  if (there != 0) {
    return there == count && memory.compare(target, payload, ip.payloadBytes) == 0;
  }
  memory.copy(target, payload, ip.payloadBytes);
  for (let unit = first; unit < first + count; unit++) {
    const place = datagram.bitmap + unit / 8;
    store<u8>(place, <u32>load<u8>(place) | 1 << (unit & 7));
  }
  datagram.receivedBytes += ip.payloadBytes;
  return true;
}

@inline
function isThere(datagram: Datagram, unit: u32): bool {
  return (load<u8>(datagram.bitmap + unit / 8) >> (unit & 7) & 1) != 0;
}

/** The unit behind the last that is there. */
function highestUnit(datagram: Datagram): u32 {
  for (let unit = unitLimit; unit != 0; unit--) if (isThere(datagram, unit - 1)) return unit;
  return 0;
}

function findDatagram(ip: Ip, now: u64): Datagram | null {
  let place = datagramAt(0);
  for (let index: u32 = 0; index < datagramLimit; index++) {
    const datagram = datagramAt(index);
    if (datagram.until > now && isOf(datagram, ip)) return datagram;
    if (datagram.until < place.until) place = datagram;
  }
  if (place.until != 0) abandoned++;
  if (place.data == 0 && !giveMemory(place)) return null;
  memory.copy(changetype<usize>(place), changetype<usize>(ip), 32);
  place.until = now + lifetime;
  place.identification = ip.identification;
  place.protocol = ip.protocol;
  place.receivedBytes = 0;
  place.totalBytes = 0;
  memory.fill(place.bitmap, 0, unitLimit / 8);
  return place;
}

function isOf(datagram: Datagram, ip: Ip): bool {
  return datagram.identification == ip.identification && datagram.protocol == ip.protocol
    && memory.compare(changetype<usize>(datagram), changetype<usize>(ip), 32) == 0;
}

function giveMemory(datagram: Datagram): bool {
  const frames = longestBytes / frameBytes;
  const start = allocateFrames(frames + 1);
  if (start == 0) return false;
  datagram.data = start;
  datagram.bitmap = start + longestBytes;
  return true;
}

function giveUp(datagram: Datagram): void {
  abandoned++;
  datagram.until = 0;
}
