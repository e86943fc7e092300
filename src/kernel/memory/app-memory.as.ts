// The app's linear memory as the kernel sees it: ranges and growth.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import { mapAppPages } from "../platform/linux/app-pages.as";
import { pageLimit } from "../platform/pc/app-pages.as";
import { growSolo5App } from "../platform/solo5/app-pages.as";

/** Virtual address of the app's memory on pc and linux (contracts: appBase). */
export const appBase: u64 = 0x10_0000_0000;

/** Bytes reserved for each memory: what its accesses can reach (contracts: memoryReservation). */
export const appReservation: u64 = 0x2_0000_0000;

/** How many memories an app has at most (compiler: moduleLimits). */
export const memoryLimit: u64 = 1000;

/** Whether `length` bytes from `appPointer` lie inside the app's memory. */
export function isAppRange(appPointer: u32, length: u64): bool {
  return <u64>appPointer + length <= <u64>app.size() << 16;
}

/** The app's `memory.grow`: the old size in pages, or -1 (WebAssembly 2.0, 4.4.7). */
export function memoryGrow(pages: u32): u32 {
  const old = app.size();
  const wanted = <u64>old + <u64>pages;
  if (pages == 0) return old;
  if (wanted > <u64>app.maximum()) return -1;
  if (config.platform == config.linux) {
    if (!mapAppPages(<u64>old << 16, <u64>pages << 16)) return -1;
  } else if (config.platform == config.pc) {
    if (wanted > <u64>pageLimit()) return -1;
  } else if (config.platform == config.solo5) {
    if (!growSolo5App(wanted)) return -1;
  }
  app.setSize(<u32>wanted);
  return old;
}

/**
 * The app's `memory.grow` of a memory after the first: the old size in pages, or -1. Compiled code
 * keeps the size, and knows the maximum.
 */
export function furtherMemoryGrow(memory: u32, size: u32, pages: u32, maximum: u32): u32 {
  if (pages == 0) return size;
  if (config.platform != config.linux || <u64>size + <u64>pages > <u64>maximum) return -1;
  const start = (<u64>memory * appReservation) + (<u64>size << 16);
  return mapAppPages(start, <u64>pages << 16) ? size : -1;
}
