/** How long services take to build: with an empty cache, and after an edit. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import type { Finding } from "../report/finding.ts";
import { estimate, median, quantile } from "../report/statistics.ts";
import { serviceSources } from "./images.ts";

const thoroughRounds = 10;
const coldRounds = 3;
const goalColdMs = 3000;
const goalEditMs = 300;
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds Hono's hello cold, then again and again with another text in it. */
export function measureRebuild(bench: Bench): Finding[] {
  bench.note("services: building after an edit");
  // Beside the packages that it imports.
  const source = join(root, "node_modules", ".cache", `tsuki-edit-${process.pid}.ts`);
  try {
    return measureEdits(bench, source);
  } finally {
    rmSync(source, { force: true });
  }
}

function measureEdits(bench: Bench, source: string): Finding[] {
  const text = readFileSync(serviceSources.hono, "utf8");
  const cache = bench.path("services-cache");
  const cold: number[] = [];
  const edit: number[] = [];
  const nothing: number[] = [];
  const build = (value: number): number => {
    writeFileSync(source, text.replace("[1, 2, 3]", `[${value}]`));
    const words = [bench.commandLine, "build", "-q", source, "-o", bench.path("edited")];
    return timed(words, { ...process.env, XDG_CACHE_HOME: cache });
  };
  for (let round = 0; round < bench.rounds(coldRounds); round++) {
    rmSync(cache, { recursive: true, force: true });
    cold.push(build(round));
  }
  for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
    edit.push(build(1000 + round));
    nothing.push(timed(["-e", "0"], process.env));
  }
  const node = `node -e 0: ${median(nothing).toFixed(0)} ms`;
  return [
    inMilliseconds("Hono (TypeScript), cold build", cold, goalColdMs, node),
    inMilliseconds("Hono (TypeScript), build after an edit", edit, goalEditMs, node),
  ];
}

function timed(words: readonly string[], environment: NodeJS.ProcessEnv): number {
  const before = performance.now();
  outputOf(process.execPath, words, environment);
  return performance.now() - before;
}

function inMilliseconds(
  measure: string,
  runs: readonly number[],
  goal: number,
  node: string,
): Finding {
  const { value, ...range } = estimate(runs);
  const low = quantile(runs, 0.25).toFixed(0);
  const detail = `middle half ${low}-${quantile(runs, 0.75).toFixed(0)} ms; ${node}`;
  return { area: "services", measure, value, range, unit: "ms", goal, detail };
}
