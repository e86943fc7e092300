import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { type SymbolTable, trapSymbol, wellKnownSymbols } from "../../compiler/object/symbols.ts";
import { outermostUnwinding } from "../../compiler/object/unwinding.ts";
import type { CpuLevel } from "../../contracts/build.ts";
import { sptBootInfo } from "../../contracts/solo5.ts";
import { trapKinds } from "../../contracts/traps.ts";
import { checkHost, processorRefusals } from "../processor-check.ts";
import { assembleStartFailure } from "../start-failure.ts";

/** Where a tender hands over. */
export const solo5EntrySymbol = "solo5.entry";

const { rax, rcx, rdx, rsi, rdi, rsp, r15 } = Register;

const console = 1;
const tooSmall = "this memory is too small for the image and its stack: raise --mem";

/** The code of a guest of Solo5's before and beside the kernel. */
export function solo5EntryChunks(symbols: SymbolTable, level: CpuLevel): Chunk[] {
  return [
    {
      ...codeChunk(assembleEntry(symbols, level), symbols, solo5EntrySymbol),
      unwinding: outermostUnwinding,
    },
    codeChunk(assembleOverflow(symbols), symbols, trapSymbol(trapKinds.stackOverflow.id)),
  ];
}

/** entry(boot information), on the highest bytes of memory: looks around, and calls boot on a stack. */
function assembleEntry(symbols: SymbolTable, level: CpuLevel): Assembler {
  const assembler = new Assembler(64, 256);
  const refuse = assembler.newLabel();
  const fail = assembler.newLabel();
  const { memoryBytes } = sptBootInfo;
  checkHost(assembler, level, () => assembler.jump(Form.jne_rel32, refuse));
  assembler.emitMemory(Form.mov_r64_rm64, rax, rdi, noRegister, 0, memoryBytes);
  assembler.emitImmediateSymbol(Form.cmp_rm64_imm32, rax, symbols.intern("config.heapStart"), 0);
  assembler.jump(Form.jb_rel32, fail);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, symbols.intern("config.stackHigh"), 0);
  assembler.emitImmediateSymbol(
    Form.mov_r32_imm32,
    r15,
    symbols.intern(wellKnownSymbols.appBase),
    0,
  );
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern("kernel.boot"));
  assembler.emit(Form.ud2);
  assembler.bind(fail);
  assembleStartFailure(assembler, console, tooSmall);
  assembler.bind(refuse);
  assembleStartFailure(assembler, console, processorRefusals[level]);
  return assembler;
}

/**
 * Where functions go for whose frame there is no room, as if they had called it: reports that from the
 * instruction behind which their caller would go on, on a stack that has room for the report.
 */
function assembleOverflow(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  assembler.emitMemory(Form.mov_r64_rm64, rsi, rsp, noRegister, 0, 0);
  assembler.emit(Form.dec_rm64, rsi);
  assembler.emitMemory(Form.lea_r64_m, rdx, rsp, noRegister, 0, 8);
  assembler.emit(Form.xor_r32_rm32, rcx, rcx);
  assembler.emitImmediate(Form.mov_r32_imm32, rdi, trapKinds.stackOverflow.id);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, symbols.intern("config.faultStack"), 0);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern(wellKnownSymbols.trap));
  assembler.emit(Form.ud2);
  return assembler;
}
