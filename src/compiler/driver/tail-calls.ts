import { signatureOfType } from "../lower-wasm/types.ts";
import { areaWords } from "../machine-x64/calling-convention.ts";
import { withDecodeErrors } from "../wasm/errors.ts";
import { InstructionReader } from "../wasm/instruction-reader.ts";
import type { FunctionType, Module } from "../wasm/module.ts";
import { Opcode } from "../wasm/opcodes.ts";

/**
 * Words of the stack that the arguments and results of a module's tail calls take at most. When
 * every call of the module leaves so many, a tail call finds room in its own caller's frame.
 */
export function tailCallWords(module: Module): number {
  let words = 0;
  module.functions.forEach(({ body }, index) => {
    if (body === undefined) return;
    for (const type of tailCalledTypes(module, index)) {
      const { parameters, results } = signatureOfType(type);
      words = Math.max(words, areaWords(parameters, results.length));
    }
  });
  return words;
}

/** Whether a function with a body has tail calls. */
export function usesTailCalls(module: Module, functionIndex: number): boolean {
  const body = module.functions[functionIndex]?.body;
  if (body === undefined) return false;
  return withDecodeErrors(() => tailCalledTypes(module, functionIndex).next().done === false);
}

function* tailCalledTypes(module: Module, functionIndex: number): Generator<FunctionType> {
  const body = module.functions[functionIndex]?.body ?? { start: 0, end: 0 };
  const bytes = module.bytes.subarray(body.start, body.end);
  if (!bytes.includes(Opcode.return_call) && !bytes.includes(Opcode.return_call_indirect)) return;
  const reader = new InstructionReader(module, functionIndex);
  while (!reader.atEnd) {
    reader.next();
    const { index, opcode } = reader;
    const isIndirect = opcode === Opcode.return_call_indirect;
    if (!isIndirect && opcode !== Opcode.return_call) continue;
    const type = module.types[isIndirect ? index : (module.functions[index]?.typeIndex ?? -1)];
    if (type !== undefined) yield type;
  }
}
