// The functions on all PCI buses: each bus once, whatever bridges say (PCI Local Bus 3.0, 6.1).
import { readConfiguration } from "./pci-configuration.as";

const functionLimit: u32 = 0x1_0000;
const functionsOfBus: u32 = 256;
const nothing: u32 = u32.MAX_VALUE;

/** Offset of vendor and device. */
export const identityOffset: u32 = 0x00;

const classOffset: u32 = 0x08;
const headerOffset: u32 = 0x0c;
const busesOffset: u32 = 0x18;

const bridgeClass: u32 = 0x0604;
const multipleFunctions: u32 = 0x80_0000;

const knownBuses = memory.data(256); // a byte for each: whether its functions are to be looked at

/** The first function; `noFunction` when there is none. */
export function firstFunction(): u32 {
  memory.fill(knownBuses, 0, 256);
  store<u8>(knownBuses, 1);
  return functionFrom(0);
}

/** What `firstFunction` and `nextFunction` give at the end. */
export const noFunction: u32 = functionLimit;

/** The function behind another. */
export function nextFunction(pciFunction: u32): u32 {
  noteBridge(pciFunction);
  const isFirst = (pciFunction & 7) == 0;
  const hasMore = (readConfiguration(pciFunction & ~7, headerOffset) & multipleFunctions) != 0;
  // Without this, the other seven would be the first again on some machines.
  return functionFrom(isFirst && !hasMore ? pciFunction + 8 : pciFunction + 1);
}

function functionFrom(start: u32): u32 {
  for (let candidate = start; candidate < functionLimit; ) {
    if (load<u8>(knownBuses + (candidate >> 8)) == 0) {
      candidate = (candidate | (functionsOfBus - 1)) + 1;
      continue;
    }
    if (readConfiguration(candidate, identityOffset) != nothing) return candidate;
    candidate += (candidate & 7) == 0 ? 8 : 1;
  }
  return noFunction;
}

/** Behind a bridge lies a bus of a higher number; a bridge that says otherwise leads nowhere. */
function noteBridge(pciFunction: u32): void {
  if (readConfiguration(pciFunction, classOffset) >> 16 != bridgeClass) return;
  const secondary = (readConfiguration(pciFunction, busesOffset) >> 8) & 0xff;
  if (secondary > pciFunction >> 8) store<u8>(knownBuses + secondary, 1);
}
