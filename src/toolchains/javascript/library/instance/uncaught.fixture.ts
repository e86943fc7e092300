/** Errors that nobody caught, and what a program may do about them. */
declare const report: (...values: unknown[]) => void;

const target = globalThis as unknown as EventTarget & { reportError(error: unknown): void };
target.addEventListener("unhandledrejection", (event) => {
  report("unhandledrejection", String((event as unknown as { reason: unknown }).reason));
  event.preventDefault();
});
Object.assign(globalThis, {
  onerror(message: string) {
    report("onerror", message);
    return true;
  },
});
const { unhandled } = (
  globalThis as unknown as {
    __tsuki: { unhandled(error: unknown, promise?: Promise<unknown>): boolean };
  }
).__tsuki;
report("rejection", unhandled(new Error("rejected"), Promise.resolve()));
report("error", unhandled(new Error("thrown")));
target.reportError(new Error("reported"));
