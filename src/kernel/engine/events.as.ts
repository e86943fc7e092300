// Events for JavaScript (contracts/engine-interface.ts, engineEvents), and the jobs they cause.
import { text } from "../base/text.as";
import { failWithException, failWithRejections } from "./failures.as";
import { hiddenProperty } from "./hidden-object.as";
import {
  callWith,
  exception,
  free,
  integerValue,
  isPresent,
  runJob,
  Value,
  wholeNumber,
} from "./quickjs.as";

/** Once, before all others. */
export const startEvent: i32 = 0;
/** The deadline that was set has come. */
export const deadlineEvent: i32 = 1;
/** A request's head is complete; handle: request. */
export const requestEvent: i32 = 2;
/** There is something to read; handle: request, stream or socket. */
export const readableEvent: i32 = 3;
/** There is room to write again. */
export const writableEvent: i32 = 4;
/** It has ended; value: 0 or an error number. */
export const closedEvent: i32 = 5;
/** A connection was made, or was not; value: 0 or an error number. */
export const connectedEvent: i32 = 6;
/** A listener has a connection. */
export const connectionEvent: i32 = 7;
/** The instance is asked to stop. */
export const shutdownEvent: i32 = 8;
/** Nothing is pending. */
export const idleEvent: i32 = 9;

let dispatcher: Value = 0;

/** Finds the function that receives events. */
export function openEvents(): void {
  const found = hiddenProperty(text("dispatch"));
  dispatcher = isPresent(found) ? found : 0;
}

/** Delivers an event and runs the jobs it causes. Never from inside a call of JavaScript's. */
export function deliver(event: i32, handle: f64, value: f64): void {
  if (dispatcher != 0) {
    const result = callWith(
      dispatcher, 3, integerValue(event), wholeNumber(handle), wholeNumber(value),
    );
    if (result == exception) failWithException();
    else free(result);
  }
  runJobs();
}

/** Runs promise jobs until there are none. */
export function runJobs(): void {
  for (;;) {
    const state = runJob();
    if (state < 0) failWithException();
    else if (state == 0) break;
  }
  failWithRejections();
}
