import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { checkDocstrings } from "./check-docstrings.ts";
import { checkEnums } from "./check-enums.ts";
import { checkKernel } from "./check-kernel.ts";
import { checkLayers } from "./check-layers.ts";
import { checkLeaks, type MachineTraces } from "./check-leaks.ts";
import { checkNames } from "./check-names.ts";
import { checkSizes } from "./check-sizes.ts";
import { runProgram } from "./run-program.ts";
import { SourceTree } from "./source/tree.ts";
import { formatViolation, type Violation } from "./source/violation.ts";

/** One row of the table: what it holds, and what it found (nothing when all is well). */
interface Check {
  readonly name: string;
  readonly holds: string;
  readonly run: () => Promise<string>;
}

const root = process.cwd();
const publicRegistryHost = "registry.npmjs.org";
const tree = SourceTree.open(root);

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
  rules("layers", "imports follow LAYERS", () => checkLayers(tree)),
  rules("sizes", "functions 70 lines, files 600", () => checkSizes(tree)),
  rules("names", "file names say what is inside", () => checkNames(tree)),
  rules("enums", "constant objects instead", () => checkEnums(tree)),
  rules("docstrings", "exported symbols are explained", () => checkDocstrings(tree)),
  rules("kernel", "AssemblyScript: unused, new, layout", () => checkKernel(tree)),
  rules("leaks", "no machine's paths or registries", () => checkLeaks(tree, tracesOfThisMachine())),
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

function rules(name: string, holds: string, find: () => Violation[]): Check {
  return { name, holds, run: async () => find().map(formatViolation).join("\n") };
}

function tracesOfThisMachine(): MachineTraces {
  const folders = [root, dirname(root), homedir()].filter((folder) => dirname(folder) !== folder);
  const registry = process.env["npm_config_registry"] ?? "";
  const registryHost = URL.canParse(registry) ? new URL(registry).host : publicRegistryHost;
  return registryHost === publicRegistryHost ? { folders } : { folders, registryHost };
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
