// The request to stop the instance. Only apps for which the kernel ends its work in order
// (config.catchesStop) have it reported; others end at once, with 128 and the signal's number.

let isRequested = false;

/** Whether somebody has asked the instance to stop. */
export function stopRequested(): bool {
  return isRequested;
}

/** Notes that somebody has. */
export function requestStop(): void {
  isRequested = true;
}
