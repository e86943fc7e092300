// KVM's paravirtual clock (Linux Documentation/virt/kvm/x86/msr.rst).
import * as cpu from "../../base/machine/cpu.as";
import * as dma from "../../base/machine/dma.as";
import { fence } from "../../base/machine/processor.as";
import { identifiedA, identify } from "./identification.as";

const featureLeaf: u32 = 0x4000_0001;
const clockFeature: u32 = 1 << 3; // KVM_FEATURE_CLOCKSOURCE2
const wallClockRegister: u32 = 0x4b56_4d00;
const systemTimeRegister: u32 = 0x4b56_4d01;
const enabled: u64 = 1;

// struct pvclock_vcpu_time_info: u32 version, u64 timestamp at 8, u64 time at 16, u32 multiplier
// at 24, s8 shift at 28.
const record = memory.data(32, 32);
// struct pvclock_wall_clock: u32 version, u32 seconds, u32 nanoseconds.
const wallRecord = memory.data(16, 16);

const attemptLimit: u32 = 1000;

let isStarted = false;

/** Starts the clock; false when this KVM has none. */
export function startKvmClock(): bool {
  identify(featureLeaf);
  if ((identifiedA() & clockFeature) == 0) return false;
  cpu.writeMsr(systemTimeRegister, <u64>record | enabled);
  // A clock that the hypervisor does not fill in is none.
  isStarted = dma.load32(record + 24) != 0;
  return isStarted;
}

/** Nanoseconds of the clock. */
export function kvmTime(): u64 {
  let time: u64 = 0;
  for (let attempt: u32 = 0; attempt < attemptLimit; attempt++) {
    const version = dma.load32(record);
    fence();
    const elapsed = cpu.timestamp() - dma.load64(record + 8);
    time = dma.load64(record + 16) + scale(elapsed);
    fence();
    // An odd or changed version says that the hypervisor was writing.
    if ((version & 1) == 0 && dma.load32(record) == version) break;
  }
  return time;
}

/** Ticks of the timestamp counter in so many nanoseconds, at most 2^36; a few more, never fewer. */
export function kvmTicks(nanoseconds: u64): u64 {
  const shift = <i32><i8>dma.load8(record + 28);
  const multiplier = <u64>dma.load32(record + 24) >> 4;
  if (multiplier == 0) return 0;
  const ticks = (nanoseconds << 28) / multiplier + 1;
  return shift < 0 ? ticks << -shift : (ticks >> shift) + 1;
}

/** Nanoseconds since 1970 at which the clock was 0; 0 when the hypervisor does not tell. */
export function kvmWallBase(): u64 {
  if (!isStarted) return 0;
  cpu.writeMsr(wallClockRegister, wallRecord);
  return <u64>dma.load32(wallRecord + 4) * 1_000_000_000 + dma.load32(wallRecord + 8);
}

function scale(ticks: u64): u64 {
  const shift = <i32><i8>dma.load8(record + 28);
  const multiplier = <u64>dma.load32(record + 24);
  ticks = shift < 0 ? ticks >> -shift : ticks << shift;
  return (ticks >> 32) * multiplier + (((ticks & 0xffff_ffff) * multiplier) >> 32);
}
