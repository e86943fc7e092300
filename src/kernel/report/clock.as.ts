// Time in numbers, for reports.
import * as config from "../base/config.as";
import { linuxTime } from "../platform/linux/clock.as";
import { monotonicTime } from "../time/clock.as";
import { waitedTime } from "../boot/turns.as";

const processorClock: u32 = 2;

let startTime: u64 = 0;
let startProcessorTime: u64 = 0;

/** Has uptime count from now on, where the monotonic clock is older than the instance. */
export function startUptime(): void {
  startTime = monotonicTime();
  if (config.platform == config.linux) startProcessorTime = linuxTime(processorClock);
}

/** Nanoseconds since the instance began, or first asked for the time. */
export function uptime(): u64 {
  return monotonicTime() - startTime;
}

/** The part of an uptime in which the instance worked. A host counts that for its processes. */
export function busyTime(uptime: u64): u64 {
  if (config.platform != config.linux) return uptime - min(waitedTime(), uptime);
  return min(linuxTime(processorClock) - startProcessorTime, uptime);
}
