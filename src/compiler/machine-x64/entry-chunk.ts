import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
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
  assembler.emitImmediate(Form.sub_rm64_imm32, stackPointer, frameBytes);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(callee));
  assembler.emitImmediate(Form.add_rm64_imm32, stackPointer, frameBytes);
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
  };
}
