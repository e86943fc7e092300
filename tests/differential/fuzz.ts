/**
 * `npm run fuzz -- --count N --seed S`: random modules in V8 and in our compiler, without end.
 * `--source binaryen|scalar|stress|both` says who makes them (`scalar`: Binaryen's, with numbers only),
 * `--workers` how many processes compare, `--memory checked`, `--cpu v3` and `--level fast` how their code
 * is made. With `--source mutants` they have something wrong in them and are only built: each must become
 * an image or be refused by name, in time and in bounded memory.
 */
import { fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { codeOptionsOf, codeOptionWords } from "../code-options.fixture.ts";
import type { WorkerReport } from "./fuzz-worker.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "Infinity" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    first: { type: "string", default: "0" },
    source: { type: "string", default: "both" },
    ...codeOptionWords,
    workers: { type: "string", default: "2" },
    found: { type: "string", default: join(tmpdir(), "tsuki-fuzz-found") },
  },
});

const code = codeOptionsOf(values);
/** What one module may take at most before its process is ended, far beyond what any needs. */
const moduleTimeMs = 180_000;
const memoryMebibytes = 2_048;

const totals = { modules: 0, runs: 0, traps: 0, skipped: 0, different: 0, failed: 0 };
const first = Number(values.first);
const end = first + Number(values.count);
const startedMs = performance.now();

function receive({ number, comparison, failure }: WorkerReport): void {
  totals.modules++;
  if (comparison === undefined && failure === undefined) totals.skipped++;
  totals.runs += comparison?.runs ?? 0;
  totals.traps += comparison?.traps ?? 0;
  const differences = comparison?.differences ?? [];
  if (failure !== undefined) {
    totals.failed++;
    console.log(`module ${number} could not be compared: ${failure}`);
  } else if (differences.length > 0) {
    totals.different++;
    console.log(
      `module ${number}: ${differences.length} runs differ; the first: ${differences[0]}`,
    );
  }
  if (failure !== undefined || differences.length > 0) {
    console.log(
      `  again: npm run fuzz -- --seed ${values.seed} --first ${number} --count 1 --source ${values.source} --memory ${code.memory} --cpu ${code.cpu} --level ${code.level}`,
    );
    console.log(`  module: ${join(values.found, `${values.seed}-${number}.wasm`)}`);
  }
  if (totals.modules % 25 === 0) printProgress();
}

function printProgress(): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const { modules, runs, traps, skipped, different, failed } = totals;
  console.log(
    `seed ${values.seed}: ${modules} modules, ${runs} runs (${traps} traps), ` +
      `${skipped} skipped, ${different} different, ${failed} failed, ${seconds} s`,
  );
}

mkdirSync(values.found, { recursive: true });
const worker = fileURLToPath(new URL("fuzz-worker.ts", import.meta.url));
const step = Number(values.workers);
const exits = Array.from({ length: step }, (_, index) => {
  const parameters = [
    values.seed,
    String(first + index),
    String(step),
    String(end),
    values.found,
    values.source,
    JSON.stringify(code),
  ];
  const child = fork(worker, parameters, {
    execArgv: [...process.execArgv, `--max-old-space-size=${memoryMebibytes}`],
  });
  let next = first + index;
  const isStuck = () => void child.kill("SIGKILL");
  let watch = setTimeout(isStuck, moduleTimeMs);
  child.on("message", (report) => {
    clearTimeout(watch);
    watch = setTimeout(isStuck, moduleTimeMs);
    receive(report as WorkerReport);
    next = (report as WorkerReport).number + step;
  });
  return new Promise<void>((settle) =>
    child.once("exit", (status, signal) => {
      clearTimeout(watch);
      if (status !== 0) {
        receive({ number: next, failure: `its process ended with ${signal ?? status}` });
      }
      settle();
    }),
  );
});
await Promise.all(exits);
printProgress();
process.exitCode = totals.different + totals.failed > 0 ? 1 : 0;
