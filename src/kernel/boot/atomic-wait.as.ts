// The app's memory.atomic.wait (proposal "threads"): nobody else is there to notify.
import { idle, round } from "./loop.as";
import { monotonicTime } from "../time/clock.as";

const notEqual: u32 = 1;
const timedOut: u32 = 2;

/** Waits for so many nanoseconds if the value was as expected. */
export function atomicWait(isEqual: u32, timeout: u64): u32 {
  if (!isEqual) return notEqual;
  const deadline = monotonicTime() + timeout;
  while (monotonicTime() < deadline) {
    idle(deadline, false);
    round();
  }
  return timedOut;
}
