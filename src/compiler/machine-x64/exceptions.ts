import type { Chunk } from "../object/object.ts";
import { type SymbolTable, wellKnownSymbols } from "../object/symbols.ts";
import { Assembler, noRegister } from "./assembler.ts";
import { calleeSaved } from "./calling-convention.ts";
import { codeChunk } from "./code-chunk.ts";
import { Form } from "./encoding.ts";
import { Register } from "./registers.ts";

const { rax, rcx, rsi, rdi, rsp } = Register;
const wordBytes = 8;

/** The hand-written code around the kernel's part in exceptions. */
export function exceptionChunks(symbols: SymbolTable): Chunk[] {
  return [
    codeChunk(assembleThrow(symbols), symbols, wellKnownSymbols.throw),
    {
      ...codeChunk(assembleAllocate(symbols), symbols, wellKnownSymbols.allocateException),
      frameBytes: calleeSaved.length * wordBytes,
    },
  ];
}

/** The kernel finds where the exception that ends the caller lands; frames in between just vanish. */
function assembleThrow(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  assembler.emitMemory(Form.mov_r64_rm64, rdi, rsp, noRegister, 0, 0);
  assembler.emitMemory(Form.lea_r64_m, rsi, rsp, noRegister, 0, wordBytes);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.unwind));
  assembler.emit(Form.mov_r32_rm32, rcx, rax);
  assembler.emitImmediate(Form.shr_rm64_imm8, rax, 32);
  assembler.emit(Form.mov_r64_rm64, rsp, rcx);
  assembler.emit(Form.jmp_rm64, rax);
  return assembler;
}

/** The kernel looks for references to exceptions on the stack: registers that may hold some go there. */
function assembleAllocate(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  for (const register of calleeSaved) assembler.emit(Form.push_r64, register);
  assembler.emit(Form.mov_r64_rm64, rsi, rsp);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.exceptionAllocate));
  assembler.emitImmediate(Form.add_rm64_imm8, rsp, calleeSaved.length * wordBytes);
  assembler.emit(Form.ret);
  return assembler;
}
