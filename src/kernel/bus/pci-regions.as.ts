// The memory regions of PCI functions (PCI Local Bus 3.0, 6.2.5.1): where firmware put them, or,
// where it put them nowhere, where this puts them.
import { readConfiguration, writeConfiguration } from "./pci-configuration.as";
import { firstFunction, nextFunction, noFunction } from "./pci-functions.as";

const commandOffset: u32 = 0x04;
const headerOffset: u32 = 0x0c;
const firstRegionOffset: u32 = 0x10;

const decodeMemory: u32 = 2;
const decode: u32 = 3;
const master: u32 = 4;
const noInterruptLine: u32 = 0x400;

const isPorts: u32 = 1;
const widthMask: u32 = 6;
const isWide: u32 = 4;
const flagsMask: u32 = 15;

const regionLimit: u32 = 6;
const leastRegionBytes: u64 = 16;
const longestRegionBytes: u64 = 0x1000_0000;

let address: u64 = 0;
let length: u64 = 0;

// Where q35 and microvm have nothing but room for regions, unless somebody knows better.
let windowNext: u64 = 0xc000_0000;
let windowEnd: u64 = 0xe000_0000;
let isWindowSearched = false;

/** Says where regions may be put: below 4 GiB, and where there is neither memory nor a device. */
export function useRegionWindow(start: u64, end: u64): void {
  windowNext = start;
  windowEnd = end;
  isWindowSearched = false;
}

/** Finds a memory region of a function, or places it; false when there is none, or no place. */
export function findRegion(pciFunction: u32, region: u32): bool {
  if (region >= regionLimit || !measureRegion(pciFunction, region)) return false;
  if (address != 0) return address + length > address;
  return placeRegion(pciFunction, region);
}

/** Where the region that `findRegion` found begins. */
export function regionAddress(): u64 {
  return address;
}

/** How many bytes the region has. */
export function regionBytes(): u64 {
  return length;
}

/** Lets a function answer in its regions and reach memory; its interrupt line stays silent. */
export function enableFunction(pciFunction: u32): void {
  const command = readConfiguration(pciFunction, commandOffset) & 0xffff;
  writeConfiguration(pciFunction, commandOffset, command | decodeMemory | master | noInterruptLine);
}

/** Sizes a region by what stays of all ones; the function does not answer anywhere meanwhile. */
function measureRegion(pciFunction: u32, region: u32): bool {
  const offset = firstRegionOffset + region * 4;
  const low = readConfiguration(pciFunction, offset);
  if ((low & isPorts) != 0) return false;
  const wide = (low & widthMask) == isWide;
  if (wide && region + 1 == regionLimit) return false;
  const command = readConfiguration(pciFunction, commandOffset) & 0xffff;
  writeConfiguration(pciFunction, commandOffset, command & ~decode);
  const high = wide ? readConfiguration(pciFunction, offset + 4) : 0;
  writeConfiguration(pciFunction, offset, u32.MAX_VALUE);
  let mask = <u64>(readConfiguration(pciFunction, offset) & ~flagsMask);
  if (wide) {
    writeConfiguration(pciFunction, offset + 4, u32.MAX_VALUE);
    mask |= <u64>readConfiguration(pciFunction, offset + 4) << 32;
    writeConfiguration(pciFunction, offset + 4, high);
  } else if (mask != 0) {
    mask |= 0xffff_ffff_0000_0000;
  }
  writeConfiguration(pciFunction, offset, low);
  writeConfiguration(pciFunction, commandOffset, command);
  address = <u64>(low & ~flagsMask) | (<u64>high << 32);
  length = ~mask + 1;
  const isPower = (length & (length - 1)) == 0;
  return isPower && length >= leastRegionBytes && length <= longestRegionBytes;
}

function placeRegion(pciFunction: u32, region: u32): bool {
  const bytes = length;
  if (!isWindowSearched) searchWindow();
  const start = (windowNext + bytes - 1) & ~(bytes - 1);
  if (start + bytes > windowEnd) return false;
  windowNext = start + bytes;
  const offset = firstRegionOffset + region * 4;
  const isWideRegion = (readConfiguration(pciFunction, offset) & widthMask) == isWide;
  writeConfiguration(pciFunction, offset, <u32>start);
  if (isWideRegion) writeConfiguration(pciFunction, offset + 4, 0);
  address = start;
  length = bytes;
  return true;
}

/** Leaves what firmware did put into the window where it is. */
function searchWindow(): void {
  isWindowSearched = true;
  for (let found = firstFunction(); found != noFunction; found = nextFunction(found)) {
    if (((readConfiguration(found, headerOffset) >> 16) & 0x7f) != 0) continue;
    for (let region: u32 = 0; region < regionLimit; region++) {
      const low = readConfiguration(found, firstRegionOffset + region * 4);
      if (low <= flagsMask || (low & isPorts) != 0) continue;
      if (!measureRegion(found, region)) continue;
      if (address < windowEnd && address + length > windowNext) windowNext = address + length;
      if ((low & widthMask) == isWide) region++;
    }
  }
}
