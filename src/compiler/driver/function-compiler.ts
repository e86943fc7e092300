import { lowerFunction } from "../lower-wasm/lower-function.ts";
import { compileFunction } from "../machine-x64/compile-function.ts";
import type { Chunk } from "../object/object.ts";
import type { SymbolTable } from "../object/symbols.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import type { UnitEnvironment } from "./environment.ts";
import { symbolNames } from "./unit.ts";

/** Takes one function of a unit all the way: lowered, improved, selected, allocated, emitted. */
export function compileUnitFunction(
  environment: UnitEnvironment,
  index: number,
  symbols: SymbolTable,
): Chunk[] {
  const { unit } = environment;
  const fn = lowerFunction(unit.module, index, environment);
  runPipeline(fn);
  return compileFunction(fn, symbols.intern(symbolNames.function(unit, index)), symbols);
}
