import type { LinkedProgram } from "../../compiler/driver/link.ts";
import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { StackSteps, type Unwinding } from "../../compiler/object/unwinding.ts";
import { exceptionCount } from "./descriptors.ts";

/** `kernel.exception(vector i32, errorCode i64, pc i64, sp i64, cr2 i64) -> i32`: 1 resumes. */
const exceptionSymbol = "kernel.exception";

const exceptionsSymbol = "pc.exceptions";
const wakeSymbol = "pc.wake";
const spuriousSymbol = "pc.spurious";

/** The kernel's local-apic.as.ts uses the vectors from 32 on; the last is the spurious one. */
const vectorCount = 48;
const spuriousVector = vectorCount - 1;
/** `push vector` and a short jump. */
const exceptionStubBytes = 4;

const localApicEndOfInterrupt = 0xfee0_00b0;
const { rax, rcx, rdx, rsi, rdi, rsp, r8, r9, r10, r11 } = Register;

/** The integer registers that a called function may change, as pushed. */
const savedRegisters = [rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11];
const fpuStateBytes = 512;
const wordBytes = 8;
const savedBytes = fpuStateBytes + wordBytes * savedRegisters.length;
const vectorAndErrorBytes = 2 * wordBytes;

/** Symbols of what interrupts run into; nothing refers to them but the table. */
export const interruptSymbols = [exceptionsSymbol, wakeSymbol, spuriousSymbol] as const;

/**
 * What the gates of the interrupt descriptor table lead to. Exceptions have a stack of their own;
 * other interrupts run on the stack in use and only wake the processor.
 */
export function interruptChunks(symbols: SymbolTable): Chunk[] {
  return [exceptionsChunk(symbols), wakeChunk(symbols), spuriousChunk(symbols)];
}

/** The address of the code for each vector, from 0 on. */
export function interruptAddresses(program: LinkedProgram): number[] {
  const exceptions = program.addressOf(exceptionsSymbol);
  return Array.from({ length: vectorCount }, (_, vector) => {
    if (vector < exceptionCount) return exceptions + exceptionStubBytes * vector;
    return program.addressOf(vector === spuriousVector ? spuriousSymbol : wakeSymbol);
  });
}

/** Interrupts: the processor has pushed rip, cs, rflags, rsp and ss. */
function interruptUnwinding(steps: StackSteps, pushed: Unwinding["saved"]): Unwinding {
  return { kind: "interrupt", steps: steps.finish(), saved: [[rsp, -24], ...pushed] };
}

/** One stub for each exception and the code they share. */
function exceptionsChunk(symbols: SymbolTable): Chunk {
  const assembler = new Assembler(64, 512);
  const steps = new StackSteps();
  const common = assembler.newLabel();
  for (let vector = 0; vector < exceptionCount; vector++) {
    // An error code, or none: the processor aligned what it pushed.
    steps.add(assembler.offset, wordBytes, -1);
    assembler.emit(Form.push_imm8, 0, 0, vector);
    steps.add(assembler.offset, wordBytes, 1);
    assembler.jump(Form.jmp_rel8, common);
  }
  assembler.bind(common);
  insertErrorCode(assembler);
  steps.add(assembler.offset, vectorAndErrorBytes);
  savedRegisters.forEach((register, index) => {
    assembler.emit(Form.push_r64, register);
    steps.add(assembler.offset, vectorAndErrorBytes + wordBytes * (index + 1));
  });
  assembler.emit(Form.sub_rm64_imm32, rsp, 0, fpuStateBytes);
  steps.add(assembler.offset, vectorAndErrorBytes + savedBytes);
  handleException(assembler, symbols, steps);
  const unwinding = interruptUnwinding(
    steps,
    savedRegisters.map((register, index) => [
      register,
      vectorAndErrorBytes + wordBytes * (index + 1),
    ]),
  );
  const chunk = codeChunk(assembler, symbols, exceptionsSymbol);
  return { ...chunk, frameBytes: savedBytes, unwinding };
}

