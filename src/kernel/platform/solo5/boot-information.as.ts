// What the tender hands over (contracts/solo5.ts; Solo5's spt_abi.h and mft_abi.h): checked before
// anything of it is used. All of it lies below the image.
import * as config from "../../base/config.as";

const lowest: u64 = 0x1_0000;
const highest: u64 = 0x10_0000;

const memoryBytesOffset: usize = 0;
const commandLineOffset: usize = 16;
const manifestOffset: usize = 24;
const epollOffset: usize = 32;
const timerOffset: usize = 36;
const recordBytes: u64 = 40;

const manifestVersion: u32 = 1;
const manifestHeaderBytes: u32 = 8;
const entryLimit: u32 = 64;
const entryBytes: u32 = 104;
const typeOffset: usize = 68;
const attachedOffset: usize = 96;

let end: u64 = 0;
let commandLine: usize = 0;
let commandLineEnd: usize = 0;
let manifest: usize = 0;
let entryCount: u32 = 0;
let epoll: u32 = 0;
let timer: u32 = 0;

/** Takes a record into use; false when it cannot be what a tender hands over. */
export function readBootInformation(record: u64): bool {
  if (!isBelowImage(record, recordBytes)) return false;
  const start = <usize>record;
  end = load<u64>(start, memoryBytesOffset);
  epoll = load<u32>(start, epollOffset);
  timer = load<u32>(start, timerOffset);
  if (end < config.heapStart) return false;
  return readCommandLine(load<u64>(start, commandLineOffset))
    && readManifest(load<u64>(start, manifestOffset));
}

/** Where memory ends. */
export function memoryEnd(): u64 {
  return end;
}

/** Where the command line begins. */
export function commandLineStart(): usize {
  return commandLine;
}

/** Where its NUL is. */
export function commandLineStop(): usize {
  return commandLineEnd;
}

/** The epoll set of the timer and the network devices. */
export function epollDescriptor(): u32 {
  return epoll;
}

/** The timer of the monotonic clock in that set. */
export function timerDescriptor(): u32 {
  return timer;
}

/** The manifest's first attached device of a type behind another one or 0; 0 for none. */
export function deviceAfter(other: usize, type: u32): usize {
  for (let index: u32 = 0; index < entryCount; index++) {
    const entry = manifest + manifestHeaderBytes + index * entryBytes;
    if (entry <= other) continue;
    if (load<u32>(entry, typeOffset) == type && load<u8>(entry, attachedOffset) != 0) return entry;
  }
  return 0;
}

function readCommandLine(address: u64): bool {
  if (!isBelowImage(address, 1)) return false;
  commandLine = <usize>address;
  commandLineEnd = commandLine;
  while (<u64>commandLineEnd < highest && load<u8>(commandLineEnd) != 0) commandLineEnd++;
  return <u64>commandLineEnd < highest;
}

function readManifest(address: u64): bool {
  if (!isBelowImage(address, manifestHeaderBytes)) return false;
  manifest = <usize>address;
  entryCount = load<u32>(manifest, 4);
  const isKnown = load<u32>(manifest) == manifestVersion && entryCount <= entryLimit;
  return isKnown && isBelowImage(address, manifestHeaderBytes + entryCount * entryBytes);
}

function isBelowImage(address: u64, bytes: u64): bool {
  return address >= lowest && address <= highest - bytes;
}
