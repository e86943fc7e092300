import { Opcode, type OpcodeName, opcodeLimit, opcodeNames } from "../wasm/opcodes.ts";
import { controlHandlers } from "./control.ts";
import { exceptionHandlers } from "./exceptions.ts";
import type { Handler } from "./function-validator.ts";
import { referenceHandlers } from "./references.ts";
import { variableHandlers } from "./variables.ts";

const byName: Partial<Record<OpcodeName, Handler>> = {
  ...controlHandlers,
  ...exceptionHandlers,
  ...variableHandlers,
  ...referenceHandlers,
};

/** The rule of each opcode without a fixed signature, by its number. */
export const handlers: readonly (Handler | undefined)[] = byNumber();

function byNumber(): (Handler | undefined)[] {
  const table = new Array<Handler | undefined>(opcodeLimit).fill(undefined);
  for (const name of opcodeNames) table[Opcode[name]] = byName[name];
  return table;
}
