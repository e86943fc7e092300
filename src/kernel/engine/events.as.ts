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
