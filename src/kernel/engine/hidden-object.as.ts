// The hidden object through which JavaScript and the kernel find one another
// (contracts/engine-interface.ts: engineGlobal, engineProperties).
import { text } from "../base/text.as";
import { free, getProperty, globalObject, Value } from "./quickjs.as";

let hidden: Value = 0;

/** Finds the object. */
export function openHiddenObject(): void {
  const global = globalObject();
  hidden = getProperty(global, text("__tsuki"));
  free(global);
}

/** One of its properties by `text("...")`, for the caller to free. */
export function hiddenProperty(name: usize): Value {
  return getProperty(hidden, name);
}
