import { Opcode, type OpcodeName, opcodeLimit, opcodeNames } from "../wasm/opcodes.ts";
import type { Handler } from "./baseline-function.ts";
import { callHandlers } from "./calls.ts";
import { comparisonHandlers } from "./comparisons.ts";
import { controlHandlers } from "./control.ts";
import { conversionHandlers } from "./conversions.ts";
import { floatHandlers } from "./floats.ts";
import { integerHandlers } from "./integers.ts";
import { memoryHandlers } from "./memory.ts";
import { variableHandlers } from "./variables.ts";
import { vectorHandlers } from "./vectors.ts";

const byName: Partial<Record<OpcodeName, Handler>> = {
  ...controlHandlers,
  ...callHandlers,
  ...variableHandlers,
  ...memoryHandlers,
  ...integerHandlers,
  ...floatHandlers,
  ...conversionHandlers,
  ...comparisonHandlers,
  ...vectorHandlers,
};

/** The handler of each opcode that is covered, by its number. */
export const handlers: readonly (Handler | undefined)[] = byNumber();

function byNumber(): (Handler | undefined)[] {
  const table = new Array<Handler | undefined>(opcodeLimit).fill(undefined);
  for (const name of opcodeNames) table[Opcode[name]] = byName[name];
  return table;
}

/** Instructions that take a truth value from the flags. */
export const takesFlags: ReadonlySet<number> = new Set([
  Opcode["i32.eqz"],
  Opcode.br_if,
  Opcode.if,
  Opcode.select,
  Opcode.select_typed,
  Opcode.drop,
]);
