// The native stack of a virtual machine. The image brings its highest 32 KiB, mapped but for the
// lowest page (src/image/pc/page-tables.ts); the first access there or below gives it an eighth of
// the memory, up to the size that the image has reserved addresses for.
import * as config from "../../base/config.as";
import { allocateFrames, availableFrames } from "../../memory/frames.as";
import { findMemory } from "./machine-memory.as";
import { mapBelow, tablesBetween } from "./page-tables.as";

const pageBytes: u32 = 0x1000;
const firstBytes: u64 = 0x8000;
const present: u64 = 1;

/** The table of the stack's own range among the tables of the image. */
const stackPages: usize = 0x8000;

/** One in so many frames becomes part of the stack. */
const share: u32 = 8;

/** Addresses between the stack and the beginning of its range are its overflow. */
const overflowBytes: u64 = 0x10_0000;

let grownBytes: u64 = 0;

/** Serves a page fault of the stack: true when the page is there now. */
export function stackFault(address: u64, errorCode: u32): bool {
  if ((errorCode & present) != 0 || !isBelowStack(address)) return false;
  // What finds the memory may itself be what needs this page.
  mapReserve();
  findMemory();
  return address >= lowest();
}

/** Whether an access was to the part of the stack that may not be there. */
export function isBelowStack(address: u64): bool {
  return address < <u64>config.stackHigh && address >= <u64>config.stackLow - overflowBytes;
}

/** Gives the stack its share of the memory that has been found, and the tables that map it. */
export function growStack(): void {
  mapReserve();
  const top = lowest();
  const wanted = <u32>((top - <u64>config.stackLow) / pageBytes);
  const count = min(wanted, availableFrames() / share);
  const bottom = top - count * pageBytes;
  const tables = tablesBetween(bottom, top);
  const frames = allocateFrames(tables + count);
  if (frames == 0) return;
  mapBelow(top, bottom, frames, frames + tables * pageBytes);
  grownBytes = top - bottom;
}

/** The image gives the lowest page's entry all but its first bit. */
function mapReserve(): void {
  const entry = <usize>config.pageTables + stackPages;
  store<u64>(entry, load<u64>(entry) | present);
}

function lowest(): u64 {
  return <u64>config.stackHigh - firstBytes - grownBytes;
}
