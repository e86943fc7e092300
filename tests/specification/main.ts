/**
 * `npm run spec -- --tests DIR`: the core tests of the WebAssembly specification, which wast2json
 * or the reference interpreter has converted into DIR, through the whole compiler. `--file NAME` runs
 * one; `--verbose` prints every failure; `--memory checked` has accesses checked by comparisons,
 * `--level fast` compiles as `tsuki build --fast` does.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { codeOptionsOf, codeOptionWords } from "../code-options.fixture.ts";
import { BinaryScript } from "./binary-script.ts";
import { runScript, type ScriptResult } from "./run-script.ts";
import { ConvertedScript } from "./script.ts";

const { values } = parseArgs({
  options: {
    tests: { type: "string" },
    file: { type: "string", multiple: true },
    ...codeOptionWords,
    verbose: { type: "boolean", default: false },
  },
});

const shownFailures = 3;
const folder = values.tests;

if (folder === undefined || !existsSync(folder)) {
  console.log(
    "skipped: give the folder of the converted specification tests, as tests/specification/README.md says: npm run spec -- --tests DIR",
  );
} else await runAll(folder);

async function runAll(path: string): Promise<void> {
  const names = readdirSync(path)
    .filter((name) => name.endsWith(".json") || name.endsWith(".bin.wast"))
    .filter((name) => values.file === undefined || values.file.includes(name.replace(/\..*/, "")))
    .sort();
  const totals = { passed: 0, failed: 0, skipped: 0 };
  console.log("file                          passed  failed  skipped");
  for (const name of names) {
    const kind = name.endsWith(".json") ? ConvertedScript : BinaryScript;
    const script = new kind(join(path, name));
    const result = await runScript(script, codeOptionsOf(values));
    const skipped = [...result.skipped.values()].reduce((sum, count) => sum + count, 0);
    totals.passed += result.passed;
    totals.failed += result.failures.length;
    totals.skipped += skipped;
    print(script.name, result, skipped);
  }
  console.log(row("all", totals.passed, totals.failed, totals.skipped));
  if (totals.failed > 0) process.exitCode = 1;
}

function print(name: string, { failures, passed, skipped }: ScriptResult, count: number): void {
  const reasons = [...skipped].map(([reason, each]) => `${reason} ${each}`).join(", ");
  console.log(
    `${row(name, passed, failures.length, count)}${reasons === "" ? "" : `  ${reasons}`}`,
  );
  const shown = values.verbose ? failures : failures.slice(0, shownFailures);
  for (const { line, reason } of shown) console.log(`    line ${line}: ${reason}`);
}

function row(name: string, ...numbers: readonly number[]): string {
  return `${name.padEnd(28)}${numbers.map((each) => String(each).padStart(8)).join("")}`;
}
