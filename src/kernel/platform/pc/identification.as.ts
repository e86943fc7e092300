// CPUID: what the processor and the hypervisor say of themselves (Intel SDM volume 2, CPUID).
import * as cpu from "../../base/machine/cpu.as";

const registers = memory.data(16, 8);

/** POPCNT, SSE4.2, SSE4.1, CMPXCHG16B, SSSE3, SSE3. */
const neededFeatures: u32 = 0x0098_2201;

/** The local APIC's timer takes a value of the timestamp counter. */
const timestampTimer: u32 = 1 << 24;

/** The processor has a local APIC. */
const localApic: u32 = 1 << 9;

const hypervisorBase: u32 = 0x4000_0000;

/** Asks for a leaf; the four results stay until the next question. */
export function identify(leaf: u32): void {
  cpu.identify(leaf, 0, registers);
}

/** EAX of the last leaf asked for. */
export function identifiedA(): u32 {
  return load<u32>(registers);
}

/** EBX of the last leaf asked for. */
export function identifiedB(): u32 {
  return load<u32>(registers, 4);
}

/** ECX of the last leaf asked for. */
export function identifiedC(): u32 {
  return load<u32>(registers, 8);
}

function identifiedD(): u32 {
  return load<u32>(registers, 12);
}

/** The highest leaf of the processor's own. */
export function highestLeaf(): u32 {
  identify(0);
  return identifiedA();
}

/** The highest leaf of the hypervisor's, 0 without one; its name is then the last leaf's. */
export function highestHypervisorLeaf(): u32 {
  identify(1);
  if (identifiedC() >> 31 == 0) return 0;
  identify(hypervisorBase);
  const highest = identifiedA();
  return highest >= hypervisorBase && highest < hypervisorBase + 0x1_0000 ? highest : 0;
}

/** Whether the hypervisor calls itself "KVMKVMKVM". */
export function isKvm(): bool {
  // KVM may leave the highest leaf at 0, which means 0x40000001.
  identify(1);
  if (identifiedC() >> 31 == 0) return false;
  identify(hypervisorBase);
  return identifiedB() == 0x4b4d_564b && identifiedC() == 0x564b_4d56 && identifiedD() == 0x4d;
}

/** Whether the processor has a local APIC. */
export function hasLocalApic(): bool {
  identify(1);
  return (identifiedD() & localApic) != 0;
}

/** Whether the local APIC's timer can wait for a value of the timestamp counter. */
export function hasTimestampTimer(): bool {
  identify(1);
  return (identifiedC() & timestampTimer) != 0;
}

/** Whether the processor has the instructions that compiled code may use: those of x86-64-v2. */
export function hasNeededFeatures(): bool {
  identify(1);
  return (identifiedC() & neededFeatures) == neededFeatures;
}
