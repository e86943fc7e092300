import type { Chunk } from "../object/object.ts";
import { type SymbolTable, wellKnownSymbols } from "../object/symbols.ts";
import { callUnwinding, StackSteps } from "../object/unwinding.ts";
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
    allocateChunk(symbols),
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
function allocateChunk(symbols: SymbolTable): Chunk {
  const assembler = new Assembler(64, 64);
  const frameBytes = calleeSaved.length * wordBytes;
  const steps = new StackSteps();
  steps.add(0, 0);
  calleeSaved.forEach((register, index) => {
    assembler.emit(Form.push_r64, register);
    steps.add(assembler.offset, wordBytes * (index + 1));
  });
  assembler.emit(Form.mov_r64_rm64, rsi, rsp);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.exceptionAllocate));
  assembler.emitImmediate(Form.add_rm64_imm8, rsp, frameBytes);
  steps.add(assembler.offset, 0);
  assembler.emit(Form.ret);
  const chunk = codeChunk(assembler, symbols, wellKnownSymbols.allocateException);
  return { ...chunk, frameBytes, unwinding: callUnwinding(steps.finish(), calleeSaved) };
}
