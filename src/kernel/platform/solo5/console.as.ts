// The console of a guest of Solo5's: descriptor 1, which takes bytes and gives none.
import * as host from "../../base/machine/host.as";
import { appStart } from "./app-pages.as";
import { interrupted, tryAgain } from "./errors.as";
import { waitForTender } from "./idle.as";

const write = 1;
const console: u32 = 1;

/** How long to leave somebody alone who takes no more for now. */
const pauseTime: u64 = 1_000_000;

/** Writes kernel memory; what cannot be written is lost. */
export function solo5Write(pointer: usize, length: u32): void {
  writeBytes(pointer, length);
}

/** Writes a checked range of app memory; what cannot be written is lost. */
export function solo5WriteApp(appPointer: u32, length: u32): void {
  writeBytes(appStart() + appPointer, length);
}

function writeBytes(address: u64, length: u32): void {
  while (length != 0) {
    const written = host.call(write, console, address, length, 0, 0, 0);
    if (written == interrupted) continue;
    if (written == tryAgain) {
      waitForTender(pauseTime);
      continue;
    }
    if (written <= 0) return;
    address += written;
    length -= <u32>written;
  }
}
