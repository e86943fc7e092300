// The ports of a virtio console, where the machine has one: standard output, and the control
// channel. They are opened when either is first used.
import * as app from "../../base/machine/app.as";
import {
  portBufferBytes,
  sendOutput,
  waitForOutputBuffer,
} from "../../drivers/virtio-console/ports.as";
import { openConsoleDevice } from "../../drivers/virtio-console/virtio-console.as";
import { routeDeviceLines, sendDeviceMessages } from "./device-interrupts.as";
import { findMemory } from "./machine-memory.as";

let isSearched = false;
let isPresent = false;

/**
 * Whether there is a virtio console with both ports. Ask only where `config.findsDevices`, so that
 * other images do without all of this.
 */
export function hasConsolePorts(): bool {
  if (!isSearched) {
    isSearched = true;
    findMemory();
    sendDeviceMessages();
    isPresent = openConsoleDevice();
    if (isPresent) routeDeviceLines();
  }
  return isPresent;
}

/** Writes kernel memory to a port. */
export function writePort(port: u32, pointer: usize, length: u32): void {
  while (length != 0) {
    const part = min(length, portBufferBytes);
    const buffer = waitForOutputBuffer(port);
    if (buffer == 0) return;
    memory.copy(buffer, pointer, part);
    sendOutput(port, part);
    pointer += part;
    length -= part;
  }
}

/** Writes a checked range of app memory to a port. */
export function writePortApp(port: u32, appPointer: u32, length: u32): void {
  while (length != 0) {
    const part = min(length, portBufferBytes);
    const buffer = waitForOutputBuffer(port);
    if (buffer == 0) return;
    app.copyIn(buffer, appPointer, part);
    sendOutput(port, part);
    appPointer += part;
    length -= part;
  }
}
