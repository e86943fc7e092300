// The I/O APIC: routes a device's interrupt line to the processor (Intel 82093AA).
import * as mmio from "../../base/machine/mmio.as";

/** Physical address of the registers of the I/O APIC that every machine has. */
export const ioApicBase: u64 = 0xfec0_0000;

const window: u64 = 0x10;
const firstRedirection: u32 = 0x10;

const activeLow: u32 = 1 << 13;

/** Sends an edge-triggered line of the I/O APIC at an address to a local APIC as `vector`. */
export function routeInterrupt(
  registers: u64, line: u32, vector: u32, destination: u32, isLow: bool,
): void {
  write(registers, firstRedirection + line * 2 + 1, destination << 24);
  write(registers, firstRedirection + line * 2, vector | (isLow ? activeLow : 0));
}

function write(registers: u64, register: u32, value: u32): void {
  mmio.write32(registers, register);
  mmio.write32(registers + window, value);
}
