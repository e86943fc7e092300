import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { type SymbolTable, wellKnownSymbols } from "../../compiler/object/symbols.ts";
import { outermostUnwinding, type Unwinding } from "../../compiler/object/unwinding.ts";
import type { CpuLevel } from "../../contracts/build.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { trapKinds } from "../../contracts/traps.ts";
import { linuxStackBytes } from "../layout/linux-layout.ts";
import { checkHost, processorRefusals } from "../processor-check.ts";
import { assembleStartFailure } from "../start-failure.ts";

/** Where the process begins. */
export const linuxEntrySymbol = "linux.entry";

const { rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp } = Register;
const { r8, r9, r10, r11, r12, r13, r14, r15 } = Register;

const call = { mmap: 9, exitGroup: 231 } as const;
const readWrite = 3;
/** MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE. */
const mapFlags = 0x10_4022;
const standardError = 2;

const noRoom =
  "the address-space limit (ulimit -v) leaves no room for a stack of " +
  `${linuxStackBytes / 1024} KiB; raise it`;

/** `si_addr` in `siginfo_t`, and `REG_RSP` and `REG_RIP` in `ucontext_t` (x86-64 Linux). */
const faultAddressOffset = 16;
const stackPointerOffset = 160;
const programCounterOffset = 168;

/** Registers at 40 of `ucontext_t`, in this order, eight bytes each. */
const contextRegisters = [r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx];
const contextRegistersOffset = 40;

/** Above the return address of a signal handler lies its `ucontext_t`. */
const signalUnwinding: Unwinding = {
  kind: "interrupt",
  steps: Int32Array.of(0, 8 + programCounterOffset, 0),
  saved: [...contextRegisters, rsp].map((register, index) => [
    register,
    programCounterOffset - (contextRegistersOffset + 8 * index),
  ]),
};

const segmentationFault = 11;
/** SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM. */
const stopSignals = [1, 2, 3, 10, 12, 15];
/** The exit status that stands for the end by a signal, less its number. */
const signalStatusBase = 128;

/** The code of a Linux process before and beside the kernel: its entry and its signal handler. */
export function linuxEntryChunks(symbols: SymbolTable, level: CpuLevel): Chunk[] {
  return [
    {
      ...codeChunk(assembleEntry(symbols, level), symbols, linuxEntrySymbol),
      unwinding: outermostUnwinding,
    },
    {
      ...codeChunk(assembleSignalEntry(symbols), symbols, "config.signalEntry"),
      unwinding: signalUnwinding,
    },
  ];
}

/** Looks at the processor, maps a stack and calls boot(record): the initial stack begins with argc (System V ABI, 3.4.1). */
function assembleEntry(symbols: SymbolTable, level: CpuLevel): Assembler {
  const assembler = new Assembler(64, 256);
  const fail = assembler.newLabel();
  const refuse = assembler.newLabel();
  checkHost(assembler, level, () => assembler.jump(Form.jne_rel32, refuse));
  assembler.emit(Form.mov_r64_rm64, rbx, rsp);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, call.mmap);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rdi, symbols.intern("config.stackLow"), 0);
  assembler.emitImmediate(Form.mov_r32_imm32, rsi, linuxStackBytes);
  assembler.emitImmediate(Form.mov_r32_imm32, rdx, readWrite);
  assembler.emitImmediate(Form.mov_r32_imm32, r10, mapFlags);
  assembler.emitImmediate(Form.mov_rm64_imm32, r8, -1);
  assembler.emit(Form.xor_r32_rm32, r9, r9);
  assembler.emit(Form.syscall);
  assembler.emit(Form.cmp_r64_rm64, rax, rdi);
  assembler.jump(Form.jne_rel8, fail);
  assembler.emitMemory(Form.lea_r64_m, rsp, rax, noRegister, 0, linuxStackBytes);
  assembler.emit(Form.mov_r64_rm64, rdi, rbx);
  loadAppBase(assembler);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern("kernel.boot"));
  assembler.emit(Form.ud2);
  assembler.bind(fail);
  assembleStartFailure(assembler, standardError, noRoom);
  assembler.bind(refuse);
  assembleStartFailure(assembler, standardError, processorRefusals[level]);
  return assembler;
}

/**
 * handler(signal, siginfo, context) with SA_SIGINFO on the alternate stack -> trap(kind, program
 * counter, stack pointer, address). A fault is an access out of bounds until the kernel finds that
 * it hit a stack's guard. A request to stop ends the process as a shell would report it; any other
 * signal is a fault of the machine code.
 */
function assembleSignalEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 128);
  const isFault = assembler.newLabel();
  const isStop = assembler.newLabel();
  for (const signal of stopSignals) {
    assembler.emit(Form.cmp_rm32_imm8, rdi, 0, signal);
    assembler.jump(Form.je_rel8, isStop);
  }
  assembler.emitImmediate(Form.mov_r32_imm32, rax, trapKinds.memoryOutOfBounds.id);
  assembler.emit(Form.cmp_rm32_imm8, rdi, 0, segmentationFault);
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
  assembler.bind(isStop);
  assembler.emit(Form.add_rm32_imm32, rdi, 0, signalStatusBase);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, call.exitGroup);
  assembler.emit(Form.syscall);
  return assembler;
}

function loadAppBase(assembler: Assembler): void {
  const low = Number(appBase & 0xffff_ffffn);
  assembler.emitImmediate(Form.mov_r64_imm64, r15, low, Number(appBase >> 32n));
}
