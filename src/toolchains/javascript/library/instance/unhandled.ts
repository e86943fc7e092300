/** Errors that nobody caught and rejections that nobody handled. */
import { engine } from "../engine.ts";

/** Deals with such an error; true: the instance goes on. */
export type UnhandledReceiver = (error: unknown, promise: Promise<unknown> | undefined) => boolean;

const receivers: UnhandledReceiver[] = [];

/** Adds one that is asked what to do about errors; the first that says true decides. */
export function onUnhandled(receiver: UnhandledReceiver): void {
  receivers.push(receiver);
}

engine.unhandled = (error, promise) => receivers.some((receiver) => receiver(error, promise));

/** HTML, 8.1.4.3: treats an error as one that nobody caught, and goes on. */
export function reportError(error: unknown): void {
  if (receivers.some((receiver) => receiver(error, undefined))) return;
  // A job's exception reaches the kernel, which ends the instance.
  queueMicrotask(() => {
    throw error;
  });
}
