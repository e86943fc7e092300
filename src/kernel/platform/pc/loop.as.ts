// One round and one idle period of a virtual machine.
import * as config from "../../base/config.as";
import * as cpu from "../../base/machine/cpu.as";
import { requestStop } from "../../boot/stop.as";
import { takeInterrupts } from "../../bus/devices.as";
import { endNetwork, networkDeadline, serveNetwork } from "../../net/network.as";
import { endWake, pcMonotonicTime, programWake } from "./clock.as";
import { canTake, controlInputReady, pollControlInput, stopWanted } from "./control-input.as";
import { hasControlChannel } from "./control-output.as";
import { ignoreControl, listenToControl } from "./control-port.as";
import { ignoreLinks, listenToLinks } from "../links.as";
import { addWaitedTime } from "../../boot/turns.as";
import { powerButtonPressed, watchPowerButton } from "./power-button.as";

/** 128 + SIGTERM. */
const stopExitStatus: u32 = 143;

/** So many rounds pass without a look at the control channel: each is an access to a device. */
const controlPeriod: u32 = 16;

let rounds: u32 = 0;

/** Serves the control channel, the power button, and the network of an app that has one. */
export function pcRound(): void {
  if (rounds++ % controlPeriod == 0) serveControl();
  if (config.opensSockets) serveNetwork();
}

function serveControl(): void {
  pollControlInput();
  if (stopWanted() || powerButtonPressed()) requestStop(stopExitStatus);
}

/** Sees to it that what was written reaches its peers, before the machine ends. */
export function pcLeave(): void {
  endNetwork();
}

/** Halts until a monotonic deadline or until the control channel or the network has something. */
export function pcIdle(deadline: u64, input: bool): void {
  serveControl();
  if (input && controlInputReady()) return;
  if (config.opensSockets) deadline = min(deadline, networkDeadline());
  if (!programWake(deadline)) return;
  watchPowerButton();
  const isListening = hasControlChannel() && canTake();
  // A line that stays high interrupts no more: it is acknowledged before the last look at the
  // device.
  if (config.findsDevices) takeInterrupts();
  const hasControl = isListening && listenToControl();
  const hasFrames = config.opensSockets && listenToLinks();
  if (!hasControl && !hasFrames) halt();
  if (isListening) ignoreControl();
  if (config.opensSockets) ignoreLinks();
  endWake();
}

/** Halts until an interrupt; the time counts as waited. */
export function halt(): void {
  const start = pcMonotonicTime();
  cpu.waitForInterrupt();
  addWaitedTime(pcMonotonicTime() - start);
}
