/** One timer. */

/** What a Timer does by itself, as Node's Timeout does. */
export interface TimerActions {
  restart(timer: Timer): void;
  clear(timer: Timer): void;
}

/**
 * What starting a timer gives: an object with the methods of Node's Timeout, which converts to the
 * number that the web has.
 */
export class Timer {
  readonly identifier: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly repeats: boolean;
  readonly call: () => unknown;
  /** When it is due, in monotonic milliseconds. */
  time = 0;
  /** Its place in the heap; negative: none. */
  place = -1;
  isActive = true;
  readonly #actions: TimerActions;

  constructor(
    identifier: number,
    call: () => unknown,
    when: { readonly delay: number; readonly repeats: boolean },
    actions: TimerActions,
  ) {
    this.identifier = identifier;
    this.call = call;
    this.delay = when.delay;
    this.repeats = when.repeats;
    this.#actions = actions;
  }

  /** The number, for `clearTimeout(Number(timer))`. */
  [Symbol.toPrimitive](): number {
    return this.identifier;
  }

  /** As `clearTimeout`. */
  close(): this {
    this.#actions.clear(this);
    return this;
  }

  /** As in Node, ends with the block that declares it. */
  [Symbol.dispose](): void {
    this.#actions.clear(this);
  }

  /** Counts the delay from now on again. */
  refresh(): this {
    this.#actions.restart(this);
    return this;
  }

  /** Whether it is still to come. */
  hasRef(): boolean {
    return this.isActive;
  }

  /** Does nothing: every timer keeps an instance running. */
  ref(): this {
    return this;
  }

  /** Does nothing: every timer keeps an instance running. */
  unref(): this {
    return this;
  }
}
