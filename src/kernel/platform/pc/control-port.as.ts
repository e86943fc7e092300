// What the control channel goes over: a port of a virtio console, else COM2.
import * as config from "../../base/config.as";
import {
  controlPort,
  drainPort,
  ignorePort,
  inputBytes,
  inputStart,
  listenToPort,
  takeInput,
} from "../../drivers/virtio-console/ports.as";
import { hasConsolePorts, writePort, writePortApp } from "./console-ports.as";
import {
  drainSerial,
  enableSerialInterrupt,
  hasSerialByte,
  openSerialPort,
  secondSerialPort,
  takeSerialByte,
  writeSerial,
  writeSerialApp,
} from "../../drivers/uart-16550/uart-16550.as";

let isListening = false;

/** Makes the channel ready for both ways; false when there is none. */
export function openControlPort(): bool {
  return (config.findsDevices && hasConsolePorts()) || openSerialPort(secondSerialPort);
}

/** Writes kernel memory to the channel. */
export function writeControl(pointer: usize, length: u32): void {
  if (config.findsDevices && hasConsolePorts()) writePort(controlPort, pointer, length);
  else writeSerial(secondSerialPort, pointer, length);
}

/** Writes a checked range of app memory to the channel. */
export function writeControlApp(appPointer: u32, length: u32): void {
  if (config.findsDevices && hasConsolePorts()) writePortApp(controlPort, appPointer, length);
  else writeSerialApp(secondSerialPort, appPointer, length);
}

/** Waits until all that was written is gone. */
export function drainControl(): void {
  if (config.findsDevices && hasConsolePorts()) drainPort(controlPort);
  else drainSerial(secondSerialPort);
}

/** Whether a byte has arrived. */
export function hasControlByte(): bool {
  if (config.findsDevices && hasConsolePorts()) return inputBytes(controlPort) != 0;
  return hasSerialByte(secondSerialPort);
}

/** Takes a byte that has arrived. */
export function takeControlByte(): u32 {
  if (!config.findsDevices || !hasConsolePorts()) return takeSerialByte(secondSerialPort);
  const byte = load<u8>(inputStart(controlPort));
  takeInput(controlPort, 1);
  return byte;
}

/**
 * Has the next byte interrupt; whether one has arrived already, that nobody has looked for. COM2's
 * interrupt stays on once it is: bytes come seldom, and each access to the port is dear.
 */
export function listenToControl(): bool {
  if (config.findsDevices && hasConsolePorts()) return listenToPort(controlPort);
  if (isListening) return false;
  isListening = true;
  enableSerialInterrupt(secondSerialPort);
  return hasSerialByte(secondSerialPort);
}

/** Spares the interrupts. */
export function ignoreControl(): void {
  if (config.findsDevices && hasConsolePorts()) ignorePort(controlPort);
}
