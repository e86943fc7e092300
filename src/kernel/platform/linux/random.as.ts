// Randomness of a Linux process: getrandom, straight into the app's memory.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { appBase } from "../../memory/app-memory.as";
import { interrupted } from "./errors.as";

const getrandom = 318;

/** Fills a checked range of app memory; returns a WASI error number. */
export function linuxRandomFill(appPointer: u32, length: u32): u32 {
  return fill(appBase + appPointer, length);
}

/** Fills kernel memory; returns a WASI error number. */
export function linuxRandomBytes(pointer: usize, length: u32): u32 {
  return fill(pointer, length);
}

function fill(address: u64, length: u32): u32 {
  while (length != 0) {
    const filled = host.call(getrandom, address, length, 0, 0, 0, 0);
    if (filled == interrupted) continue;
    if (filled <= 0) return errno.inputOutput;
    address += filled;
    length -= <u32>filled;
  }
  return errno.success;
}
