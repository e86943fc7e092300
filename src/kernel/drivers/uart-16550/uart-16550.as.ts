// 16550 serial ports (National Semiconductor PC16550D).
import * as app from "../../base/machine/app.as";
import * as port from "../../base/machine/port.as";
import { pause } from "../../base/machine/processor.as";

/** COM1: standard output and console. */
export const firstSerialPort: u32 = 0x3f8;

/** COM2: the control channel. */
export const secondSerialPort: u32 = 0x2f8;

const data: u32 = 0;
const interruptEnable: u32 = 1;
const fifoControl: u32 = 2;
const lineControl: u32 = 3;
const modemControl: u32 = 4;
const lineStatus: u32 = 5;
const scratch: u32 = 7;

const dataReady: u32 = 1;
const transmitterEmpty: u32 = 0x20;
const transmitterIdle: u32 = 0x40;

const fifoBytes: u32 = 16;

// A port whose reader is gone must not hold the instance for ever: some seconds at a VM exit each.
const pollLimit: u32 = 2_000_000;

/** What the bus shows where there is no port: a state that no port is in. */
const noPort: u32 = 0xff;

let lostBytes: u64 = 0;

/** Makes a port ready for output: 8 bits, FIFO; its speed is nothing to a virtual machine. */
export function prepareSerialPort(base: u32): void {
  port.out8(base + lineControl, 3);
  port.out8(base + fifoControl, 7); // on, both empty, interrupt from the first byte
}

/** Makes a port ready for both ways; false when there is none. */
export function openSerialPort(base: u32): bool {
  port.out8(base + scratch, 0x5a);
  if (port.in8(base + scratch) != 0x5a) return false;
  prepareSerialPort(base);
  port.out8(base + interruptEnable, 0);
  port.out8(base + modemControl, 0x0b); // DTR, RTS, and OUT2, which lets interrupts through
  return true;
}

/** Whether there is a port. */
export function hasSerialPort(base: u32): bool {
  return port.in8(base + lineStatus) != noPort;
}

/** Writes kernel memory to a port. */
export function writeSerial(base: u32, pointer: usize, length: u32): void {
  while (length != 0) {
    const part = min(length, fifoBytes);
    if (!waitForStatus(base, transmitterEmpty, length)) return;
    for (const end = pointer + part; pointer < end; pointer++) {
      port.out8(base + data, load<u8>(pointer));
    }
    length -= part;
  }
}

/** Writes a checked range of app memory to a port. */
export function writeSerialApp(base: u32, appPointer: u32, length: u32): void {
  while (length != 0) {
    const part = min(length, fifoBytes);
    if (!waitForStatus(base, transmitterEmpty, length)) return;
    for (const end = appPointer + part; appPointer != end; appPointer++) {
      port.out8(base + data, app.load8(appPointer));
    }
    length -= part;
  }
}

/** Waits until all that was written has left the port. */
export function drainSerial(base: u32): void {
  waitForStatus(base, transmitterIdle, 0);
}

/** Whether a byte has arrived. */
export function hasSerialByte(base: u32): bool {
  return (port.in8(base + lineStatus) & dataReady) != 0;
}

/** Takes a byte that has arrived. */
export function takeSerialByte(base: u32): u32 {
  return port.in8(base + data);
}

/** Lets the port interrupt when a byte arrives. */
export function enableSerialInterrupt(base: u32): void {
  port.out8(base + interruptEnable, 1);
}

function waitForStatus(base: u32, status: u32, atStake: u32): bool {
  for (let polls: u32 = 0; polls < pollLimit; polls++) {
    if ((port.in8(base + lineStatus) & status) != 0) return true;
    pause();
    // A reader that once was too late is not waited for again.
    if (lostBytes != 0) break;
  }
  lostBytes += atStake;
  return false;
}
