// The app's memory in a virtual machine: pages appear on first touch.
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import * as app from "../../base/machine/app.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { appBase } from "../../memory/app-memory.as";
import { allocateFrame, availableFrames } from "../../memory/frames.as";
import { highFrameCount, takeHighFrame } from "./high-frames.as";
import { mapAppPage } from "./page-tables.as";
import { findMemory } from "./machine-memory.as";

/** 128 + SIGKILL (contracts/traps.ts). */
const outOfMemoryStatus: u32 = 137;

/** Frames that first touches leave to the kernel. */
const leastReserve: u32 = 4;

/** And those that a console takes which is opened only to say that there is no memory left. */
const consoleReserve: u32 = 20;

const pageBytes: u32 = 4096;

/** The page fault's error code says that the page was present. */
const protectionFault: u32 = 1;

let totalFrames: u32 = 0;

/** Notes how much memory there is, before the app is given any of it. */
export function countAppFrames(): void {
  totalFrames = availableFrames() + highFrameCount();
}

/** How much that was. */
export function pcAppFrames(): u32 {
  findMemory();
  return totalFrames;
}

/** The largest size of the app's memory that RAM can hold, in 64 KiB pages. */
export function pageLimit(): u32 {
  findMemory();
  const own = config.appImageLength >> 12;
  const reserve = reservedFrames();
  return totalFrames > reserve ? (totalFrames - reserve + own) >> 4 : 0;
}

/** Serves a page fault: 1 when the page is there now, 0 when the access was wrong. */
export function pageFault(address: u64, errorCode: u32): u32 {
  const offset = address - appBase;
  if (offset >= <u64>app.size() << 16 || (errorCode & protectionFault) != 0) return 0;
  const page = offset & ~4095;
  const imageOffset = page - config.appImageOffset;
  const isImage = imageOffset < <u64>config.appImageLength;
  const frame = isImage ? <u64>config.appImageStart + imageOffset : takeFrame();
  if (frame == 0 || !mapAppPage(page, frame)) endWithoutMemory();
  if (!isImage) app.fill(<u32>page, 0, pageBytes);
  return 1;
}

function reservedFrames(): u32 {
  return config.findsDevices ? leastReserve + consoleReserve : leastReserve;
}

/** What only the app can have goes first. */
function takeFrame(): u64 {
  findMemory();
  const frame = takeHighFrame();
  if (frame != 0) return frame;
  return availableFrames() > reservedFrames() ? allocateFrame() : 0;
}

function endWithoutMemory(): void {
  beginMessage(text("out of memory: the app touched more than this machine has; give it more"));
  endMessage();
  exit(outOfMemoryStatus);
}
