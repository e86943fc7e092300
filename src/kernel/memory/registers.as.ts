// Device registers, which must be mapped before `mmio` may touch them.
import * as config from "../base/config.as";
import { mapDeviceRegisters } from "../platform/pc/page-tables.as";

/** Maps a device's registers; false when they lie where they cannot be mapped. */
export function mapRegisters(address: u64, length: u64): bool {
  return config.platform != config.pc || mapDeviceRegisters(address, length);
}
