// Standard output and standard error of a virtual machine: COM1, and frames on the control channel.
import { hasControlChannel, writeControlHeader } from "./control-output.as";
import {
  firstSerialPort,
  secondSerialPort,
  writeSerial,
  writeSerialApp,
} from "./serial-port.as";

const standardError: u32 = 2;
const stderrFrame: u32 = 16;
const payloadLimit: u32 = 4096;

/** Writes kernel memory to stream 1 or 2. */
export function writeStreamKernel(stream: u32, pointer: usize, length: u32): void {
  if (!isFramed(stream)) {
    writeSerial(firstSerialPort, pointer, length);
    return;
  }
  while (length != 0) {
    const part = min(length, payloadLimit);
    writeControlHeader(stderrFrame, part);
    writeSerial(secondSerialPort, pointer, part);
    pointer += part;
    length -= part;
  }
}

/** Writes a checked range of app memory to stream 1 or 2. */
export function writeStreamApp(stream: u32, appPointer: u32, length: u32): void {
  if (!isFramed(stream)) {
    writeSerialApp(firstSerialPort, appPointer, length);
    return;
  }
  while (length != 0) {
    const part = min(length, payloadLimit);
    writeControlHeader(stderrFrame, part);
    writeSerialApp(secondSerialPort, appPointer, part);
    appPointer += part;
    length -= part;
  }
}

/** Without a control channel, standard error goes where standard output goes. */
function isFramed(stream: u32): bool {
  return stream == standardError && hasControlChannel();
}
