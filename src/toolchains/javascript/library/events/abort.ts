/** DOM, 3: aborting what goes on. */
import { setTimeout } from "../timers/timers.ts";
import { Event } from "./event.ts";
import { defineHandler, EventTarget } from "./event-target.ts";

let abortSignal: (signal: AbortSignal, reason: unknown) => void;
let create: () => AbortSignal;

/** DOM, 3.2: tells whether something shall be aborted. */
export class AbortSignal extends EventTarget {
  static {
    create = () => new AbortSignal(key);
    abortSignal = (signal, reason) => signal.#abort(reason);
  }

  #isAborted = false;
  #reason: unknown;
  readonly #followers = new Set<AbortSignal>();

  constructor(secret: symbol) {
    super();
    if (secret !== key) throw new TypeError("Illegal constructor");
  }

  /** One that is aborted already. */
  static abort(reason?: unknown): AbortSignal {
    const signal = create();
    signal.#abort(reason);
    return signal;
  }

  /** One that is aborted after so many milliseconds. */
  static timeout(milliseconds: number): AbortSignal {
    const signal = create();
    const message = "The operation was aborted due to timeout";
    setTimeout(() => signal.#abort(new DOMException(message, "TimeoutError")), milliseconds);
    return signal;
  }

  /** One that is aborted with the first of others. */
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = create();
    const sources = [...signals];
    const aborted = sources.find((source) => source.aborted);
    if (aborted !== undefined) signal.#abort(aborted.reason);
    else for (const source of sources) source.#followers.add(signal);
    return signal;
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  override get [Symbol.toStringTag](): string {
    return "AbortSignal";
  }

  #abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason ?? new DOMException("This operation was aborted", "AbortError");
    this.dispatchEvent(new Event("abort"));
    for (const follower of this.#followers) follower.#abort(this.#reason);
    this.#followers.clear();
  }
}

const key = Symbol("AbortSignal");
defineHandler(AbortSignal.prototype, "abort");

/** DOM, 3.1: aborts its signal. */
export class AbortController {
  #signal: AbortSignal | undefined;

  get signal(): AbortSignal {
    this.#signal ??= create();
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abortSignal(this.signal, reason);
  }

  get [Symbol.toStringTag](): string {
    return "AbortController";
  }
}
