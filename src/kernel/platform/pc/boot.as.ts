// Boot in a virtual machine: from the monitor's record to a machine that can run the app.
import { text } from "../../base/text.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { countAppFrames } from "./app-pages.as";
import { startClock } from "./clock.as";
import { openControlChannel } from "./control-output.as";
import { loadInterrupts } from "./interrupts.as";
import { routeInterrupt } from "./io-apic.as";
import { enableLocalApic, localApicId } from "./local-apic.as";
import { buildPageTables } from "./page-tables.as";
import { firstSerialPort, openSerialPort } from "./serial-port.as";
import { endOfMemory, readStartInfo, takeLaunchRecord } from "./start-info.as";
import { startWallClock } from "./wall-clock.as";

const controlLine: u32 = 3; // COM2's interrupt line
const controlVector: u32 = 0x21;

/** Exit status when the machine cannot run the instance. */
const startFailure: u32 = 125;

/** Takes possession of the machine; powers off with one line when that is not possible. */
export function bootPc(record: u64): void {
  openSerialPort(firstSerialPort);
  openControlChannel();
  if (!readStartInfo(record)) fail(text("no usable PVH boot record: start the image by PVH"));
  if (!buildPageTables(endOfMemory())) fail(text("too little memory: give the machine more"));
  loadInterrupts();
  enableLocalApic();
  routeInterrupt(controlLine, controlVector, localApicId());
  startClock();
  startWallClock();
  takeLaunchRecord();
  countAppFrames();
}

function fail(message: usize): void {
  beginMessage(message);
  endMessage();
  exit(startFailure);
}
