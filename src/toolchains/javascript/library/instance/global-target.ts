/** The global object as a target of events. */
import type { Event } from "../events/event.ts";
import { EventTarget, type Listener, type ListenerOptions } from "../events/event-target.ts";
import { ErrorEvent, PromiseRejectionEvent } from "../events/more-events.ts";
import { onUnhandled } from "./unhandled.ts";

/** Receives the instance's events: `fetch`, `error`, `unhandledrejection`. */
export const globalTarget = new EventTarget();

const types = new Set<string>();

/** Whether a program has ever listened to a type of events. */
export function hasListeners(type: string): boolean {
  return types.has(type);
}

/** The target's methods as functions of the global object. */
export const globalTargetFunctions = {
  addEventListener(
    type: string,
    listener: Listener | null,
    options?: ListenerOptions | boolean,
  ): void {
    types.add(String(type));
    globalTarget.addEventListener(type, listener, options);
  },
  removeEventListener(
    type: string,
    listener: Listener | null,
    options?: ListenerOptions | boolean,
  ): void {
    globalTarget.removeEventListener(type, listener, options);
  },
  dispatchEvent: (event: Parameters<EventTarget["dispatchEvent"]>[0]): boolean =>
    globalTarget.dispatchEvent(event),
};

/** Gives the global object its `on...` properties, which are listeners. */
export function defineGlobalHandlers(): void {
  for (const type of ["error", "unhandledrejection", "rejectionhandled"]) {
    let handler: unknown = null;
    let listener: Listener | null = null;
    Object.defineProperty(globalThis, `on${type}`, {
      configurable: true,
      get: (): unknown => handler,
      set(value: unknown) {
        globalTargetFunctions.removeEventListener(type, listener);
        handler = typeof value === "function" ? value : null;
        listener = (event): void => callHandler(value, event);
        if (handler !== null) globalTargetFunctions.addEventListener(type, listener);
      },
    });
  }
}

/** HTML, 8.1.8.1: `onerror` gets the parts of the event, and says by true that it has dealt with it. */
function callHandler(handler: unknown, event: Event): void {
  if (typeof handler !== "function") return;
  if (!(event instanceof ErrorEvent)) {
    if (Reflect.apply(handler, globalThis, [event]) === false) event.preventDefault();
    return;
  }
  const { message, filename, lineno, colno, error } = event;
  const result: unknown = Reflect.apply(handler, globalThis, [
    message,
    filename,
    lineno,
    colno,
    error,
  ]);
  if (result === true) event.preventDefault();
}

/** HTML, 8.1.4.6 and 8.1.4.7: the program may say that it has dealt with the error. */
onUnhandled((error, promise) => {
  if (promise === undefined) return hasListeners("error") && isDealtWith(errorEvent(error));
  if (!hasListeners("unhandledrejection")) return false;
  const init = { promise, reason: error, cancelable: true };
  return isDealtWith(new PromiseRejectionEvent("unhandledrejection", init));
});

function errorEvent(error: unknown): ErrorEvent {
  const message = error instanceof Error ? error.message : String(error);
  return new ErrorEvent("error", { error, message, cancelable: true });
}

function isDealtWith(event: ErrorEvent | PromiseRejectionEvent): boolean {
  return !globalTarget.dispatchEvent(event);
}
