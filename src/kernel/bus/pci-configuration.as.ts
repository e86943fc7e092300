// PCI's configuration space: by ports (PCI Local Bus 3.0, 3.2.2.3.2), or memory-mapped where
// somebody says where (PCI Express Base 4.0, 7.2.2). A function is bus << 8 | device << 3 |
// function.
import * as mmio from "../base/machine/mmio.as";
import * as port from "../base/machine/port.as";
import { mapRegisters } from "../memory/registers.as";

const addressPort: u32 = 0xcf8;
const dataPort: u32 = 0xcfc;
const enabled: u32 = 0x8000_0000;
const functionBits: u32 = 12;

let mapped: u64 = 0;
let mappedBuses: u32 = 0;

/** Uses memory-mapped configuration space from an address on; false when it cannot be mapped. */
export function mapConfigurationSpace(address: u64, buses: u32): bool {
  if (buses == 0 || buses > 256 || (address & 0xf_ffff) != 0) return false;
  if (!mapRegisters(address, <u64>buses << 20)) return false;
  mapped = address;
  mappedBuses = buses;
  return true;
}

/** Whether there is configuration space, in one way or the other. */
export function hasConfigurationSpace(): bool {
  if (mapped != 0) return true;
  port.out32(addressPort, enabled);
  return port.in32(addressPort) == enabled;
}

/** Reads 32 bits of a function's configuration; all ones where there is no function. */
export function readConfiguration(pciFunction: u32, offset: u32): u32 {
  if (mapped != 0) {
    return isMapped(pciFunction) ? mmio.read32(placeOf(pciFunction, offset)) : u32.MAX_VALUE;
  }
  port.out32(addressPort, enabled | (pciFunction << 8) | (offset & 0xfc));
  return port.in32(dataPort);
}

/** Writes 32 bits of a function's configuration. */
export function writeConfiguration(pciFunction: u32, offset: u32, value: u32): void {
  if (mapped != 0) {
    if (isMapped(pciFunction)) mmio.write32(placeOf(pciFunction, offset), value);
    return;
  }
  port.out32(addressPort, enabled | (pciFunction << 8) | (offset & 0xfc));
  port.out32(dataPort, value);
}

function isMapped(pciFunction: u32): bool {
  return pciFunction >> 8 < mappedBuses;
}

function placeOf(pciFunction: u32, offset: u32): u64 {
  return mapped + (<u64>pciFunction << functionBits) + (offset & 0xfc);
}
