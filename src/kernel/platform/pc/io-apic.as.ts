// The I/O APIC: routes a device's interrupt line to the processor (Intel 82093AA).
import * as mmio from "../../base/machine/mmio.as";

/** Physical address of the I/O APIC's registers. */
export const ioApicBase: u64 = 0xfec0_0000;

const window: u64 = 0x10;
const firstRedirection: u32 = 0x10;

const activeLow: u32 = 1 << 13;

/** Sends an edge-triggered line to a local APIC as `vector`. */
export function routeInterrupt(line: u32, vector: u32, destination: u32, isLow: bool): void {
  write(firstRedirection + line * 2 + 1, destination << 24);
  write(firstRedirection + line * 2, vector | (isLow ? activeLow : 0));
}

function write(register: u32, value: u32): void {
  mmio.write32(ioApicBase, register);
  mmio.write32(ioApicBase + window, value);
}
