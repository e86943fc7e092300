import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { callUnwinding, StackSteps } from "../object/unwinding.ts";
import { Assembler } from "./assembler.ts";
import { stackPointer } from "./calling-convention.ts";
import { codeAlignment } from "./code-chunk.ts";
import { Form } from "./encoding.ts";

const wordBytes = 8;
const pageBytes = 4096;

/**
 * Code that calls a function whose arguments and results all travel in registers, and leaves `words`
 * words of the stack for the tail calls of that.
 */
export function entryChunk(
  symbol: SymbolId,
  callee: string,
  symbols: SymbolTable,
  words: number,
): Chunk {
  const assembler = new Assembler(64, 32);
  const frameBytes = words * wordBytes;
  for (let below = pageBytes; below <= frameBytes; below += pageBytes) {
    assembler.emitMemory(Form.test_rm32_r32, 0, stackPointer, -1, 0, -below);
  }
  const steps = new StackSteps();
  steps.add(0, 0);
  assembler.emitImmediate(Form.sub_rm64_imm32, stackPointer, frameBytes);
  steps.add(assembler.offset, frameBytes);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(callee));
  assembler.emitImmediate(Form.add_rm64_imm32, stackPointer, frameBytes);
  steps.add(assembler.offset, 0);
  assembler.emit(Form.ret);
  const { bytes, relocations } = assembler.finish();
  return {
    symbol,
    section: "text",
    bytes,
    size: bytes.length,
    alignment: codeAlignment,
    relocations,
    frameBytes,
    displayName: symbols.nameOf(symbol),
    unwinding: callUnwinding(steps.finish(), []),
  };
}
