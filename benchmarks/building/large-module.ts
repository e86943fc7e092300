/** How fast the compiler is on large modules: QuickJS and Ruby, alone, without linking them. */
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { CompileLevel } from "../../src/contracts/build.ts";
import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median } from "../report/statistics.ts";
import type { Compilation } from "./compile-alone.ts";

/** A module, and what is promised of it. */
interface LargeModule {
  readonly name: string;
  /** Where it is; undefined where it is not. */
  readonly path: string | undefined;
  readonly whereFrom: string;
  readonly threads: number;
  readonly rounds: number;
  readonly goalSeconds: number;
  /** Of which the goal speaks: the processors' time, or the clock's. */
  readonly time: "cpuSeconds" | "seconds";
  readonly goalCachedMs: number;
}

const goalFastShare = 0.25;
const goalMemoryBytes = 4 * 2 ** 30;
const kibibyte = 1024;

/** Compiles each module in processes of its own, since V8 has to get to know the compiler. */
export function measureLargeModules(bench: Bench): Finding[] {
  const modules: readonly LargeModule[] = [
    {
      name: "quickjs.wasm",
      path: findQuickJs(),
      whereFrom: "needs the package quickjs-wasi",
      threads: 1,
      rounds: 5,
      goalSeconds: 3,
      time: "cpuSeconds",
      goalCachedMs: 100,
    },
    {
      name: "ruby.wasm",
      path: existing(bench.rubyPath),
      whereFrom: "needs --ruby FILE, the ruby.wasm of npm's @ruby/3.4-wasm-wasi",
      threads: 2,
      rounds: 1,
      goalSeconds: 60,
      time: "seconds",
      goalCachedMs: 250,
    },
  ];
  return modules.flatMap((module) => measureModule(bench, module));
}

function measureModule(bench: Bench, module: LargeModule): Finding[] {
  const { name, path, threads, time } = module;
  const inThreads = threads === 1 ? "one thread" : `${threads} threads`;
  const measure = `${name}: compile, ${inThreads}${time === "cpuSeconds" ? ", CPU" : ""}`;
  if (path === undefined) return [skipped("building", measure, module.whereFrom)];
  bench.note(`building: ${name}`);
  const runs: Compilation[] = [];
  const fast: Compilation[] = [];
  for (let round = 0; round < module.rounds; round++) {
    runs.push(compileAlone(bench, path, threads, "optimising"));
    fast.push(compileAlone(bench, path, threads, "fast"));
  }
  const middle = (figure: (run: Compilation) => number) => median(runs.map(figure));
  const { functions, codeBytes } = runs[0] as Compilation;
  const other = time === "seconds" ? "cpuSeconds" : "seconds";
  const otherText = `${middle((run) => run[other]).toFixed(2)} s ${other === "seconds" ? "by the clock" : "of CPU"}`;
  const wasmKib = (statSync(path).size / kibibyte).toFixed(0);
  const area = "building";
  return [
    {
      area,
      measure,
      value: middle((run) => run[time]),
      unit: "s",
      goal: module.goalSeconds,
      detail: `${otherText}; ${functions} functions, ${wasmKib} KiB wasm, ${codeBytes >> 10} KiB code`,
    },
    {
      area,
      measure: `${name}: most memory, compiling`,
      value: middle((run) => run.peakMebibytes) * 2 ** 20,
      unit: "bytes",
      goal: goalMemoryBytes,
      detail: inThreads,
    },
    {
      area,
      measure: `${name}: object from the cache`,
      value: middle((run) => run.cachedMs),
      unit: "ms",
      goal: module.goalCachedMs,
      detail: "",
    },
    fastShare(name, runs, fast),
  ];
}

/** The processors' time of `--fast` for each second of the other level. */
function fastShare(
  name: string,
  runs: readonly Compilation[],
  fast: readonly Compilation[],
): Finding {
  const shares = runs.map((run, round) => (fast[round]?.cpuSeconds ?? 0) / run.cpuSeconds);
  const { codeBytes, cpuSeconds } = fast[0] as Compilation;
  return {
    area: "building",
    measure: `${name}: compile --fast, CPU, against without`,
    value: median(shares),
    unit: "x",
    goal: goalFastShare,
    detail: `${cpuSeconds.toFixed(2)} s; ${codeBytes >> 10} KiB code`,
  };
}

/** In one file, as what is shipped is: tsx gives every function its name by a call. */
function bundled(bench: Bench): string {
  const outfile = bench.path("compile-alone.mjs");
  if (existsSync(outfile)) return outfile;
  const source = fileURLToPath(new URL("compile-alone.ts", import.meta.url));
  buildSync({ entryPoints: [source], bundle: true, platform: "node", format: "esm", outfile });
  return outfile;
}

function compileAlone(
  bench: Bench,
  path: string,
  threads: number,
  level: CompileLevel,
): Compilation {
  const worker = join(dirname(bench.commandLine), "compile-worker.js");
  const words = [bundled(bench), path, String(threads), level, worker];
  return JSON.parse(outputOf(process.execPath, words)) as Compilation;
}

function existing(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}

function findQuickJs(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
  } catch {
    return undefined;
  }
}
