/** How fast the compiler itself is, in this process and without clang, asc or caches. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { NativePlatform } from "../../src/contracts/build.ts";
import { buildProgram } from "../../src/image/build.ts";
import { type Bench, sources } from "../bench.ts";
import { outputOf } from "../programs.ts";
import type { Finding } from "../report/finding.ts";
import { median } from "../report/statistics.ts";

const rounds = 20;

/** Compiles greet with the kernel, again and again in one process, so that V8 is warm. */
export async function measureCompileSpeed(bench: Bench): Promise<Finding[]> {
  bench.note("building: the compiler itself");
  const appPath = bench.path("greet.wasm");
  const words = [bench.commandLine, "build", sources.greetC, "-p", "node", "-o", appPath];
  outputOf(process.execPath, words);
  const app = readFileSync(appPath);
  const kernel = readFileSync(fileURLToPath(new URL("../../dist/kernel.wasm", import.meta.url)));
  const first: number[] = [];
  const runs: number[] = [];
  const platform: NativePlatform = "linux";
  let imageBytes = 0;
  for (let round = 0; round < bench.rounds(rounds); round++) {
    const before = performance.now();
    imageBytes = (await buildProgram({ platform, kernel, app })).length;
    (round === 0 ? first : runs).push(performance.now() - before);
  }
  const wasmKib = ((app.length + kernel.length) / 1024).toFixed(0);
  return [
    {
      area: "building",
      measure: "greet (C): compile and link, V8 warm",
      value: median(runs),
      unit: "ms",
      detail: `first ${median(first).toFixed(0)} ms; ${wasmKib} KiB wasm, ${imageBytes >> 10} KiB image`,
    },
  ];
}
