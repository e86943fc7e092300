// Boot in a virtual machine. The image comes with its own page tables and descriptors, and whatever
// else a program may need is prepared when it first does: memory and arguments
// (machine-memory.as.ts), the control channel, clocks and interrupts.
import { firstSerialPort, prepareSerialPort } from "./serial-port.as";
import { keepBootRecord } from "./machine-memory.as";

/** Takes possession of the machine. */
export function bootPc(record: u64): void {
  prepareSerialPort(firstSerialPort);
  keepBootRecord(record);
}
