// The monotonic clock of a virtual machine, without ever waiting for it: kvm-clock, or the
// timestamp counter with a frequency that somebody tells, or the timestamp counter measured by the
// local APIC's timer while the program runs.
import * as cpu from "../../base/machine/cpu.as";
import { text } from "../../base/text.as";
import { hasLocalApic, hasTimestampTimer, isKvm } from "./identification.as";
import { startInterrupts } from "./interrupts.as";
import { kvmTicks, kvmTime, startKvmClock } from "./kvm-clock.as";
import {
  silenceTimer,
  startTimer,
  startTimestampTimer,
  startTurns,
  timerCount,
  timerCountNs,
} from "./local-apic.as";
import { refuseMachine } from "./refusal.as";
import { timestampFrequency } from "./timestamp-frequency.as";

const noSource: u32 = 0;
const timestampSource: u32 = 1;
const kvmSource: u32 = 2;
const measuringSource: u32 = 3;

/** How long the timestamp counter is measured: the error is then about 1 us in this. */
const measuringNs: u64 = 100_000_000;

/** From here on the ratio is good enough to count the timer's turns with. */
const roughNs: u64 = 20_000;

const longestWaitNs: u64 = 60_000_000_000;
const longestCount: u32 = 0xffff_ffff;

let source: u32 = 0;
let wakesByTimestamp = false;
let firstTimestamp: u64 = 0;
let multiplier: u64 = 0; // nanoseconds per timestamp tick, times 2^30

// While measuring: when the timer was last started, and with what.
let timerTimestamp: u64 = 0;
let timerTime: u64 = 0;
let timerStart: u32 = 0;
let latestTime: u64 = 0;

/** When the timer interrupts; 0 or in the past: it does not. */
let wakeTime: u64 = 0;

/** Chooses the clock and starts it at (about) 0. */
function startClock(): void {
  if (!hasLocalApic()) refuseMachine(text("this processor has no local APIC, which clocks need"));
  startInterrupts();
  wakesByTimestamp = hasTimestampTimer();
  firstTimestamp = cpu.timestamp();
  if (isKvm() && startKvmClock()) {
    source = kvmSource;
    return;
  }
  const frequency = timestampFrequency();
  if (frequency != 0) {
    setRatio(1_000_000_000, frequency);
    source = timestampSource;
    return;
  }
  source = measuringSource;
  restartTimer(0, longestCount);
  silenceTimer();
}

/** Nanoseconds since somebody first asked. */
export function pcMonotonicTime(): u64 {
  if (source == noSource) startClock();
  if (source == kvmSource) return kvmTime();
  if (source == measuringSource) return measure();
  return scale(cpu.timestamp() - firstTimestamp);
}

/** The smallest difference that the clock can show, in nanoseconds. */
export function pcClockResolution(): u64 {
  if (source == noSource) startClock();
  return source == measuringSource ? timerCountNs : 1;
}

/**
 * Sets the timer to interrupt at a deadline; false when it is too early or too late to halt. One
 * that was set for before that stays: most deadlines move on before they come, and to be woken once
 * in vain costs less than to set the timer for each.
 */
export function programWake(deadline: u64): bool {
  const now = pcMonotonicTime();
  // Without any ratio, nobody could tell afterwards whether the timer has gone round.
  if (source == measuringSource && now < roughNs) return false;
  if (deadline <= now) return false;
  if (wakeTime > now && wakeTime <= deadline) return true;
  const wait = min(deadline - now, longestWaitNs);
  const count = <u32>(wait / timerCountNs) + 1;
  if (source == measuringSource) {
    restartTimer(now, count);
    return true;
  }
  wakeTime = now + wait;
  if (wakesByTimestamp) startTimestampTimer(cpu.timestamp() + ticksIn(wait));
  else startTimer(count);
  return true;
}

/** Has the timer measure on after a halt. */
export function endWake(): void {
  if (source != measuringSource) return;
  // A short turn would soon have gone round too often for the rough ratio to count.
  restartTimer(measure(), longestCount);
  silenceTimer();
}

function restartTimer(now: u64, count: u32): void {
  timerTimestamp = cpu.timestamp();
  timerTime = now;
  timerStart = count;
  startTurns(count);
}

/** Tells the time by the timer, and meanwhile what a timestamp tick is worth. */
function measure(): u64 {
  const left = timerCount();
  const timestamp = cpu.timestamp();
  const within = <u64>(timerStart - min(left, timerStart)) * timerCountNs;
  const period = <u64>timerStart * timerCountNs;
  const estimate = scale(timestamp - timerTimestamp);
  let time = timerTime + within;
  // The timer goes round; the rough ratio is good enough to say how often it has.
  if (estimate > within) time += (estimate - within + period / 2) / period * period;
  if (time < latestTime) time = latestTime;
  latestTime = time;
  if (time >= roughNs) setRatio(time, timestamp - firstTimestamp);
  if (time >= measuringNs) source = timestampSource;
  return time;
}

function setRatio(nanoseconds: u64, ticks: u64): void {
  while (nanoseconds >> 33 != 0) {
    nanoseconds >>= 1;
    ticks >>= 1;
  }
  if (ticks != 0) multiplier = (nanoseconds << 30) / ticks;
}

/** Ticks of the timestamp counter in at most 2^36 nanoseconds; a few more, never fewer. */
function ticksIn(nanoseconds: u64): u64 {
  if (source == kvmSource) return kvmTicks(nanoseconds);
  return (nanoseconds << 27) / max(multiplier >> 3, 1) + 1;
}

/** ticks * multiplier / 2^30, for a multiplier below 2^32. */
function scale(ticks: u64): u64 {
  return (((ticks >> 32) * multiplier) << 2) + (((ticks & 0xffff_ffff) * multiplier) >> 30);
}
