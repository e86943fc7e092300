/** The global object as a target of events. */
import { ErrorEvent, PromiseRejectionEvent } from "../events/more-events.ts";
import { EventTarget, type Listener, type ListenerOptions } from "../events/event-target.ts";
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
  addEventListener(type: string, listener: Listener | null, options?: ListenerOptions | boolean): void {
    types.add(String(type));
    globalTarget.addEventListener(type, listener, options);
  },
  removeEventListener(type: string, listener: Listener | null, options?: ListenerOptions | boolean): void {
    globalTarget.removeEventListener(type, listener, options);
  },
  dispatchEvent: (event: Parameters<EventTarget["dispatchEvent"]>[0]): boolean =>
    globalTarget.dispatchEvent(event),
};

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
