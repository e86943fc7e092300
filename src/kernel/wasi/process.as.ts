// WASI: proc_* and sched_yield.
import * as errno from "../base/errno.as";
import { leave } from "../boot/exit.as";
import { yieldRound } from "../boot/loop.as";

/** WASI proc_exit: ends the instance; of the status the low eight bits count, as on Linux. */
export function proc_exit(status: u32): void {
  leave(status & 0xff);
}

/** WASI proc_raise: there are no signals. */
export function proc_raise(_signal: u32): u32 {
  return errno.notImplemented;
}

/** WASI sched_yield: serves the devices once. */
export function sched_yield(): u32 {
  yieldRound();
  return errno.success;
}
