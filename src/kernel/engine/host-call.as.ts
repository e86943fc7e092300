// What the engine imports (contracts/guest-abi.ts): its host functions and its questions.
import * as app from "../base/machine/app.as";
import { callDatagramFunction } from "./datagram-functions.as";
import { trackRejection } from "./failures.as";
import { callFileFunction } from "./file-functions.as";
import { callHttpFunction } from "./http-functions.as";
import { callInstanceFunction } from "./instance-functions.as";
import { mindStop } from "./interruption.as";
import { box, exception, unbox, Value } from "./quickjs.as";
import { callStreamFunction } from "./stream-functions.as";

// Numbers of the first function of each group (contracts/engine-interface.ts, engineFunctions).
const firstHttp: u32 = 9;
const firstStream: u32 = 22;
const firstDatagram: u32 = 30;
const firstFile: u32 = 34;

/**
 * A call from JavaScript: the key is the function's number and one, as a character. The list holds
 * pointers to the arguments' boxes. Gives a box, or 0 after throwing.
 */
export function engine_host_call(
  key: u32, _keyLength: u32, _self: u32, count: u32, list: u32,
): u32 {
  const result = dispatch(app.load8(key) - 1, list, count);
  return result == exception ? 0 : box(result);
}

/** Whether to interrupt what runs: never, but whoever runs long is asked to stop here. */
export function engine_host_interrupt(): u32 {
  mindStop();
  return 0;
}

/** A promise was rejected without a handler, or has got one after all; the boxes are ours. */
export function engine_host_promise_rejection(promise: u32, reason: u32, isHandled: u32): void {
  trackRejection(unbox(promise), unbox(reason), isHandled != 0);
}

/** The name of a module that is imported at run time: there are none. */
export function engine_host_module_normalize(_base: u32, _name: u32): u32 {
  return 0;
}

/** The source of a module that is imported at run time: there are none. */
export function engine_host_module_load(_name: u32, _length: u32): u32 {
  return 0;
}

/** Seconds by which local time is ahead of UTC: instances know UTC only. */
export function engine_host_get_timezone_offset(_high: u32, _low: u32): u32 {
  return 0;
}

function dispatch(number: u32, list: u32, count: u32): Value {
  if (number < firstHttp) return callInstanceFunction(number, list, count);
  if (number < firstStream) return callHttpFunction(number, list, count);
  if (number < firstDatagram) return callStreamFunction(number, list, count);
  if (number < firstFile) return callDatagramFunction(number, list, count);
  return callFileFunction(number, list, count);
}
