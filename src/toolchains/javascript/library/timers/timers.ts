/** Timers: all of a program's share the one deadline that the kernel keeps. */
import { onInstance } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { hasStarted } from "../instance/clock.ts";
import { Timer, type TimerActions } from "./timer.ts";
import { TimerHeap } from "./timer-heap.ts";

const timers = new Map<number, Timer>();
const heap = new TimerHeap();
let lastIdentifier = 0;
let deadline = Number.POSITIVE_INFINITY;

const longestDelay = 0x7fff_ffff;
const actions: TimerActions = { restart, clear: clearTimer };

onInstance({ deadline: runFirst });

/** HTML, 8.6: calls back once, after at least so many milliseconds. */
export function setTimeout(callback: unknown, delay?: unknown, ...values: unknown[]): Timer {
  return start(callback, values, { delay: toDelay(delay), repeats: false });
}

/** HTML, 8.6: calls back again and again. */
export function setInterval(callback: unknown, delay?: unknown, ...values: unknown[]): Timer {
  return start(callback, values, { delay: toDelay(delay), repeats: true });
}

/** As in Node: calls back once what is at hand is done. */
export function setImmediate(callback: unknown, ...values: unknown[]): Timer {
  return start(callback, values, { delay: 0, repeats: false });
}

/** Ends a timer of any kind. */
export function clearTimer(timer: unknown): void {
  const found = timer instanceof Timer ? timer : timers.get(Number(timer));
  if (found === undefined) return;
  finish(found);
  heap.remove(found);
  setNextDeadline();
}

/** As in browsers and Node, no delay is one millisecond. */
function toDelay(delay: unknown): number {
  const milliseconds = Number(delay);
  return milliseconds >= 1 && milliseconds <= longestDelay ? Math.trunc(milliseconds) : 1;
}

function start(
  callback: unknown,
  values: readonly unknown[],
  when: { readonly delay: number; readonly repeats: boolean },
): Timer {
  if (typeof callback !== "function") {
    throw new TypeError("The callback of a timer must be a function");
  }
  // A build refuses timers by their name, before it would refuse the clock.
  if (!hasStarted()) engine.setDeadline(0);
  const call = (): unknown => Reflect.apply(callback, globalThis, values);
  const timer = new Timer(++lastIdentifier, call, when, actions);
  timers.set(timer.identifier, timer);
  schedule(timer, engine.monotonicTime());
  return timer;
}

function restart(timer: Timer): void {
  if (!timer.isActive) return;
  heap.remove(timer);
  schedule(timer, engine.monotonicTime());
}

function schedule(timer: Timer, now: number): void {
  timer.time = now + timer.delay;
  heap.add(timer);
  setNextDeadline();
}

function finish(timer: Timer): void {
  timer.isActive = false;
  timers.delete(timer.identifier);
}

/** Runs one timer only: the jobs that it causes come before the next (HTML, 8.1.7.3). */
function runFirst(): void {
  deadline = Number.POSITIVE_INFINITY;
  const now = engine.monotonicTime();
  const { first } = heap;
  if (first !== undefined && first.time <= now) {
    heap.remove(first);
    if (first.repeats) schedule(first, now);
    else finish(first);
    try {
      first.call();
    } finally {
      setNextDeadline();
    }
  } else {
    setNextDeadline();
  }
}

function setNextDeadline(): void {
  const next = heap.first?.time ?? Number.POSITIVE_INFINITY;
  if (next === deadline) return;
  deadline = next;
  engine.setDeadline(next);
}
