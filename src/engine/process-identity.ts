/** Processes as files can name them: a number alone comes back one day as somebody else's. */
import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { attempt } from "./attempt.ts";
import { bootId } from "./boot-id.ts";

/** A process by its number and by when it started. */
export const processIdentity = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** Clock ticks since the host's boot (proc(5), `starttime`) and the boot's id; empty where unknown. */
  started: Type.String(),
});

/** A process by its number and by when it started. */
export type ProcessIdentity = Static<typeof processIdentity>;

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) };
}

/** Whether a process still runs. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return attempt(() => process.kill(pid, 0)) !== undefined && startOf(pid) === started;
}

function startOf(pid: number): string {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The name in parentheses may hold anything; field 22 is the twentieth behind it.
  const ticks = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return ticks === undefined ? "" : `${bootId()} ${ticks}`;
}
