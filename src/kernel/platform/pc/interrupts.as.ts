// The interrupt descriptor table (Intel SDM volume 3, 6.10 and 6.14).
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";

const gateCount: u32 = 48; // 32 exceptions and the vectors of ours, up to the spurious one
const gateBytes: u32 = 16;
const table = memory.data(768, 16);
const tableRegister = memory.data(16, 8); // u16 limit, u64 base

const codeSelector: u64 = 0x08;
const interruptGate: u64 = 0x8e00_0000_0000; // present, type 14: interrupts stay off
const faultStackSlot: u64 = 1 << 32; // IST1

/** Fills the table with the image's stubs and loads it. */
export function loadInterrupts(): void {
  for (let vector: u32 = 0; vector < gateCount; vector++) {
    const address = <u64>load<u32>(config.interruptStubs + vector * 4);
    const gate = table + vector * gateBytes;
    const stack = vector < 32 ? faultStackSlot : 0;
    const offset = (address & 0xffff) | ((address >> 16) << 48);
    store<u64>(gate, offset | (codeSelector << 16) | interruptGate | stack);
    store<u64>(gate, 0, 8);
  }
  store<u16>(tableRegister, gateCount * gateBytes - 1);
  // The base follows the limit without a gap.
  store<u64>(tableRegister + 2, table);
  cpu.loadInterruptTable(tableRegister);
}
