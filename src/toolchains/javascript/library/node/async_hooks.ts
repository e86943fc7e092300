/**
 * Node's AsyncLocalStorage, as far as it can be without hooks in the engine: timers, microtasks and
 * callbacks of promises keep the store, but what follows an `await` in the same function does not.
 * There it is undefined, never another request's.
 */
type Context = ReadonlyMap<object, unknown>;

let current: Context = new Map();

/** Runs a function with a context, and puts back the one before. */
function runWith<Result>(context: Context, call: () => Result): Result {
  const before = current;
  current = context;
  try {
    return call();
  } finally {
    current = before;
  }
}

/** A callback that keeps the context in which it was handed over. */
function bound(call: unknown): unknown {
  if (typeof call !== "function" || current.size === 0) return call;
  const context = current;
  return function keepsContext(this: unknown, ...values: unknown[]): unknown {
    return runWith(context, () => Reflect.apply(call, this, values) as unknown);
  };
}

/** Has a function bind the callbacks among its arguments. */
function bindCallbacks(holder: object, name: string): void {
  const original = Reflect.get(holder, name) as (...values: unknown[]) => unknown;
  const value = function bindsCallbacks(this: unknown, ...values: unknown[]): unknown {
    return Reflect.apply(original, this, values.map(bound));
  };
  Object.defineProperty(holder, name, { value, writable: true, configurable: true });
}

bindCallbacks(Promise.prototype, "then");
for (const name of ["queueMicrotask", "setTimeout", "setInterval", "setImmediate"])
  bindCallbacks(globalThis, name);

/** Something that functions called by a function find again. */
export class AsyncLocalStorage<Store = unknown> {
  static bind(call: unknown): unknown {
    return bound(call);
  }

  static snapshot(): (call: (...values: unknown[]) => unknown, ...values: unknown[]) => unknown {
    const context = current;
    return (call, ...values) => runWith(context, () => call(...values));
  }

  run<Result>(store: Store, call: (...values: unknown[]) => Result, ...values: unknown[]): Result {
    return runWith(new Map([...current, [this, store]]), () => call(...values));
  }

  exit<Result>(call: (...values: unknown[]) => Result, ...values: unknown[]): Result {
    return runWith(new Map([...current].filter(([key]) => key !== this)), () => call(...values));
  }

  getStore(): Store | undefined {
    return current.get(this) as Store | undefined;
  }

  enterWith(store: Store): void {
    current = new Map([...current, [this, store]]);
  }

  disable(): void {
    current = new Map([...current].filter(([key]) => key !== this));
  }
}

/** Keeps the context in which it was made. */
export class AsyncResource {
  readonly type: string;
  readonly #context = current;

  constructor(type: string) {
    this.type = type;
  }

  runInAsyncScope(
    call: (...values: unknown[]) => unknown,
    self?: unknown,
    ...values: unknown[]
  ): unknown {
    return runWith(this.#context, () => Reflect.apply(call, self, values));
  }

  bind(call: (...values: unknown[]) => unknown): (...values: unknown[]) => unknown {
    return (...values) => this.runInAsyncScope(call, undefined, ...values);
  }

  emitDestroy(): this {
    return this;
  }
}

const whole = { AsyncLocalStorage, AsyncResource };

export { whole as default };
