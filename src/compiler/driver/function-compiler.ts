import { lowerFunction } from "../lower-wasm/lower-function.ts";
import { compileFunction } from "../machine-x64/compile-function.ts";
import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import type { UnitEnvironment } from "./environment.ts";

/**
 * Takes one function of a unit all the way: lowered, improved, selected, allocated, emitted. Its
 * code stands under the symbol, one of those that name the function.
 */
export function compileUnitFunction(
  environment: UnitEnvironment,
  index: number,
  symbol: SymbolId,
  symbols: SymbolTable,
): Chunk[] {
  const { unit } = environment;
  const fn = lowerFunction(unit.module, index, environment);
  runPipeline(fn);
  return compileFunction(fn, symbol, symbols, environment.callAreaWords);
}
