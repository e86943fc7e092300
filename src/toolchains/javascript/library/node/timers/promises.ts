/** Node's timers/promises. */
import type { AbortSignal } from "../../events/abort.ts";
import * as timers from "../../timers/timers.ts";

interface Options {
  readonly signal?: AbortSignal;
}

async function wait(
  start: (done: () => void) => unknown,
  value: unknown,
  { signal }: Options = {},
): Promise<unknown> {
  signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const timer = start(() => resolve(value));
    signal?.addEventListener("abort", () => {
      timers.clearTimer(timer);
      reject(signal.reason);
    });
  });
}

/** Gives the value after so many milliseconds. */
export async function setTimeout(
  delay?: number,
  value?: unknown,
  options?: Options,
): Promise<unknown> {
  return await wait((done) => timers.setTimeout(done, delay), value, options);
}

/** Gives the value once what is at hand is done. */
export async function setImmediate(value?: unknown, options?: Options): Promise<unknown> {
  return await wait((done) => timers.setImmediate(done), value, options);
}

/** Gives the value again and again. */
export async function* setInterval(
  delay?: number,
  value?: unknown,
  options?: Options,
): AsyncGenerator {
  for (;;) yield await setTimeout(delay, value, options);
}

export const scheduler = {
  wait: setTimeout,
  yield: async (): Promise<unknown> => await setImmediate(),
};
const whole = { scheduler, setImmediate, setInterval, setTimeout };

export { whole as default };
