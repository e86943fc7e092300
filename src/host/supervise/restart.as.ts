// Whether and when an instance that has ended is started again: at once the first time, then after
// twice the time of before, up to a minute; who ran for ten seconds begins anew.
import { noteRestart, restartCount, runTime } from "./state.as";

/** As many restarts as are ever needed. */
export const always: u32 = 0xffff_ffff;

const firstDelayMs: u64 = 100;
const longestDelayMs: u64 = 60_000;
const steadyTime: u64 = 10_000_000_000;
const milliseconds: u64 = 1_000_000;

let limit: u32 = 0;
let delayMs: u64 = 100;

/** Sets how often an instance is started again. */
export function setRestartLimit(restarts: u32): void {
  limit = restarts;
}

/** Whether one that ended with a status is started again; with a limit, only one that failed. */
export function isRestarted(status: u32): bool {
  if (limit == always) return true;
  return status != 0 && restartCount() < limit;
}

/** Nanoseconds until then; counts the restart. */
export function takeRestartDelay(): u64 {
  if (runTime() >= steadyTime) delayMs = firstDelayMs;
  const delay = delayMs;
  delayMs = min(delayMs * 2, longestDelayMs);
  noteRestart();
  return delay * milliseconds;
}
