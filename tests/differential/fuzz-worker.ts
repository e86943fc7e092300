/** One of the fuzzer's processes: makes and compares every n-th module of a seed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandFromBinary } from "./command.ts";
import { type Comparison, compare, isComparable } from "./compare.ts";
import { moduleRecipe } from "./fuzz-seed.ts";
import { ModuleGenerator } from "./generator.ts";

/** What a worker reports of each module; neither part for one that V8 does not know. */
export interface WorkerReport {
  readonly number: number;
  readonly comparison?: Comparison;
  /** Why a module could not be compared. */
  readonly failure?: string;
}

const [seed = 0, first = 0, step = 1, end = 0] = process.argv.slice(2).map(Number);
const foundFolder = process.argv[6] ?? ".";

async function compareModule(generator: ModuleGenerator, number: number): Promise<WorkerReport> {
  const { random, passes } = moduleRecipe(seed, number);
  const bytes = await generator.generate(random, passes);
  let wasm = bytes;
  try {
    const command = commandFromBinary(bytes);
    wasm = command.wasm;
    if (!isComparable(command)) return { number };
    const comparison = await compare(command);
    if (comparison.differences.length > 0) keep(number, wasm);
    return { number, comparison };
  } catch (error) {
    keep(number, wasm);
    return {
      number,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function keep(number: number, wasm: Uint8Array): void {
  writeFileSync(join(foundFolder, `${seed}-${number}.wasm`), wasm);
}

const folder = mkdtempSync(join(tmpdir(), "tsuki-fuzz-"));
try {
  const generator = new ModuleGenerator(folder);
  for (let number = first; number < end; number += step) {
    process.send?.(await compareModule(generator, number));
  }
} finally {
  rmSync(folder, { recursive: true });
  process.disconnect();
}
