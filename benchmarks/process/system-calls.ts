/** System calls that hello makes from its first instruction to its end. */
import { readFileSync } from "node:fs";
import type { Bench } from "../bench.ts";
import { isInstalled, outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";

const goalCalls = 8;

/** Counts with strace; the execve that makes the process is its parent's and not counted. */
export function countSystemCalls(bench: Bench, name: string, path: string): Finding {
  const measure = `${name}, system calls`;
  if (!isInstalled("strace")) return skipped("process", measure, "needs strace");
  const log = bench.path("strace");
  outputOf("strace", ["-o", log, path]);
  const calls = callsIn(readFileSync(log, "utf8"));
  return {
    area: "process",
    measure,
    value: calls.length,
    unit: "calls",
    goal: goalCalls,
    detail: calls.join(" "),
  };
}

/** The names of the calls in strace's log, without the execve that begins it. */
export function callsIn(log: string): string[] {
  return log
    .split("\n")
    .flatMap((line) => /^(\w+)\(/.exec(line)?.[1] ?? [])
    .slice(1);
}
