/** Programs that are killed at one of their system calls, by strace. */
import { spawnSync } from "node:child_process";

/** Whether there is strace here. */
export const canTrace =
  process.platform === "linux" &&
  process.arch === "x64" &&
  spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

/** Behind the name of a group of tests that is skipped: what is needed. */
export const traceNeeds = canTrace ? "" : " (needs strace on Linux on x86-64)";

/** A system call of a program's main thread: its name, and which one of that name it is. */
export interface Call {
  readonly name: string;
  readonly number: number;
}

/** strace, which ends its program by SIGKILL at a call. */
export function killingAt({ name, number }: Call): readonly string[] {
  return ["-o", "/dev/null", "-e", `inject=${name}:signal=SIGKILL:when=${number}`];
}

/** The calls in what strace has written, but for those that start threads. */
export function callsIn(trace: string): readonly Call[] {
  const counts = new Map<string, number>();
  return [...trace.matchAll(/^(\w+)\((.*)$/gm)].flatMap(([, name = "", rest = ""]) => {
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    return rest.includes("CLONE_THREAD") ? [] : [{ name, number }];
  });
}
