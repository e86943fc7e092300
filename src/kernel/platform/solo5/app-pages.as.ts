// The app's memory in a guest of Solo5's: it grows into what the kernel's heap has not taken yet.
import * as config from "../../base/config.as";
import { frameRangeEnd, takeFramesBelow } from "../../memory/frames.as";

/** What growing leaves to the kernel, if it has not taken it yet. */
const reserveBytes: u64 = 256 * 1024;

/** Where the app's memory begins. */
export function appStart(): u64 {
  return config.appImageStart - config.appImageOffset;
}

/** Makes room for a size in 64 KiB pages, of zeroes; false when there is none. */
export function growSolo5App(pages: u64): bool {
  const end = appStart() + (pages << 16);
  return end + reserveBytes <= frameRangeEnd() && takeFramesBelow(end);
}
