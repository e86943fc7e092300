import { resolve } from "node:path";
import { runProgram } from "./run-program.ts";

/** One row of the table: what it holds, and what it found (nothing when all is well). */
interface Check {
  readonly name: string;
  readonly holds: string;
  readonly run: () => Promise<string>;
}

const root = process.cwd();

const checks: readonly Check[] = [
  program("types", "strict TypeScript", "typescript/bin/tsc", "-p", "."),
  program("lint", "oxlint, with types", "oxlint/bin/oxlint", "--type-aware"),
  program("format", "Biome's formatter", "@biomejs/biome/bin/biome", "check"),
  program(
    "dead-code",
    "knip: unused files, exports, packages",
    "knip/bin/knip.js",
    "--no-progress",
  ),
  rules("layers", "imports follow LAYERS"),
  rules("sizes", "functions 70 lines, files 600"),
  rules("names", "file names say what is inside"),
  rules("enums", "constant objects instead"),
  rules("docstrings", "exported symbols are explained"),
  rules("kernel", "AssemblyScript: unused, new, layout"),
  rules("leaks", "no machine's paths or registries"),
];

function program(name: string, holds: string, script: string, ...options: string[]): Check {
  const path = resolve(root, "node_modules", script);
  return {
    name,
    holds,
    async run() {
      const { exitCode, output } = await runProgram(process.execPath, [path, ...options]);
      return exitCode === 0 ? "" : output.trim() || `exit code ${exitCode}`;
    },
  };
}

function rules(name: string, holds: string): Check {
  return {
    name,
    holds,
    async run() {
      // Loaded while the programs above are running already: the parsers take their time.
      const { runRules } = await import("./rules/run-rules.ts");
      return runRules(name, root);
    },
  };
}

/** Runs one check, prints its row as soon as it is known, and returns what it found. */
async function report({ name, holds, run }: Check): Promise<string> {
  const startedMs = performance.now();
  const found = await run();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5);
  const verdict = found === "" ? "ok  " : "FAIL";
  console.log(`${verdict} ${seconds} s  ${name.padEnd(10)}  ${holds}`);
  return found === "" ? "" : `\n--- ${name}\n${found}`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(", ")}`);
  process.exit(2);
}
const chosen = checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const findings = (await Promise.all(chosen.map(report))).filter((found) => found !== "");
for (const found of findings) console.log(found);
process.exitCode = findings.length === 0 ? 0 : 1;
