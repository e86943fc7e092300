// The clocks, in nanoseconds.
import * as config from "../base/config.as";
import * as node from "../base/machine/node.as";
import { linuxTime } from "../platform/linux/clock.as";
import { pcClockResolution, pcMonotonicTime } from "../platform/pc/clock.as";
import { pcWallTime } from "../platform/pc/wall-clock.as";

/** WASI's number of the wall clock. */
export const wallClock: u32 = 0;

const monotonicClock: u32 = 1;

/** Whether there is a clock of this WASI number; only Linux counts CPU time (2 and 3). */
export function hasClock(clock: u32): bool {
  return clock <= (config.platform == config.linux ? 3 : monotonicClock);
}

/** Nanoseconds of a clock that exists. */
export function clockTime(clock: u32): u64 {
  if (config.platform == config.linux) return linuxTime(clock);
  return clock == wallClock ? wallTime() : monotonicTime();
}

/** Nanoseconds since an arbitrary start; never goes back. */
export function monotonicTime(): u64 {
  if (asksLinux()) return linuxTime(monotonicClock);
  if (config.platform == config.pc) return pcMonotonicTime();
  return node.monotonicTime();
}

/** Nanoseconds since 1970. */
export function wallTime(): u64 {
  if (asksLinux()) return linuxTime(wallClock);
  if (config.platform == config.pc) return pcWallTime();
  return node.wallTime();
}

/** The smallest difference a clock can show, in nanoseconds. */
export function clockResolution(clock: u32): u64 {
  if (asksLinux()) return 1;
  if (config.platform == config.pc) return pcClockResolution();
  return clock == wallClock ? 1_000_000 : 1;
}

/** Whether the host's own clocks can be asked: a constant in every image. */
@inline
function asksLinux(): bool {
  return config.platform == config.linux || config.platform == config.solo5;
}
