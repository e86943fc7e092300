/** One of the fuzzer's processes: makes and compares every n-th module of a seed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UnsupportedError } from "../../src/compiler/wasm/errors.ts";
import type { CodeOptions } from "../../src/contracts/build.ts";
import { commandFromBinary, type TestCommand } from "./command.ts";
import { type Comparison, compare, isComparable } from "./compare.ts";
import { moduleRecipe } from "./fuzz-seed.ts";
import { ModuleGenerator } from "./generator.ts";
import { mutant, mutationSources } from "./mutant.ts";
import { refusalOf } from "./refusal.ts";
import { stressModule } from "./stress/stress-module.ts";

/** What a worker reports of each module; neither part for one that V8 does not know. */
export interface WorkerReport {
  readonly number: number;
  readonly comparison?: Comparison;
  /** Why a module could not be compared. */
  readonly failure?: string;
}

const [seed = 0, first = 0, step = 1, end = 0] = process.argv.slice(2).map(Number);
const foundFolder = process.argv[6] ?? ".";
const source = process.argv[7] ?? "both";
const code = JSON.parse(process.argv[8] ?? "null") as CodeOptions | null;

/** One module in so many is Binaryen's, which takes longer to make, when both make them. */
const binaryenShare = 4;

async function makeCommand(generator: ModuleGenerator, number: number): Promise<TestCommand> {
  if (source === "stress" || (source === "both" && number % binaryenShare !== 0)) {
    return stressModule(seed * 1_000_003 + number);
  }
  const { random, passes } = moduleRecipe(seed, number);
  const bytes = await generator.generate(random, passes, source === "scalar");
  keep(number, bytes);
  return commandFromBinary(bytes);
}

/** Whether a mutant ends well: as an image, or refused by name. */
async function buildMutant(sources: readonly Uint8Array[], number: number): Promise<WorkerReport> {
  const module = mutant(sources, seed * 1_000_003 + number);
  keep(number, module);
  const failure = (await refusalOf(module))?.fault;
  if (failure === undefined) forget(number);
  return failure === undefined ? { number, comparison: noRuns } : { number, failure };
}

/** What Binaryen makes of references to functions where newer versions of V8 know it. */
const laterFeature = "typed function references";

const noRuns: Comparison = { differences: [], runs: 0, traps: 0 };

async function compareModule(generator: ModuleGenerator, number: number): Promise<WorkerReport> {
  try {
    const command = await makeCommand(generator, number);
    keep(number, command.wasm);
    const comparison = isComparable(command)
      ? await compare(command, code ?? undefined)
      : undefined;
    if (comparison === undefined || comparison.differences.length === 0) forget(number);
    return { number, ...(comparison === undefined ? {} : { comparison }) };
  } catch (error) {
    if (error instanceof UnsupportedError && error.feature === laterFeature) {
      forget(number);
      return { number };
    }
    return {
      number,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function path(number: number): string {
  return join(foundFolder, `${seed}-${number}.wasm`);
}

/** Keeps a module before it is compared, so that it is there if the comparison does not end. */
function keep(number: number, wasm: Uint8Array): void {
  writeFileSync(path(number), wasm);
}

function forget(number: number): void {
  rmSync(path(number), { force: true });
}

const folder = mkdtempSync(join(tmpdir(), "tsuki-fuzz-"));
try {
  const generator = new ModuleGenerator(folder);
  const mutated = source === "mutants" ? mutationSources() : [];
  for (let number = first; number < end; number += step) {
    const isMutant = mutated.length > 0;
    const report = isMutant ? buildMutant(mutated, number) : compareModule(generator, number);
    process.send?.(await report);
  }
} finally {
  rmSync(folder, { recursive: true });
  process.disconnect();
}
