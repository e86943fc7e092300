// The page tables of the running machine (Intel SDM volume 3, 4.5). The image brings those that map
// itself (src/image/pc/page-tables.ts): the kernel adds memory, devices, the app's pages and the
// rest of the stack, when they are first needed. Nothing is ever both written and executed.
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";
import { appBase, appReservation } from "../../memory/app-memory.as";
import { allocateZeroedFrame, frameBytes } from "../../memory/frames.as";

const present: u64 = 1;
const writable: u64 = 2;
const uncached: u64 = 0x18; // PWT and PCD
const large: u64 = 0x80;
const addressMask: u64 = 0x000f_ffff_ffff_f000;

const pageBytes: u64 = 0x1000;
const largePageBytes: u64 = 0x20_0000;

/** Where the kernel's window ends. */
export const windowEnd: u64 = 0x1_0000_0000;

/** Addresses below are their own: those of 48 bits whose highest is not set. */
const identityLimit: u64 = 0x8000_0000_0000;

// Where the tables lie among those of the image.
const directories: usize = 0x2000; // four in a row: one entry for each 2 MiB of the window
const imagePages: usize = 0x9000; // in a row: one entry for each page up to the image's end

/** What is mapped only to be read while the machine is looked at. */
export const readOnly: u64 = 0x8000_0000_0000_0001; // present, no execute

/** What memory allows. */
export const readWrite: u64 = 0x8000_0000_0000_0003; // present, writable, no execute

/** Pages below are not mapped: an address near 0 is a mistake. */
export const firstMappedAddress: u64 = 0x1_0000;

/** Where the image begins; below it there is memory like any other. */
export const imageStart: u64 = 0x10_0000;

/**
 * Maps a range of the window, which ends below the devices, to itself: by small pages where the
 * image has tables for them. What is mapped already and is only to be read stays as it is.
 */
export function mapWindow(start: u64, end: u64, access: u64): void {
  const border = imageTablesEnd();
  let address = start & ~((start < border ? pageBytes : largePageBytes) - 1);
  while (address < end) {
    const isSmall = address < border;
    const entry = select(imagePageEntry(address), largePageEntry(address), isSmall);
    const known = load<u64>(entry);
    const wanted = address | access | select<u64>(0, large, isSmall);
    store<u64>(entry, select(wanted, known, (access == readWrite) | (known == 0)));
    address += select(pageBytes, largePageBytes, isSmall);
  }
}

/** Unmaps the pages in which nothing may lie, after something was read there. */
export function unmapFirstPages(): void {
  let address: u64 = 0;
  do {
    store<u64>(imagePageEntry(address), 0);
    address += pageBytes;
  } while (address != firstMappedAddress);
  cpu.loadPageTables(config.pageTables);
}

/** Maps the registers of a device, 2 MiB around them, to themselves. */
export function mapDevice(address: u64): void {
  mapLargePage(address & ~(largePageBytes - 1), readWrite | uncached);
}

/**
 * Maps a device's registers to themselves, wherever they lie but where programs' memory does; false
 * when they cannot be mapped.
 */
export function mapDeviceRegisters(address: u64, length: u64): bool {
  const end = address + length;
  if (length == 0 || end < address || end > identityLimit) return false;
  if (end <= windowEnd) {
    for (let page = address & ~(largePageBytes - 1); page < end; page += largePageBytes) {
      const present = load<u64>(largePageEntry(page));
      if (present != 0 && (present & uncached) == 0) return false; // the image, or memory
      mapDevice(page);
    }
    return true;
  }
  if (address < windowEnd) return false;
  if (address < appBase + appReservation && end > appBase) return false;
  for (let page = address & ~(pageBytes - 1); page < end; page += pageBytes) {
    if (!mapTo(page, page | readWrite | uncached)) return false;
  }
  return true;
}

/** Maps one page of app memory to a frame; false when there is none for a table. */
export function mapAppPage(offset: u64, frame: u64): bool {
  return mapTo(appBase + offset, frame | readWrite);
}

/** How many tables it takes to map from `bottom` up to `top`, where a table's range ends. */
export function tablesBetween(bottom: u64, top: u64): u32 {
  return <u32>((top - bottom + largePageBytes - 1) / largePageBytes);
}

/**
 * Maps the addresses of the window between `bottom` and `top` to frames that follow one another, by
 * so many new tables, which follow one another, too, as `tablesBetween` says.
 */
export function mapBelow(top: u64, bottom: u64, tables: usize, frames: usize): void {
  const start = top - tablesBetween(bottom, top) * largePageBytes;
  for (let address = start, entry = tables; address < top; address += pageBytes, entry += 8) {
    const frame = <u64>frames + (address - bottom);
    store<u64>(entry, select<u64>(frame | readWrite, 0, address >= bottom));
  }
  // Tables are linked once they are whole: a processor may look at them at any time.
  for (let address = start, table = tables; address < top; address += largePageBytes) {
    store<u64>(largePageEntry(address), <u64>table | present | writable);
    table += frameBytes;
  }
}

/** The image's tables reach to the end of the 2 MiB in which it ends. */
function imageTablesEnd(): u64 {
  return (<u64>config.heapStart + largePageBytes - 1) & ~(largePageBytes - 1);
}

function imagePageEntry(address: u64): usize {
  return <usize>config.pageTables + imagePages + <usize>(address >> 9);
}

function mapLargePage(address: u64, access: u64): void {
  store<u64>(largePageEntry(address), address | access | large);
}

function largePageEntry(address: u64): usize {
  return <usize>config.pageTables + directories + <usize>(address >> 18);
}

function mapTo(address: u64, value: u64): bool {
  const gigabyteTable = descend(<usize>config.pageTables + entryOffset(address, 39));
  if (gigabyteTable == 0) return false;
  const directory = descend(gigabyteTable + entryOffset(address, 30));
  if (directory == 0) return false;
  const table = descend(directory + entryOffset(address, 21));
  if (table == 0) return false;
  store<u64>(table + entryOffset(address, 12), value);
  return true;
}

/** The table that an entry points to, made if there is none; 0 when memory is short. */
function descend(entry: usize): usize {
  const value = load<u64>(entry);
  if (value != 0) return <usize>(value & addressMask);
  const table = allocateZeroedFrame();
  if (table != 0) store<u64>(entry, <u64>table | present | writable);
  return table;
}

/** Byte offset of an address's entry in the table whose entries cover 1 << `shift` bytes. */
function entryOffset(address: u64, shift: u64): usize {
  return <usize>((address >> shift) & 511) << 3;
}
