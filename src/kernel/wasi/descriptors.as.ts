// The app's descriptors: what each number stands for.
//
// A record has 16 bytes: u8 kind, u16 fdflags at 2, u32 object at 4, u32 rights at 8, u32
// inheriting rights at 12 (WASI's rights have 30 bits). The records of the standard streams are
// static; an app that can open nothing (config.opensSockets, config.opensFiles) has no others, and
// none of the code for them. Further records lie in page frames, taken when they are first needed.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import { allocateZeroedFrame } from "../memory/frames.as";

/** Kind of a number that is not open. */
export const closedKind: u32 = 0;

/** Kind of a standard stream; its object is 0, 1 or 2. */
export const streamKind: u32 = 1;

/** Kind of a socket, listening or not; its object is the socket (net/sockets). */
export const socketKind: u32 = 2;

/** Kind of a file or directory; its object is the open file (files/open-files). */
export const fileKind: u32 = 3;

/** fdflags: writes go to the end. */
export const appendFlag: u32 = 1;

/** fdflags: what would have to wait fails with EAGAIN. */
export const nonBlockingFlag: u32 = 4;

/** Right to read. */
export const rightRead: u32 = 1 << 1;

/** Right to write. */
export const rightWrite: u32 = 1 << 6;

const recordBytes: u32 = 16;
const streamCount: u32 = 3;
const recordsOfPage: u32 = 256;

/** As many as there can be sockets. */
@inline
function descriptorLimit(): u32 {
  return config.usesOwnStack ? 16_384 : 1024;
}

const inputRights: u32 = 0x0820_000a; // read, set flags, status, poll
const outputRights: u32 = 0x0820_0048; // write, the same

const streams = memory.data(64, 4); // streamCount records, and one that is never open
const pages = memory.data(256, 4); // one u32 for each recordsOfPage descriptors
let firstFree: u32 = 3; // no lower number is free

/** Opens the standard streams, which every app has from the start. */
export function openStandardStreams(): void {
  openStandardStream(0, inputRights);
  openStandardStream(1, outputRights);
  openStandardStream(2, outputRights);
}

@inline
function openStandardStream(stream: u32, rights: u32): void {
  const record = streams + stream * recordBytes;
  store<u32>(record, streamKind);
  store<u32>(record, stream, 4);
  store<u32>(record, rights, 8);
}

/** What a descriptor is: one of the kinds above. */
export function kindOf(descriptor: u32): u32 {
  return load<u8>(recordOf(descriptor));
}

/** Whether a descriptor is open. */
export function isOpen(descriptor: u32): bool {
  return kindOf(descriptor) != closedKind;
}

/** Which object of its kind an open descriptor stands for. */
export function objectOf(descriptor: u32): u32 {
  return load<u32>(recordOf(descriptor), 4);
}

/** The fdflags of an open descriptor. */
export function descriptorFlags(descriptor: u32): u32 {
  return load<u16>(recordOf(descriptor), 2);
}

/** Sets the fdflags of an open descriptor. */
export function setDescriptorFlags(descriptor: u32, flags: u32): void {
  store<u16>(recordOf(descriptor), flags, 2);
}

/** The rights of an open descriptor. */
export function rightsOf(descriptor: u32): u32 {
  return load<u32>(recordOf(descriptor), 8);
}

/** The rights of what is opened through an open descriptor. */
export function inheritingRightsOf(descriptor: u32): u32 {
  return load<u32>(recordOf(descriptor), 12);
}

/** Sets both kinds of rights of an open descriptor. */
export function setRights(descriptor: u32, rights: u32, inheritingRights: u32): void {
  store<u32>(recordOf(descriptor), rights, 8);
  store<u32>(recordOf(descriptor), inheritingRights, 12);
}

/** Whether an open descriptor has all of these rights. */
export function hasRights(descriptor: u32, rights: u32): bool {
  return (rightsOf(descriptor) & rights) == rights;
}

/** Gives an object the lowest free number; a negated error number when there is none. */
export function openDescriptor(
  kind: u32, object: u32, flags: u32, rights: u32, inheritingRights: u32,
): i32 {
  let descriptor = firstFree;
  while (descriptor < descriptorLimit() && kindOf(descriptor) != closedKind) descriptor++;
  if (descriptor == descriptorLimit()) return -<i32>errno.tooManyDescriptors;
  const record = makeRecord(descriptor);
  if (record == noRecord()) return -<i32>errno.noMemory;
  store<u8>(record, kind);
  store<u16>(record, flags, 2);
  store<u32>(record, object, 4);
  store<u32>(record, rights, 8);
  store<u32>(record, inheritingRights, 12);
  firstFree = descriptor + 1;
  return descriptor;
}

/** Frees an open descriptor's number; the caller has closed its object. */
export function freeDescriptor(descriptor: u32): void {
  store<u8>(recordOf(descriptor), closedKind);
  firstFree = min(firstFree, descriptor);
}

/** Gives an open descriptor's object another open number, whose object the caller has closed. */
export function moveDescriptor(from: u32, to: u32): void {
  memory.copy(recordOf(to), recordOf(from), recordBytes);
  freeDescriptor(from);
}

/** Address of a descriptor's record; `noRecord` where there is none, so that nobody has to ask. */
function recordOf(descriptor: u32): usize {
  const opensMore = config.opensSockets || config.opensFiles;
  if (opensMore && descriptor - streamCount < descriptorLimit() - streamCount) {
    const page = load<u32>(pages + descriptor / recordsOfPage * 4);
    if (page != 0) return page + descriptor % recordsOfPage * recordBytes;
  }
  return streams + min(descriptor, streamCount) * recordBytes;
}

/** A record that is closed, and never written. */
@inline
function noRecord(): usize {
  return streams + streamCount * recordBytes;
}

/** The same; takes the page frame that it lies in if need be. */
function makeRecord(descriptor: u32): usize {
  const place = pages + descriptor / recordsOfPage * 4;
  if (descriptor >= streamCount && load<u32>(place) == 0) {
    store<u32>(place, <u32>allocateZeroedFrame());
  }
  return recordOf(descriptor);
}
