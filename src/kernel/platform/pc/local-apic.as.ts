// The processor's own interrupt controller and timer (Intel SDM volume 3, chapter 11).
import * as cpu from "../../base/machine/cpu.as";
import * as mmio from "../../base/machine/mmio.as";
import * as port from "../../base/machine/port.as";
import { fence } from "../../base/machine/processor.as";

/** Physical address of the local APIC's registers. */
export const localApicBase: u64 = 0xfee0_0000;

const timerVector: u32 = 0x20;

const spuriousVector: u32 = 0x2f; // for an interrupt that has vanished meanwhile

/** A count of the timer: sixteen cycles of the bus, which ticks at 1 GHz in QEMU and KVM. */
export const timerCountNs: u64 = 16;

const identifier: u64 = 0x20;
const taskPriority: u64 = 0x80;
const spurious: u64 = 0xf0;
const timerEntry: u64 = 0x320;
const firstLineEntry: u64 = 0x350;
const initialCount: u64 = 0x380;
const currentCount: u64 = 0x390;
const divideConfiguration: u64 = 0x3e0;

let mode: u32 = 0; // what the timer's entry holds; each access to a device is dear

const enabled: u32 = 0x100;
const masked: u32 = 0x1_0000;
const periodic: u32 = 0x2_0000;
const byTimestamp: u32 = 0x4_0000;
const divideBySixteen: u32 = 3;

/** IA32_TSC_DEADLINE. */
const deadlineRegister: u32 = 0x6e0;

const firstController: u32 = 0x21; // interrupt masks of the two 8259s
const secondController: u32 = 0xa1;

/** Enables the controller with its timer silent, and silences the 8259s. */
export function enableLocalApic(): void {
  port.out8(firstController, 0xff);
  port.out8(secondController, 0xff);
  write(taskPriority, 0);
  write(firstLineEntry, masked);
  setMode(masked | timerVector);
  write(divideConfiguration, divideBySixteen);
  write(spurious, enabled | spuriousVector);
}

/** The controller's number, to which others send interrupts. */
export function localApicId(): u32 {
  return mmio.read32(localApicBase + identifier) >> 24;
}

/** Counts down from `count` again and again, with an interrupt at each end. */
export function startTurns(count: u32): void {
  setMode(periodic | timerVector);
  write(initialCount, count);
}

/** Interrupts once, `count` counts from now. */
export function startTimer(count: u32): void {
  setMode(timerVector);
  write(initialCount, count);
}

/** Interrupts once, when the timestamp counter has come to a value. */
export function startTimestampTimer(timestamp: u64): void {
  setMode(byTimestamp | timerVector);
  // The mode must have arrived before the deadline does (11.5.4.1).
  fence();
  cpu.writeMsr(deadlineRegister, timestamp);
}

/** Keeps the timer counting without interrupts. */
export function silenceTimer(): void {
  setMode(periodic | masked | timerVector);
}

/** What is left to count. */
export function timerCount(): u32 {
  return mmio.read32(localApicBase + currentCount);
}

function setMode(value: u32): void {
  if (mode == value) return;
  mode = value;
  write(timerEntry, value);
}

function write(register: u64, value: u32): void {
  mmio.write32(localApicBase + register, value);
}
