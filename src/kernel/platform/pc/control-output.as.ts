// The kernel's side of the control channel, outwards (contracts/control-channel.ts).
import { drainControl, openControlPort, writeControl } from "./control-port.as";

const exitFrame: u32 = 17;
const readyFrame: u32 = 18;
const timeRequestFrame: u32 = 19;
const frame = memory.data(8, 4);

let isOpened = false;
let isPresent = false;

/**
 * Whether there is a control channel. The first question opens it and tells the monitor, which
 * waits with its input until then.
 */
export function hasControlChannel(): bool {
  if (!isOpened) open();
  return isPresent;
}

function open(): void {
  isOpened = true;
  isPresent = openControlPort();
  if (isPresent) writeControlHeader(readyFrame, 0);
}

/** Writes the header of a frame; its payload must follow. */
export function writeControlHeader(kind: u32, length: u32): void {
  store<u32>(frame, kind | (length << 16));
  writeControl(frame, 4);
}

/** Asks the monitor for the time; false when there is nobody to ask. */
export function writeTimeRequest(): bool {
  if (hasControlChannel()) writeControlHeader(timeRequestFrame, 0);
  return isPresent;
}

/** Writes the last frame and waits until it is gone. */
export function writeExitFrame(status: u32): void {
  if (!hasControlChannel()) return;
  store<u32>(frame, exitFrame | (4 << 16));
  store<u32>(frame, status, 4);
  writeControl(frame, 8);
  drainControl();
}
