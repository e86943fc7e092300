// The app's memory in a Linux process: anonymous mappings at fixed addresses.
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import { appBase } from "../../memory/app-memory.as";

const mmap = 9;
const readWrite: u64 = 3; // PROT_READ | PROT_WRITE
// MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE
const flags: u64 = 0x10_4022;
const noFile: u64 = ~0;

/** Maps zeroed pages into a running app's memory; false when the host refuses. */
export function mapAppPages(offset: u64, lengthBytes: u64): bool {
  return host.call(mmap, appBase + offset, lengthBytes, readWrite, flags, noFile, 0) > 0;
}

/** Maps what the executable's own segments leave out of the app's initial memory. */
export function mapInitialAppPages(): bool {
  const total = <u64>config.appInitialPages << 16;
  const imageEnd = <u64>config.appImageOffset + <u64>config.appImageLength;
  if (config.appImageLength == 0) return mapBeforeSeal(0, total);
  return mapBeforeSeal(0, config.appImageOffset) && mapBeforeSeal(imageEnd, total);
}

function mapBeforeSeal(start: u64, end: u64): bool {
  if (start >= end) return true;
  return host.setup(mmap, appBase + start, end - start, readWrite, flags, noFile, 0) > 0;
}
