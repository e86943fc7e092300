// One round and one idle period of a virtual machine.
import * as cpu from "../../base/machine/cpu.as";
import { exit } from "../../boot/exit.as";
import { endWake, programWake } from "./clock.as";
import { canTake, controlInputReady, pollControlInput, stopWanted } from "./control-input.as";
import { hasControlChannel } from "./control-output.as";
import { enableSerialInterrupt, hasSerialByte, secondSerialPort } from "./serial-port.as";

/** 128 + SIGTERM. */
const stopExitStatus: u32 = 143;

/** Serves the control channel. */
export function pcRound(): void {
  pollControlInput();
  if (stopWanted()) exit(stopExitStatus);
}

/** Halts until a monotonic deadline or until the control channel has something. */
export function pcIdle(deadline: u64, input: bool): void {
  pcRound();
  if (input && controlInputReady()) return;
  if (!programWake(deadline)) return;
  const isListening = hasControlChannel() && canTake();
  if (isListening) enableSerialInterrupt(secondSerialPort, true);
  // What came before the interrupt was enabled is pending now, and ends the halt at once.
  if (!isListening || !hasSerialByte(secondSerialPort)) cpu.waitForInterrupt();
  if (isListening) enableSerialInterrupt(secondSerialPort, false);
  endWake();
}
