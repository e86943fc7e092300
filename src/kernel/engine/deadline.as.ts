// The one deadline that JavaScript has; its timers share it.
import { neverDeadline } from "../boot/loop.as";

const nanosecondsPerMillisecond: f64 = 1e6;

let deadline: u64 = 0xffff_ffff_ffff_ffff; // neverDeadline

/** Sets the deadline in milliseconds of monotonic time; what is no time means never. */
export function setDeadline(time: f64): void {
  const nanoseconds = time * nanosecondsPerMillisecond;
  if (!(nanoseconds < 9e18)) deadline = neverDeadline;
  else deadline = nanoseconds > 0 ? <u64>ceil(nanoseconds) : 0;
}

/** The deadline in nanoseconds of monotonic time. */
export function nextDeadline(): u64 {
  return deadline;
}

/** Whether the deadline has come by then; if so, there is none any more. */
export function takeDeadline(now: u64): bool {
  if (deadline > now) return false;
  deadline = neverDeadline;
  return true;
}
