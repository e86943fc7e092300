// The native stack of a virtual machine. The image brings its highest 32 KiB, mapped but for the
// lowest page (src/image/pc/page-tables.ts). An eighth of the memory is set aside for it, up to the
// size that the image has reserved addresses for; the first access to that page or below maps it.
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
const shareOfFrames: u32 = 8;

/** Addresses between the stack and the beginning of its range are its overflow. */
const overflowBytes: u64 = 0x10_0000;

// Tables and frames set aside, and the address from which on they are to be mapped; 0 for none.
let share: usize = 0;
let shareBottom: u64 = 0;
let isMapped = false;

/** Serves a page fault of the stack: true when the page is there now. */
export function stackFault(address: u64, errorCode: u32): bool {
  if ((errorCode & present) != 0 || !isBelowStack(address)) return false;
  // The image gives the lowest page's entry all but its first bit.
  const entry = <usize>config.pageTables + stackPages;
  store<u64>(entry, load<u64>(entry) | present);
  // What finds the memory may itself be what needs this page.
  findMemory();
  if (share == 0) return address >= shareTop();
  if (!isMapped) mapShare();
  return address >= shareBottom;
}

/** Whether an access was to the part of the stack that may not be there. */
export function isBelowStack(address: u64): bool {
  return address < <u64>config.stackHigh && address >= <u64>config.stackLow - overflowBytes;
}

/** Sets the stack's share of the memory that has been found aside, with the tables that map it. */
export function reserveStack(): void {
  const wanted = <u32>((shareTop() - <u64>config.stackLow) / pageBytes);
  const count = min(wanted, availableFrames() / shareOfFrames);
  shareBottom = shareTop() - count * pageBytes;
  share = allocateFrames(tablesBetween(shareBottom, shareTop()) + count);
}

function mapShare(): void {
  isMapped = true;
  const tables = tablesBetween(shareBottom, shareTop());
  mapBelow(shareTop(), shareBottom, share, share + tables * pageBytes);
}

/** Where the part begins that the image brings. */
@inline
function shareTop(): u64 {
  return <u64>config.stackHigh - firstBytes;
}
