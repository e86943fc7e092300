import { type SymbolId, wellKnownSymbols } from "../object/symbols.ts";
import { Builder } from "../ssa/builder.ts";
import { none, SsaFunction } from "../ssa/function.ts";
import { Operation, Space, ValueType } from "../ssa/operations.ts";
import { callMove, virtualAddress } from "./bulk.ts";
import type { LoweringEnvironment } from "./environment.ts";

/** Bytes that a memory begins with. */
export interface InitialData {
  readonly memory: number;
  readonly address: number;
  readonly contents: SymbolId;
  readonly length: number;
}

/**
 * A function without parameters that makes an app's memories after the first (`pages` of each, by
 * index), copies their data, and calls the start function if there is one.
 */
export function lowerMemoryInitialization(
  environment: LoweringEnvironment,
  pages: readonly number[],
  data: readonly InitialData[],
  start: SymbolId | undefined,
): SsaFunction {
  const fn = new SsaFunction(wellKnownSymbols.initializeMemories, { parameters: [], results: [] });
  const builder = new Builder(fn);
  builder.continueAt(fn.createBlock());
  const call = (low: SymbolId, values: readonly number[]) =>
    builder.emitWithList(Operation.call, ValueType.none, values, { low });
  const begin = environment.symbol(wellKnownSymbols.furtherMemoryBegin);
  pages.forEach((count, memory) => {
    if (memory > 0) call(begin, [builder.i32(memory), builder.i32(count)]);
  });
  for (const { memory, address, contents, length } of data) {
    const target = virtualAddress(
      { builder, environment },
      Space.app + memory,
      builder.i32(address),
    );
    const { symbolAddress } = Operation;
    const source = builder.emit(symbolAddress, ValueType.i32, none, none, none, 0, contents);
    const bytes = builder.i64(BigInt(length));
    callMove({ builder, environment }, target, builder.extendUnsigned(source), bytes);
  }
  if (start !== undefined) call(start, []);
  builder.return([]);
  builder.finish();
  return fn;
}
