// The page tables of the running machine (Intel SDM volume 3, 4.5): the kernel's window mapped to
// itself, write or execute but never both, the app's memory on demand, nothing else.
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";
import { appBase } from "../../memory/app-memory.as";
import { allocateZeroedFrame } from "../../memory/frames.as";
import { identifiedA, identifiedD, identify } from "./identification.as";
import { ioApicBase } from "./io-apic.as";
import { localApicBase } from "./local-apic.as";

const present: u64 = 1;
const writable: u64 = 2;
const uncached: u64 = 0x18; // PWT and PCD
const large: u64 = 0x80;
const addressMask: u64 = 0x000f_ffff_ffff_f000;

const pageBytes: u64 = 0x1000;
const largePageBytes: u64 = 0x20_0000;
const firstMappedAddress: u64 = 0x1_0000;
const guardBytes: u64 = 0x1000;

const extendedFeatures: u32 = 0xc000_0080; // IA32_EFER
const noExecuteEnable: u64 = 0x800;

let noExecute: u64 = 0;
let directories: usize = 0; // the table of page directories that covers the first 512 GiB
let directory: usize = 0; // the page directory under construction
let directoryRegion: u64 = 0;

/** Builds the tables for RAM up to `end` and switches to them; false when memory is short. */
export function buildPageTables(end: u64): bool {
  enableNoExecute();
  const root = allocateZeroedFrame();
  directories = allocateZeroedFrame();
  if (root == 0 || directories == 0) return false;
  store<u64>(root, <u64>directories | present | writable);
  const window = present | writable | noExecute;
  for (let address: u64 = 0; address < end; address += largePageBytes) {
    if (address < <u64>config.heapStart) {
      if (!mapImageRegion(address)) return false;
    } else if (!mapLargePage(address, window)) return false;
  }
  if (!mapLargePage(ioApicBase, window | uncached)) return false;
  if (!mapLargePage(localApicBase, window | uncached)) return false;
  cpu.loadPageTables(root);
  return true;
}

/** Maps one page of app memory to a frame; false when there is none for a table. */
export function mapAppPage(offset: u64, frame: usize): bool {
  const address = appBase + offset;
  const pages = descend(directories + entryOffset(address, 30));
  if (pages == 0) return false;
  const table = descend(pages + entryOffset(address, 21));
  if (table == 0) return false;
  store<u64>(table + entryOffset(address, 12), <u64>frame | present | writable | noExecute);
  return true;
}

function enableNoExecute(): void {
  identify(0x8000_0000);
  if (identifiedA() < 0x8000_0001) return;
  identify(0x8000_0001);
  if (((identifiedD() >> 20) & 1) == 0) return;
  cpu.writeMsr(extendedFeatures, cpu.readMsr(extendedFeatures) | noExecuteEnable);
  noExecute = 1 << 63;
}

/** Maps the 2 MiB that hold a part of the image page by page. */
function mapImageRegion(start: u64): bool {
  if (!findDirectory(start)) return false;
  const table = descend(directory + entryOffset(start, 21));
  if (table == 0) return false;
  for (let offset: u64 = 0; offset < largePageBytes; offset += pageBytes) {
    const access = accessOf(start + offset);
    if (access != 0) store<u64>(table + <usize>(offset >> 9), (start + offset) | access);
  }
  return true;
}

/** What may be done with a page of the window, 0 for a page that is not mapped. */
function accessOf(address: u64): u64 {
  if (address < firstMappedAddress) return 0;
  if (address < config.textEnd && address >= config.textStart) return present;
  if (address < config.readOnlyEnd && address >= config.readOnlyStart) return present | noExecute;
  if (address < config.stackLow && address + guardBytes >= config.stackLow) return 0;
  return present | writable | noExecute;
}

function mapLargePage(address: u64, access: u64): bool {
  if (!findDirectory(address)) return false;
  const place = directory + entryOffset(address, 21);
  store<u64>(place, (address & ~(largePageBytes - 1)) | access | large);
  return true;
}

/** Makes `directory` the one for an address; addresses come in runs, so most times it is. */
function findDirectory(address: u64): bool {
  if (directory == 0 || address >> 30 != directoryRegion) {
    directoryRegion = address >> 30;
    directory = descend(directories + entryOffset(address, 30));
  }
  return directory != 0;
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
