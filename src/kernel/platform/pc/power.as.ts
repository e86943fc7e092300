// The end of a virtual machine.
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";
import * as port from "../../base/machine/port.as";
import { drainPort, outputPort } from "../../drivers/virtio-console/ports.as";
import { powerOffByAcpi } from "./acpi-power.as";
import { ignoreComplaints } from "./complaint.as";
import { hasConsolePorts } from "./console-ports.as";
import { writeExitFrame } from "./control-output.as";
import { drainSerial, firstSerialPort } from "../../drivers/uart-16550/uart-16550.as";

const debugExit: u32 = 0xf4; // QEMU's isa-debug-exit
const qemuControl: u32 = 0x604; // PM1a control of QEMU's q35 and pc; microvm has none
const qemuSleep: u32 = 0x2000; // sleep enable, type 0: S5
const keyboardController: u32 = 0x64; // Intel 8042
const resetPulse: u32 = 0xfe;

/** An interrupt descriptor table without a single gate. */
const emptyTable = memory.data(16, 8);

/**
 * Tells the monitor the exit status and ends the machine, by whatever it has for that; does not
 * return. The last means is what every machine has: a fault that cannot be delivered shuts the
 * processor down, which monitors take for a reset (Intel SDM volume 3, 6.15, interrupt 8).
 */
export function powerOff(status: u32): void {
  if (config.findsDevices && hasConsolePorts()) drainPort(outputPort);
  else drainSerial(firstSerialPort);
  writeExitFrame(status);
  port.out8(debugExit, status);
  ignoreComplaints();
  if (config.usesAcpi) powerOffByAcpi();
  port.out16(qemuControl, qemuSleep);
  port.out8(keyboardController, resetPulse);
  cpu.loadInterruptTable(emptyTable);
  store<u8>(0, 0);
  for (;;) cpu.halt();
}
