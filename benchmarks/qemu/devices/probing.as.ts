// A kernel that takes a network and a block device into use before it starts its app.
import { boot as bootKernel } from "../../../src/kernel/boot/boot.as";
import { exit } from "../../../src/kernel/boot/exit.as";
import { openBlockDevice } from "../../../src/kernel/drivers/block-device.as";
import { openNetDevice } from "../../../src/kernel/drivers/net-device.as";
import { bootPc } from "../../../src/kernel/platform/pc/boot.as";
import { findMemory } from "../../../src/kernel/platform/pc/machine-memory.as";

export * from "../../../src/kernel/index.as";

const missingDevice: u32 = 1;

/** Boots once both devices work. */
export function boot(record: u64): void {
  bootPc(record);
  findMemory();
  const block = openBlockDevice();
  const net = openNetDevice();
  if (block === null || net === null) exit(missingDevice);
  bootKernel(record);
}
