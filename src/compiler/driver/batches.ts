import type { Chunk } from "../object/object.ts";
import type { SymbolTable } from "../object/symbols.ts";
import { validateFunction } from "../validate/validate.ts";
import type { Module } from "../wasm/module.ts";
import type { UnitEnvironment } from "./environment.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { symbolNames } from "./unit.ts";

/** Functions of a module, from `first` to before `end`, that one thread compiles at once. */
export interface Batch {
  readonly first: number;
  readonly end: number;
}

/** Small enough that threads end together, large enough that handing over costs nothing. */
const batchBytes = 64 * 1024;

/** A module's functions in batches of about the same number of bytes, in the functions' order. */
function batchesOf({ functions }: Module): Batch[] {
  const batches: Batch[] = [];
  let first = 0;
  let bytes = 0;
  functions.forEach(({ body }, index) => {
    bytes += body === undefined ? 0 : body.end - body.start;
    if (bytes < batchBytes && index + 1 < functions.length) return;
    batches.push({ first, end: index + 1 });
    first = index + 1;
    bytes = 0;
  });
  return batches;
}

/** Validates and compiles the functions of a batch. */
export function compileBatch(
  { first, end }: Batch,
  environment: UnitEnvironment,
  symbols: SymbolTable,
): Chunk[] {
  const { unit } = environment;
  const chunks: Chunk[] = [];
  for (let index = first; index < end; index++) {
    if (unit.module.functions[index]?.body === undefined) continue;
    validateFunction(unit.module, index);
    const symbol = symbols.intern(symbolNames.function(unit, index));
    chunks.push(...compileUnitFunction(environment, index, symbol, symbols));
  }
  return chunks;
}

/** Batches from which several threads take the next one that is left, in order. */
export interface BatchQueue {
  readonly batches: readonly Batch[];
  /** One number in memory that the threads share: how many have been taken. */
  readonly taken: Int32Array;
}

/** The queue of a module's functions. */
export function newQueue(module: Module): BatchQueue {
  return { batches: batchesOf(module), taken: new Int32Array(new SharedArrayBuffer(4)) };
}

/** The next batch by its position, or undefined when none is left. */
export function takeBatch({ batches, taken }: BatchQueue): number | undefined {
  const position = Atomics.add(taken, 0, 1);
  return position < batches.length ? position : undefined;
}

/**
 * Compiles a batch that was taken. If that fails, nobody takes another one and the result is
 * undefined: of the batches that fail, the first is then among those that were taken.
 */
export function tryBatch(
  queue: BatchQueue,
  position: number,
  environment: UnitEnvironment,
  symbols: SymbolTable,
): Chunk[] | undefined {
  try {
    return compileBatch(queue.batches[position] as Batch, environment, symbols);
  } catch {
    Atomics.store(queue.taken, 0, queue.batches.length);
    return undefined;
  }
}
