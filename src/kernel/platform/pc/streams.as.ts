// Standard output and standard error of a virtual machine: a port of a virtio console, else COM1;
// and frames on the control channel.
import * as config from "../../base/config.as";
import { outputPort } from "../../drivers/virtio-console/ports.as";
import { hasConsolePorts, writePort, writePortApp } from "./console-ports.as";
import { hasControlChannel, writeControlHeader } from "./control-output.as";
import { writeControl, writeControlApp } from "./control-port.as";
import { refuseSilentMachine } from "./refusal.as";
import {
  firstSerialPort,
  hasSerialPort,
  writeSerial,
  writeSerialApp,
} from "../../drivers/uart-16550/uart-16550.as";

const standardError: u32 = 2;
const stderrFrame: u32 = 16;
const payloadLimit: u32 = 4096;

let isConsoleKnown = false;

/** Writes kernel memory to stream 1 or 2. */
export function writeStreamKernel(stream: u32, pointer: usize, length: u32): void {
  if (!isFramed(stream)) {
    if (config.findsDevices && hasConsolePorts()) writePort(outputPort, pointer, length);
    else if (hasConsole()) writeSerial(firstSerialPort, pointer, length);
    return;
  }
  while (length != 0) {
    const part = min(length, payloadLimit);
    writeControlHeader(stderrFrame, part);
    writeControl(pointer, part);
    pointer += part;
    length -= part;
  }
}

/** Writes kernel memory to standard output, if there is something that takes it. */
export function writeToConsole(pointer: usize, length: u32): void {
  if (config.findsDevices && hasConsolePorts()) writePort(outputPort, pointer, length);
  else if (hasSerialPort(firstSerialPort)) writeSerial(firstSerialPort, pointer, length);
}

/** Writes a checked range of app memory to stream 1 or 2. */
export function writeStreamApp(stream: u32, appPointer: u32, length: u32): void {
  if (!isFramed(stream)) {
    if (config.findsDevices && hasConsolePorts()) writePortApp(outputPort, appPointer, length);
    else if (hasConsole()) writeSerialApp(firstSerialPort, appPointer, length);
    return;
  }
  while (length != 0) {
    const part = min(length, payloadLimit);
    writeControlHeader(stderrFrame, part);
    writeControlApp(appPointer, part);
    appPointer += part;
    length -= part;
  }
}

/** Whether COM1 is there; the instance ends where it is not. */
function hasConsole(): bool {
  if (isConsoleKnown) return true;
  isConsoleKnown = true;
  if (!hasSerialPort(firstSerialPort)) refuseSilentMachine();
  return true;
}

/** Without a control channel, standard error goes where standard output goes. */
function isFramed(stream: u32): bool {
  return stream == standardError && hasControlChannel();
}
