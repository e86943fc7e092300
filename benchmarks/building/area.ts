/** How long the command line takes: builds with an empty cache, builds again, and its help. */
import { rmSync } from "node:fs";
import { type Bench, sources } from "../bench.ts";
import { outputOf } from "../programs.ts";
import type { Finding } from "../report/finding.ts";
import { estimate, median, quantile } from "../report/statistics.ts";
import { measureCompileSpeed } from "./compile-speed.ts";
import { measureLargeModules } from "./large-module.ts";

const goalColdSeconds = 3;
const goalCachedMs = 200;
const goalHelpMs = 100;
const coldRounds = 5;
/** Quick commands are run so many times a round. */
const repetitions = 4;
const msPerSecond = 1_000;

/** Measures the bin itself, by turns, each build with a cache of this run's own. */
export async function measureBuilding(bench: Bench): Promise<Finding[]> {
  bench.note("building: hello with an empty cache, cached, and --help");
  const cold: number[] = [];
  const coldAs: number[] = [];
  const cached: number[] = [];
  const help: number[] = [];
  const nothing: number[] = [];
  for (let round = 0; round < bench.rounds(coldRounds); round++) {
    rmSync(bench.path("cache"), { recursive: true, force: true });
    cold.push(timed(bench, buildWords(bench, sources.helloC)));
    coldAs.push(timed(bench, buildWords(bench, sources.helloAs)));
    for (let repetition = 0; repetition < repetitions; repetition++) {
      cached.push(timed(bench, buildWords(bench, sources.helloC)));
      help.push(timed(bench, [bench.commandLine, "--help"]));
      nothing.push(timed(bench, ["-e", "0"]));
    }
  }
  const node = `node -e 0: ${median(nothing).toFixed(0)} ms`;
  return [
    inSeconds("hello (C), cold, with clang", cold, goalColdSeconds),
    inSeconds("hello (AssemblyScript), cold, with asc", coldAs, undefined),
    inMilliseconds("hello (C), cached", cached, goalCachedMs, node),
    inMilliseconds("tsuki --help", help, goalHelpMs, node),
    ...(await measureCompileSpeed(bench)),
    ...measureLargeModules(bench),
  ];
}

function buildWords(bench: Bench, source: string): string[] {
  return [bench.commandLine, "build", source, "-o", bench.path("built")];
}

/** Milliseconds of one run of Node. */
function timed(bench: Bench, words: readonly string[]): number {
  const environment = { ...process.env, XDG_CACHE_HOME: bench.path("cache") };
  const before = performance.now();
  outputOf(process.execPath, words, environment);
  return performance.now() - before;
}

function inSeconds(measure: string, runs: readonly number[], goal: number | undefined): Finding {
  const seconds = runs.map((time) => time / msPerSecond);
  const { value, ...range } = estimate(seconds);
  const detail = `${runs.length} runs, fastest ${Math.min(...seconds).toFixed(2)} s`;
  const finding: Finding = { area: "building", measure, value, range, unit: "s", detail };
  return goal === undefined ? finding : { ...finding, goal };
}

function inMilliseconds(
  measure: string,
  runs: readonly number[],
  goal: number,
  node: string,
): Finding {
  const low = quantile(runs, 0.25).toFixed(0);
  const high = quantile(runs, 0.75).toFixed(0);
  const detail = `middle half ${low}-${high} ms; ${node}`;
  const { value, ...range } = estimate(runs);
  return { area: "building", measure, value, range, unit: "ms", goal, detail };
}
