// The kernel's side of the control channel, outwards (contracts/control-channel.ts).
import { drainSerial, openSerialPort, secondSerialPort, writeSerial } from "./serial-port.as";

const exitFrame: u32 = 17;
const readyFrame: u32 = 18;
const frame = memory.data(8, 4);

let isPresent = false;

/** Opens the channel if there is one, and tells the monitor, which waits with its input until then. */
export function openControlChannel(): void {
  isPresent = openSerialPort(secondSerialPort);
  if (isPresent) writeControlHeader(readyFrame, 0);
}

/** Whether there is a control channel. */
export function hasControlChannel(): bool {
  return isPresent;
}

/** Writes the header of a frame; its payload must follow. */
export function writeControlHeader(kind: u32, length: u32): void {
  store<u32>(frame, kind | (length << 16));
  writeSerial(secondSerialPort, frame, 4);
}

/** Writes the last frame and waits until it is gone. */
export function writeExitFrame(status: u32): void {
  if (!isPresent) return;
  store<u32>(frame, exitFrame | (4 << 16));
  store<u32>(frame, status, 4);
  writeSerial(secondSerialPort, frame, 8);
  drainSerial(secondSerialPort);
}
