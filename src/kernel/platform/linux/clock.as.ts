// Linux clocks: clock_gettime knows WASI's clocks by the same numbers (realtime 0, monotonic 1,
// process CPU 2, thread CPU 3).
import * as host from "../../base/machine/host.as";

const clockGettime = 228;
const timespec = memory.data(16, 8);

/** Nanoseconds of a clock. */
export function linuxTime(clock: u32): u64 {
  host.call(clockGettime, clock, timespec, 0, 0, 0, 0);
  return load<u64>(timespec) * 1_000_000_000 + load<u64>(timespec, 8);
}

/** Nanoseconds of the monotonic clock. */
export function linuxMonotonicTime(): u64 {
  return linuxTime(1);
}
