import { compileBaseline } from "../baseline-x64/compile-baseline.ts";
import { lowerFunction } from "../lower-wasm/lower-function.ts";
import { lowerMemoryInitialization } from "../lower-wasm/memory-initialization.ts";
import type { Assembler } from "../machine-x64/assembler.ts";
import { compileFunction } from "../machine-x64/compile-function.ts";
import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import type { SsaFunction } from "../ssa/function.ts";
import { loopUnrolling } from "../ssa/passes/loop-unrolling.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import { verify } from "../ssa/verify.ts";
import type { UnitEnvironment } from "./environment.ts";
import { placedData } from "./initial-memory.ts";
import { inlineSmallFunctions } from "./inlining.ts";
import { symbolNames } from "./unit.ts";

/** Who wants to see how a function is compiled. */
export interface Watcher {
  /** Told of the SSA form as lowered, and behind each pass. */
  onStage(name: string, fn: SsaFunction): void;
  /** What the code is written with. */
  newAssembler(): Assembler;
}

/**
 * Takes one function of a unit all the way: lowered, improved, selected, allocated, emitted. Its
 * code stands under the symbol, one of those that name the function.
 */
export function compileUnitFunction(
  environment: UnitEnvironment,
  index: number,
  symbol: SymbolId,
  symbols: SymbolTable,
  watcher?: Watcher,
): [Chunk, ...Chunk[]] {
  const { module } = environment.unit;
  if (environment.codeOptions.level === "fast") {
    const options = machineOptions(environment, watcher);
    const chunks = compileBaseline(module, index, environment, symbol, symbols, options);
    if (chunks !== undefined) return chunks;
  }
  const fn = lowerFunction(module, index, environment);
  return compileLowered(fn, environment, symbol, symbols, watcher);
}

/**
 * The function that begins the program of an app with several memories: makes and fills those after
 * the first, then does what its start function does.
 */
export function compileMemoryInitialization(
  environment: UnitEnvironment,
  symbol: SymbolId,
  symbols: SymbolTable,
): Chunk[] {
  const { unit } = environment;
  const data = placedData(unit, environment)
    .filter(({ memory }) => memory > 0)
    .map(({ address, contents, memory, segment }) => ({
      memory,
      address,
      contents: symbols.intern(symbolNames.data(unit, segment)),
      length: contents.length,
    }));
  const pages = unit.module.memories.map(({ minimum }) => minimum);
  const start = environment.appStartFunction;
  const fn = lowerMemoryInitialization(environment, pages, data, start);
  return compileLowered(fn, environment, symbol, symbols);
}

function compileLowered(
  fn: SsaFunction,
  environment: UnitEnvironment,
  symbol: SymbolId,
  symbols: SymbolTable,
  watcher?: Watcher,
): [Chunk, ...Chunk[]] {
  watcher?.onStage("lowered", fn);
  if (!environment.hasDebugInfo || watcher !== undefined) {
    inlineSmallFunctions(fn, environment);
    if (environment.codeOptions.isVerified) verify(fn);
    watcher?.onStage("inlining", fn);
  }
  runPipeline(fn, {
    // In a copy of a loop's body a local holds another value than its origin tells.
    without: fn.localValues.length > 0 ? [loopUnrolling.name] : [],
    after: ({ name }) => watcher?.onStage(name, fn),
    isVerifying: environment.codeOptions.isVerified,
  });
  return compileFunction(fn, symbol, symbols, machineOptions(environment, watcher));
}

function machineOptions(environment: UnitEnvironment, watcher: Watcher | undefined) {
  const { callAreaWords, codeOptions, hasDebugInfo } = environment;
  const { cpu, isVerified, memory } = codeOptions;
  return {
    callAreaWords,
    hasLevel3: cpu !== "v2",
    checksStack: memory === "given",
    hasDebugInfo,
    isVerified,
    newAssembler: watcher && (() => watcher.newAssembler()),
  };
}
