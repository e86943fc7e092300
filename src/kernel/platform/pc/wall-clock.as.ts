// The wall clock of a virtual machine: the launch time from the command line, else KVM's, else the
// battery-backed clock's, each carried on by the monotonic clock.
import { pcMonotonicTime } from "./clock.as";
import { launchTime } from "./command-line.as";
import { kvmWallBase } from "./kvm-clock.as";
import { realTimeSeconds } from "./real-time-clock.as";

let base: u64 = 0; // nanoseconds since 1970 at which the monotonic clock was 0

/** Nanoseconds since 1970; since boot when nobody knows the time. */
export function pcWallTime(): u64 {
  const now = pcMonotonicTime();
  if (base == 0) base = findBase(now);
  return base + now;
}

/** Takes the launch time, if there is one, for the present moment. */
export function startWallClock(): void {
  if (launchTime() != 0) base = launchTime() - pcMonotonicTime();
}

function findBase(now: u64): u64 {
  const kvmBase = kvmWallBase();
  return kvmBase != 0 ? kvmBase : realTimeSeconds() * 1_000_000_000 - now;
}
