// Processor exceptions, as the image's stubs report them on the fault stack.
import { putDecimal, putHexadecimal, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { machineFault, stackOverflow } from "../../trap/trap-message.as";
import { trap } from "../../trap/trap.as";
import { pageFault } from "./app-pages.as";
import { hasNeededFeatures } from "./identification.as";
import { isBelowStack, stackFault } from "./native-stack.as";
import { powerOff } from "./power.as";

const undefinedVector: u32 = 6;
const pageFaultVector: u32 = 14;
const trapExitStatus: u32 = 134;
const startFailure: u32 = 125;

let isReporting = false;

/** Serves an exception: 1 to retry the instruction; else it reports a trap and does not return. */
export function exception(
  vector: u32, errorCode: u64, programCounter: u64, stackPointer: u64, address: u64,
): u32 {
  // A fault while one is reported would go round for ever.
  if (isReporting) powerOff(trapExitStatus);
  const isPageFault = vector == pageFaultVector;
  if (isPageFault && pageFault(address, <u32>errorCode) != 0) return 1;
  if (isPageFault && stackFault(address, <u32>errorCode)) return 1;
  isReporting = true;
  if (isPageFault && isBelowStack(address)) {
    trap(stackOverflow, programCounter, stackPointer, 0);
  }
  if (vector == undefinedVector && !hasNeededFeatures()) {
    beginMessage(text("this processor lacks SSE4.2 or POPCNT; in QEMU, choose one by -cpu max"));
    endMessage();
    powerOff(startFailure);
  }
  if (!isPageFault) {
    beginMessage(text("exception "));
    putDecimal(vector);
    putText(text(", error code "));
    putHexadecimal(errorCode);
    endMessage();
    trap(machineFault, programCounter, stackPointer, 0);
  }
  trap(machineFault, programCounter, stackPointer, address);
  return 0;
}
