// Boot in a virtual machine. The image comes with its own page tables and descriptors, and whatever
// else a program may need is prepared when it first does: memory and arguments
// (machine-memory.as.ts), the control channel, clocks and interrupts.
import * as config from "../../base/config.as";
import { exit } from "../../boot/exit.as";
import { openListeners } from "../../net/listeners.as";
import { readNetworkSettings } from "../../net/settings.as";
import { firstSerialPort, prepareSerialPort } from "../../drivers/uart-16550/uart-16550.as";
import { keepBootRecord } from "./machine-memory.as";

/** Exit status when something that the instance was told to have cannot be had. */
const startFailure: u32 = 125;

/** Takes possession of the machine; ends the instance when it cannot listen as it is told. */
export function bootPc(record: u64): void {
  prepareSerialPort(firstSerialPort);
  keepBootRecord(record);
  if (!config.opensSockets) return;
  if (!readNetworkSettings() || !openListeners()) exit(startFailure);
}
