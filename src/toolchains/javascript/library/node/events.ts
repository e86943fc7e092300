/** Node's events. */
type Listener = (...values: unknown[]) => void;

/** Marks what `once` has wrapped. */
interface Wrapped extends Listener {
  listener?: Listener;
}

/** Calls listeners by the names of events. */
export class EventEmitter {
  static defaultMaxListeners = 10;
  static readonly errorMonitor = Symbol("events.errorMonitor");
  static readonly captureRejectionSymbol = Symbol.for("nodejs.rejection");
  static EventEmitter = EventEmitter;
  static once = once;
  static on = on;

  #listeners: Map<string | symbol, Wrapped[]> | undefined;
  #maxListeners: number | undefined;

  on(name: string | symbol, listener: Listener): this {
    return this.#add(name, listener, false);
  }

  addListener(name: string | symbol, listener: Listener): this {
    return this.on(name, listener);
  }

  prependListener(name: string | symbol, listener: Listener): this {
    return this.#add(name, listener, true);
  }

  once(name: string | symbol, listener: Listener): this {
    return this.on(name, this.#onceOnly(name, listener));
  }

  prependOnceListener(name: string | symbol, listener: Listener): this {
    return this.prependListener(name, this.#onceOnly(name, listener));
  }

  off(name: string | symbol, listener: Listener): this {
    const list = this.#listeners?.get(name);
    const index =
      list?.findLastIndex((each) => each === listener || each.listener === listener) ?? -1;
    if (list === undefined || index < 0) return this;
    const left = list.toSpliced(index, 1);
    if (left.length === 0) this.#listeners?.delete(name);
    else this.#listeners?.set(name, left);
    if (name !== "removeListener") this.emit("removeListener", name, listener);
    return this;
  }

  removeListener(name: string | symbol, listener: Listener): this {
    return this.off(name, listener);
  }

  removeAllListeners(name?: string | symbol): this {
    if (name === undefined) this.#listeners?.clear();
    else this.#listeners?.delete(name);
    return this;
  }

  /** Calls the listeners; an `error` that nobody listens to is thrown. */
  emit(name: string | symbol, ...values: unknown[]): boolean {
    const list = this.#listeners?.get(name);
    if (list === undefined) {
      if (name === "error") throw asError(values[0]);
      return false;
    }
    for (const listener of list) Reflect.apply(listener, this, values);
    return true;
  }

  listeners(name: string | symbol): Listener[] {
    return (this.#listeners?.get(name) ?? []).map((each) => each.listener ?? each);
  }

  rawListeners(name: string | symbol): Listener[] {
    return [...(this.#listeners?.get(name) ?? [])];
  }

  listenerCount(name: string | symbol): number {
    return this.#listeners?.get(name)?.length ?? 0;
  }

  eventNames(): (string | symbol)[] {
    return [...(this.#listeners?.keys() ?? [])];
  }

  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  getMaxListeners(): number {
    return this.#maxListeners ?? EventEmitter.defaultMaxListeners;
  }

  #add(name: string | symbol, listener: Listener, isFirst: boolean): this {
    if (typeof listener !== "function") {
      throw new TypeError('The "listener" argument must be of type function.');
    }
    this.#listeners ??= new Map();
    if (this.#listeners.has("newListener")) {
      this.emit("newListener", name, (listener as Wrapped).listener ?? listener);
    }
    // A new list: what is being emitted goes on with the old one.
    const list = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, isFirst ? [listener, ...list] : [...list, listener]);
    return this;
  }

  #onceOnly(name: string | symbol, listener: Listener): Wrapped {
    const wrapped: Wrapped = (...values) => {
      this.off(name, wrapped);
      Reflect.apply(listener, this, values);
    };
    wrapped.listener = listener;
    return wrapped;
  }
}

function asError(value: unknown): Error {
  if (value instanceof Error) return value;
  return new Error(`Unhandled error. (${String(value)})`, { cause: value });
}

/** A promise of the values of the next such event; an `error` rejects it. */
export async function once(emitter: EventEmitter, name: string | symbol): Promise<unknown[]> {
  return await new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(error);
    emitter.once(name, (...values) => {
      emitter.off("error", fail);
      resolve(values);
    });
    if (name !== "error") emitter.once("error", fail);
  });
}

/** The values of all such events to come. */
export async function* on(emitter: EventEmitter, name: string | symbol): AsyncGenerator<unknown[]> {
  const values: unknown[][] = [];
  let wake: (() => void) | undefined;
  const listener = (...each: unknown[]): void => {
    values.push(each);
    wake?.();
  };
  emitter.on(name, listener);
  try {
    for (;;) {
      const next = values.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    emitter.off(name, listener);
  }
}

/** How many listeners an emitter has for an event. */
export function listenerCount(emitter: EventEmitter, name: string | symbol): number {
  return emitter.listenerCount(name);
}

export const { defaultMaxListeners, errorMonitor } = EventEmitter;
export { EventEmitter as default };
