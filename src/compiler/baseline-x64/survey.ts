import { registerResults } from "../machine-x64/calling-convention.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { InstructionReader } from "../wasm/instruction-reader.ts";
import { functionTypeOf, type Module, WasmType } from "../wasm/module.ts";
import { immediateKinds, Opcode } from "../wasm/opcodes.ts";
import { handlers } from "./handlers.ts";
import { shapeOf } from "./shape.ts";

/** What is known of a function before its code is written. */
export interface Survey {
  /** How often each local is used, by estimate: a loop runs eight times. */
  readonly uses: Float64Array;
  /** How often it calls something, and registers are lost, by the same estimate. */
  readonly calls: number;
  /** Whether values may be vectors. */
  readonly hasVectors: boolean;
}

/** Behind the prefix 0xfd; those behind 0xfe, which follow, are not covered. */
const firstVectorOpcode = 0x200;

const timesAround = 8;
const deepestLoop = 8;

/** Instructions by which registers are lost: those that call. */
const calling = new Set<number>([
  Opcode.call,
  Opcode.call_indirect,
  Opcode["memory.grow"],
  Opcode["memory.copy"],
  Opcode["memory.fill"],
]);

const openers = new Set<number>([Opcode.block, Opcode.loop, Opcode.if]);

/**
 * Reads a function of a valid module once. The result is undefined where
 * something in it is not covered: see the README.
 */
export function surveyFunction(
  module: Module,
  reader: InstructionReader,
  localTypes: readonly ValueTypeId[],
): Survey | undefined {
  const uses = new Float64Array(localTypes.length);
  const loops: boolean[] = [];
  let depth = 0;
  let calls = 0;
  let hasVectors = localTypes.includes(ValueType.v128);
  while (!reader.atEnd) {
    reader.next();
    const { opcode } = reader;
    if (handlers[opcode] === undefined || !isCovered(module, reader)) return undefined;
    if (opcode >= firstVectorOpcode) hasVectors = true;
    const times = timesAround ** Math.min(depth, deepestLoop);
    if (immediateKinds[opcode] === "local") uses[reader.index] = (uses[reader.index] ?? 0) + times;
    else if (calling.has(opcode)) calls += times;
    else if (openers.has(opcode)) {
      loops.push(opcode === Opcode.loop);
      if (opcode === Opcode.loop) depth++;
    } else if (opcode === Opcode.end && loops.pop() === true) depth--;
  }
  return { uses, calls, hasVectors };
}

/** Whether the immediates of an instruction are such as the handlers expect. */
function isCovered(module: Module, reader: InstructionReader): boolean {
  switch (immediateKinds[reader.opcode]) {
    case "blockType":
      return (
        reader.blockType.parameters.length <= registerResults &&
        shapeOf(reader.blockType) !== undefined
      );
    case "function":
      return shapeOf(functionTypeOf(module, reader.index)) !== undefined;
    case "typeAndTable": {
      const type = module.types[reader.index];
      return type !== undefined && shapeOf(type) !== undefined;
    }
    case "global":
      return module.globals[reader.index]?.type !== WasmType.v128;
    case "access":
    case "memory":
      return reader.index === 0;
    case "memories":
      return reader.index === 0 && reader.second === 0;
    default:
      return true;
  }
}
