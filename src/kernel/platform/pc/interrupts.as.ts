// Interrupts, from when they are first needed: the image has loaded the descriptor table, and they
// stay off but while the processor halts.
import { mapDevice } from "./page-tables.as";
import { ioApicBase, routeInterrupt } from "./io-apic.as";
import { enableLocalApic, localApicBase, localApicId } from "./local-apic.as";

const controlLine: u32 = 3; // COM2's interrupt line
const controlVector: u32 = 0x21;

/** Sets up the interrupt controllers. */
export function startInterrupts(): void {
  mapDevice(ioApicBase);
  mapDevice(localApicBase);
  enableLocalApic();
  routeInterrupt(ioApicBase, controlLine, controlVector, localApicId(), false);
}
