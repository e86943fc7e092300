// The time, asked for once a round, and the Date that goes with it.
import { monotonicTime, wallTime } from "../time/clock.as";
import { setDate } from "./date.as";

const second: u64 = 1_000_000_000;

let now: u64 = 0;
let nextDate: u64 = 0;

/** Asks for the time; every second also for the date. */
export function startRound(): void {
  now = monotonicTime();
  if (now < nextDate) return;
  const wall = wallTime();
  setDate(wall / second);
  nextDate = now + second - wall % second;
}

/** Nanoseconds of the monotonic clock when the round began. */
export function roundTime(): u64 {
  return now;
}
