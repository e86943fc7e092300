import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { type SymbolTable, wellKnownSymbols } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { trapKinds } from "../../contracts/traps.ts";

/** Where the process begins. */
export const linuxEntrySymbol = "linux.entry";

const { rax, rcx, rdx, rsi, rdi, rsp, r15 } = Register;

/** `si_addr` in `siginfo_t`, and `REG_RSP` and `REG_RIP` in `ucontext_t` (x86-64 Linux). */
const faultAddressOffset = 16;
const stackPointerOffset = 160;
const programCounterOffset = 168;

const busError = 7;
const segmentationFault = 11;

/** The code of a Linux process before and beside the kernel: its entry and its signal handler. */
export function linuxEntryChunks(symbols: SymbolTable): Chunk[] {
  return [
    codeChunk(assembleEntry(symbols), symbols, linuxEntrySymbol),
    codeChunk(assembleSignalEntry(symbols), symbols, "config.signalEntry"),
  ];
}

/** boot(record): the initial stack begins with argc (System V ABI, 3.4.1). */
function assembleEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  assembler.emit(Form.mov_r64_rm64, rdi, rsp);
  const stack = symbols.intern("config.stackHigh");
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, stack, 0);
  loadAppBase(assembler);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern("kernel.boot"));
  assembler.emit(Form.ud2);
  return assembler;
}

/**
 * handler(signal, siginfo, context) with SA_SIGINFO on the alternate stack -> trap(kind, program
 * counter, stack pointer, address). A fault is an access out of bounds until the kernel finds that
 * it hit a stack's guard; any other signal is a fault of the machine code.
 */
function assembleSignalEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 128);
  const isFault = assembler.newLabel();
  assembler.emitImmediate(Form.mov_r32_imm32, rax, trapKinds.memoryOutOfBounds.id);
  assembler.emit(Form.cmp_rm32_imm8, rdi, 0, segmentationFault);
  assembler.jump(Form.je_rel8, isFault);
  assembler.emit(Form.cmp_rm32_imm8, rdi, 0, busError);
  assembler.jump(Form.je_rel8, isFault);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, trapKinds.machineFault.id);
  assembler.bind(isFault);
  assembler.emit(Form.mov_r32_rm32, rdi, rax);
  assembler.emitMemory(Form.mov_r64_rm64, rcx, rsi, noRegister, 0, faultAddressOffset);
  assembler.emitMemory(Form.mov_r64_rm64, rsi, rdx, noRegister, 0, programCounterOffset);
  assembler.emitMemory(Form.mov_r64_rm64, rdx, rdx, noRegister, 0, stackPointerOffset);
  loadAppBase(assembler);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.trap));
  assembler.emit(Form.ud2);
  return assembler;
}

function loadAppBase(assembler: Assembler): void {
  const low = Number(appBase & 0xffff_ffffn);
  assembler.emitImmediate(Form.mov_r64_imm64, r15, low, Number(appBase >> 32n));
}
