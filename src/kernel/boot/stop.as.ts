// The request to stop the instance. It is only reported to apps whose work the kernel ends in order
// (config.catchesStop); others end at once, as any process does.
import * as config from "../base/config.as";
import * as node from "../base/machine/node.as";
import { exit } from "./exit.as";

let isHandled = false;
let isRequested = false;

/** Says that somebody looks at `stopRequested` from now on; before, a request ends the instance. */
export function handleStop(): void {
  if (isHandled) return;
  isHandled = true;
  if (config.platform == config.node) node.catchStop();
}

/** Whether somebody has asked the instance to stop. */
export function stopRequested(): bool {
  return isRequested;
}

/** Notes that somebody has; `status` is that of an instance which does not handle it. */
export function requestStop(status: u32): void {
  isRequested = true;
  if (!isHandled) exit(status);
}
