// One round and one idle period of a virtual machine.
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";
import { requestStop } from "../../boot/stop.as";
import { takeInterrupts } from "../../bus/devices.as";
import { endWake, programWake } from "./clock.as";
import { canTake, controlInputReady, pollControlInput, stopWanted } from "./control-input.as";
import { hasControlChannel } from "./control-output.as";
import { ignoreControl, listenToControl } from "./control-port.as";
import { powerButtonPressed, watchPowerButton } from "./power-button.as";

/** 128 + SIGTERM. */
const stopExitStatus: u32 = 143;

/** Serves the control channel and the power button. */
export function pcRound(): void {
  pollControlInput();
  if (stopWanted() || powerButtonPressed()) requestStop(stopExitStatus);
}

/** Halts until a monotonic deadline or until the control channel has something. */
export function pcIdle(deadline: u64, input: bool): void {
  pcRound();
  if (input && controlInputReady()) return;
  if (!programWake(deadline)) return;
  watchPowerButton();
  const isListening = hasControlChannel() && canTake();
  // A line that stays high interrupts no more: it is acknowledged before the last look at the
  // device.
  if (config.findsDevices) takeInterrupts();
  if (!isListening || !listenToControl()) cpu.waitForInterrupt();
  if (isListening) ignoreControl();
  endWake();
}
