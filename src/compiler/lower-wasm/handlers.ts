import { Opcode, type OpcodeName, opcodeLimit, opcodeNames } from "../wasm/opcodes.ts";
import { atomicHandlers } from "./atomics.ts";
import { bulkHandlers } from "./bulk.ts";
import { callHandlers } from "./calls.ts";
import { controlHandlers } from "./control.ts";
import { exceptionHandlers } from "./exceptions.ts";
import type { Handler } from "./function-lowering.ts";
import { memoryHandlers } from "./memory.ts";
import { numericHandlers } from "./numeric.ts";
import { relaxedVectorHandlers } from "./relaxed-vectors.ts";
import { tableHandlers } from "./tables.ts";
import { variableHandlers } from "./variables.ts";
import { vectorMemoryHandlers } from "./vector-memory.ts";
import { vectorHandlers } from "./vectors.ts";

const byName: Partial<Record<OpcodeName, Handler>> = {
  ...controlHandlers,
  ...atomicHandlers,
  ...callHandlers,
  ...exceptionHandlers,
  ...variableHandlers,
  ...memoryHandlers,
  ...bulkHandlers,
  ...tableHandlers,
  ...numericHandlers,
  ...vectorHandlers,
  ...vectorMemoryHandlers,
  ...relaxedVectorHandlers,
};

/** The handler of each opcode, by its number. */
export const handlers: readonly (Handler | undefined)[] = byNumber();

function byNumber(): (Handler | undefined)[] {
  const table = new Array<Handler | undefined>(opcodeLimit).fill(undefined);
  for (const name of opcodeNames) table[Opcode[name]] = byName[name];
  return table;
}
