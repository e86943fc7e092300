// Waiting for a block device.
import { takeInterrupts } from "../../bus/devices.as";
import { ignoreBlockDevice, listenToBlockDevice } from "../../drivers/block-device.as";
import { BlockDevice } from "../../drivers/block-request.as";
import { endWake, programWake } from "./clock.as";
import { halt } from "./loop.as";

/** Halts until a device may have finished a request, or until a monotonic deadline. */
export function pcWaitForBlocks(device: BlockDevice, deadline: u64): void {
  if (!programWake(deadline)) return;
  takeInterrupts();
  if (!listenToBlockDevice(device)) halt();
  ignoreBlockDevice(device);
  endWake();
}
