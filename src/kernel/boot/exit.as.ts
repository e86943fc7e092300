// The end of the instance.
import * as config from "../base/config.as";
import * as node from "../base/machine/node.as";
import { linuxExit, linuxLeave } from "../platform/linux/process.as";
import { pcLeave } from "../platform/pc/loop.as";
import { powerOff } from "../platform/pc/power.as";
import { solo5Leave } from "../platform/solo5/idle.as";

/** Ends the instance in order: what was written to sockets still reaches its peers. */
export function leave(status: u32): void {
  if (config.platform == config.pc && config.opensSockets) pcLeave();
  if (config.platform == config.linux && config.usesOwnStack) linuxLeave();
  if (config.platform == config.solo5 && config.opensSockets) solo5Leave();
  exit(status);
}

/** Ends the instance with a status of 0-255; does not return. */
export function exit(status: u32): void {
  if (config.platform == config.linux || config.platform == config.solo5) linuxExit(status);
  else if (config.platform == config.pc) powerOff(status);
  else node.exit(status);
  unreachable();
}