/** Asks the kernel, and resumes what was interrupted or stops for good. */
function handleException(assembler: Assembler, symbols: SymbolTable, steps: StackSteps): void {
  assembler.emitMemory(Form.fxsave64_m4096, 0, rsp, noRegister, 0, 0);
  assembler.emit(Form.cld);
  // Above what was saved: vector, error code, rip, cs, rflags, rsp, ss (Intel SDM volume 3, 6.14.2).
  assembler.emitMemory(Form.mov_r32_rm32, rdi, rsp, noRegister, 0, savedBytes);
  assembler.emitMemory(Form.mov_r64_rm64, rsi, rsp, noRegister, 0, savedBytes + 8);
  assembler.emitMemory(Form.mov_r64_rm64, rdx, rsp, noRegister, 0, savedBytes + 16);
  assembler.emitMemory(Form.mov_r64_rm64, rcx, rsp, noRegister, 0, savedBytes + 40);
  assembler.emit(Form.mov_r64_cr, r8, 2);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(exceptionSymbol));
  assembler.emit(Form.test_rm32_r32, rax, rax);
  const stop = assembler.newLabel();
  assembler.jump(Form.je_rel8, stop);
  assembler.emitMemory(Form.fxrstor64_m4096, 0, rsp, noRegister, 0, 0);
  assembler.emit(Form.add_rm64_imm32, rsp, 0, fpuStateBytes);
  for (let left = savedRegisters.length; left > 0; left--) {
    steps.add(assembler.offset, vectorAndErrorBytes + wordBytes * left);
    assembler.emit(Form.pop_r64, savedRegisters[left - 1]);
  }
  steps.add(assembler.offset, vectorAndErrorBytes);
  assembler.emit(Form.add_rm64_imm8, rsp, 0, vectorAndErrorBytes);
  steps.add(assembler.offset, 0);
  assembler.emit(Form.iretq);
  assembler.bind(stop);
  steps.add(assembler.offset, vectorAndErrorBytes + savedBytes);
  assembler.emit(Form.cli);
  assembler.emit(Form.hlt);
  assembler.jump(Form.jmp_rel8, stop);
}

/**
 * The processor aligns the stack to 16 bytes and pushes five words, for some exceptions also an
 * error code: with the vector on top, bit 3 of rsp tells which. Those without one get 0.
 */
function insertErrorCode(assembler: Assembler): void {
  const present = assembler.newLabel();
  assembler.emit(Form.test_rm8_imm8, rsp, 0, 8);
  assembler.jump(Form.jne_rel8, present);
  assembler.emitMemory(Form.push_rm64, 0, rsp, noRegister, 0, 0);
  assembler.emitMemory(Form.and_rm64_imm8, 0, rsp, noRegister, 0, 8, 0);
  assembler.bind(present);
}

/** Tells the local APIC that the interrupt has been taken, and changes nothing. */
function wakeChunk(symbols: SymbolTable): Chunk {
  const assembler = new Assembler(64, 64);
  const steps = new StackSteps();
  steps.add(0, 0);
  assembler.emit(Form.push_r64, rax);
  steps.add(assembler.offset, wordBytes);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, localApicEndOfInterrupt);
  assembler.emitMemory(Form.mov_rm32_imm32, 0, rax, noRegister, 0, 0, 0);
  assembler.emit(Form.pop_r64, rax);
  steps.add(assembler.offset, 0);
  assembler.emit(Form.iretq);
  const unwinding = interruptUnwinding(steps, [[rax, wordBytes]]);
  return { ...codeChunk(assembler, symbols, wakeSymbol), unwinding };
}

/** A spurious interrupt is not acknowledged (volume 3, 11.9). */
function spuriousChunk(symbols: SymbolTable): Chunk {
  const assembler = new Assembler(64, 32);
  const steps = new StackSteps();
  steps.add(0, 0);
  assembler.emit(Form.iretq);
  const unwinding = interruptUnwinding(steps, []);
  return { ...codeChunk(assembler, symbols, spuriousSymbol), alignment: 1, unwinding };
}
