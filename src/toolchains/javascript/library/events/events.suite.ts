import { suite } from "../cases.fixture.ts";

/** Events, targets and aborting. */
export const cases = suite({
  "listeners are called in order, once each": () => {
    const target = new EventTarget();
    const calls: string[] = [];
    const listener = (event: Event): void => void calls.push(`a ${event.type}`);
    target.addEventListener("x", listener);
    target.addEventListener("x", listener);
    target.addEventListener("x", { handleEvent: () => void calls.push("b") });
    target.addEventListener("x", () => void calls.push("c"), { once: true });
    target.dispatchEvent(new Event("x"));
    target.removeEventListener("x", listener);
    target.dispatchEvent(new Event("x"));
    return calls;
  },
  "this, target and phases": () => {
    const target = new EventTarget();
    const seen: unknown[] = [];
    target.addEventListener("x", function (this: unknown, event) {
      seen.push(
        this === target,
        event.target === target,
        event.currentTarget === target,
        event.eventPhase,
        event.composedPath().length,
      );
    });
    const event = new Event("x");
    target.dispatchEvent(event);
    return [seen, event.currentTarget, event.eventPhase, event.target === target];
  },
  canceling: () => {
    const target = new EventTarget();
    target.addEventListener("x", (event) => event.preventDefault());
    return [
      target.dispatchEvent(new Event("x")),
      target.dispatchEvent(new Event("x", { cancelable: true })),
    ];
  },
  "stopping at once": () => {
    const target = new EventTarget();
    const calls: number[] = [];
    target.addEventListener("x", (event) => {
      calls.push(1);
      event.stopImmediatePropagation();
    });
    target.addEventListener("x", () => void calls.push(2));
    target.dispatchEvent(new Event("x"));
    return calls;
  },
  "a listener that is added during the dispatch waits": () => {
    const target = new EventTarget();
    const calls: number[] = [];
    target.addEventListener("x", () => {
      calls.push(1);
      target.addEventListener("x", () => void calls.push(2));
    });
    target.dispatchEvent(new Event("x"));
    return calls;
  },
  "an event is dispatched once at a time": () => {
    const target = new EventTarget();
    const event = new Event("x");
    let isRefused = false;
    target.addEventListener("x", () => {
      try {
        target.dispatchEvent(event);
      } catch {
        isRefused = true;
      }
    });
    target.dispatchEvent(event);
    return isRefused;
  },
  "a signal removes listeners": () => {
    const target = new EventTarget();
    const controller = new AbortController();
    let calls = 0;
    target.addEventListener("x", () => calls++, { signal: controller.signal });
    target.dispatchEvent(new Event("x"));
    controller.abort();
    target.dispatchEvent(new Event("x"));
    return calls;
  },
  "custom events": () => [new CustomEvent("x", { detail: 5 }).detail, new CustomEvent("x").detail],
  "events need a type": () => new (Event as unknown as new () => Event)(),
  aborting: () => {
    const controller = new AbortController();
    const calls: string[] = [];
    controller.signal.onabort = (): void => void calls.push("handler");
    controller.signal.addEventListener("abort", () => void calls.push("listener"));
    controller.abort();
    controller.abort("again");
    const { reason, aborted } = controller.signal;
    return [calls, aborted, reason.name, reason.message, reason instanceof DOMException];
  },
  "aborting with a reason": () => {
    const signal = AbortSignal.abort("why");
    try {
      signal.throwIfAborted();
      return undefined;
    } catch (error) {
      return [error, signal.reason];
    }
  },
  any: () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const signal = AbortSignal.any([one.signal, two.signal]);
    const before = signal.aborted;
    two.abort("second");
    return [
      before,
      signal.aborted,
      signal.reason,
      AbortSignal.any([AbortSignal.abort("now")]).reason,
    ];
  },
  timeout: async () => {
    const signal = AbortSignal.timeout(5);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return [signal.reason.name, signal.reason.message];
  },
  "signals are not constructed": () => new (AbortSignal as unknown as new () => AbortSignal)(),
  "timers run in the order of their times": async () => {
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(() => order.push(3), 30);
      setTimeout(() => order.push(1), 5);
      setTimeout((...values: number[]) => order.push(...values), 15, 2, 22);
      const cleared = setTimeout(() => order.push(9), 10);
      clearTimeout(cleared);
      setTimeout(resolve, 60);
    });
    return order;
  },
  "microtasks come before timers, and between them": async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push("timer 1");
        queueMicrotask(() => order.push("microtask"));
      }, 1);
      setTimeout(() => {
        order.push("timer 2");
        resolve();
      }, 1);
      queueMicrotask(() => order.push("first"));
    });
    return order;
  },
  intervals: async () => {
    let count = 0;
    await new Promise<void>((resolve) => {
      const interval = setInterval(() => {
        if (++count < 3) return;
        clearInterval(interval);
        resolve();
      }, 2);
    });
    return count;
  },
  immediates: async () => {
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => order.push(1));
      clearImmediate(setImmediate(() => order.push(9)));
      setImmediate(() => {
        order.push(2);
        resolve();
      });
    });
    return order;
  },
});
