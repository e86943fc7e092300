// WASI: clock_*.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import { clockResolution, clockTime, hasClock } from "../time/clock.as";

/** WASI clock_res_get: the smallest difference a clock shows, in nanoseconds. */
export function clock_res_get(clock: u32, result: u32): u32 {
  if (!hasClock(clock)) return errno.invalid;
  if (!isAppRange(result, 8)) return errno.fault;
  app.store64(result, clockResolution(clock));
  return errno.success;
}

/** WASI clock_time_get: a clock's nanoseconds, always as precise as it can be. */
export function clock_time_get(clock: u32, _precision: u64, result: u32): u32 {
  if (!hasClock(clock)) return errno.invalid;
  if (!isAppRange(result, 8)) return errno.fault;
  app.store64(result, clockTime(clock));
  return errno.success;
}
