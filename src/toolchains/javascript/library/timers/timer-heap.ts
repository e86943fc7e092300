/** A binary heap of timers, the earliest first. */
import type { Timer } from "./timer.ts";

function isBefore(one: Timer, other: Timer): boolean {
  if (one.time !== other.time) return one.time < other.time;
  return one.identifier < other.identifier;
}

/** Timers in the order of their times, those of one time in the order of their identifiers. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  /** The earliest. */
  get first(): Timer | undefined {
    return this.#timers[0];
  }

  /** Adds one that is in no heap. */
  add(timer: Timer): void {
    this.#rise(timer, this.#timers.length);
  }

  /** Takes one out; does nothing if it is not in. */
  remove(timer: Timer): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#timers.pop();
    if (last === undefined || last === timer) return;
    this.#sink(last, place);
    this.#rise(last, last.place);
  }

  #rise(timer: Timer, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#timers[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(timer, place);
  }

  #sink(timer: Timer, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#timers[2 * place + 1];
      const right = this.#timers[2 * place + 2];
      if (left === undefined) break;
      const below = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(below, timer)) break;
      const next = below.place;
      this.#put(below, place);
      place = next;
    }
    this.#put(timer, place);
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer;
    timer.place = place;
  }
}
