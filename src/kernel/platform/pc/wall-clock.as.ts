// The wall clock of a virtual machine, found when somebody first asks and carried on by the
// monotonic clock: KVM's; else what the monitor answers, because the time at which it started the
// machine is over by then; else the later of that time and the battery-backed clock's.
import { text } from "../../base/text.as";
import { pcMonotonicTime } from "./clock.as";
import { launchTime } from "./command-line.as";
import { toldTime } from "./control-input.as";
import { writeTimeRequest } from "./control-output.as";
import { kvmWallBase } from "./kvm-clock.as";
import { pcIdle } from "./loop.as";
import { refuseMachine } from "./refusal.as";
import { realTimeSeconds } from "./real-time-clock.as";
import { findMemory } from "./machine-memory.as";

/** A monitor that has not answered by then does not know the question. */
const answerLimitNs: u64 = 100_000_000;

let base: u64 = 0; // nanoseconds since 1970 at which the monotonic clock was 0

/** Nanoseconds since 1970; the instance ends when nobody knows the time. */
export function pcWallTime(): u64 {
  if (base == 0) base = findBase();
  return base + pcMonotonicTime();
}

function findBase(): u64 {
  const asked = pcMonotonicTime();
  const kvmBase = kvmWallBase();
  if (kvmBase != 0) return kvmBase;
  const told = askMonitor(asked + answerLimitNs);
  if (told != 0) return told - pcMonotonicTime();
  findMemory();
  const launched = max(launchTime(), realTimeSeconds() * 1_000_000_000);
  if (launched == 0) {
    refuseMachine(text("nobody knows the date: pass tsuki.time=<nanoseconds since 1970>"));
  }
  return launched - asked;
}

/** The time by the control channel, 0 without an answer before a monotonic deadline. */
function askMonitor(deadline: u64): u64 {
  if (!writeTimeRequest()) return 0;
  while (toldTime() == 0 && pcMonotonicTime() < deadline) pcIdle(deadline, false);
  return toldTime();
}
