import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { descriptorPlaces, selectors } from "./descriptors.ts";
import { interruptChunks } from "./interrupts.ts";

/** Where PVH monitors enter, in 32-bit mode. */
export const pvhEntrySymbol = "pc.entry";

/** Where loaders enter that know Linux's 64-bit protocol only: `e_entry` of the file. */
export const linuxBootEntrySymbol = "pc.linuxBootEntry";

const longModeSymbol = "pc.longMode";

const { rax, rbx, rcx, rdx, rsi, rdi, rsp, r15 } = Register;

/** PAE, OSFXSR, OSXMMEXCPT (volume 3, 2.5). */
const cr4Value = 0x620;
/** PG, WP, NE, ET, MP, PE: caches on, no emulation, read-only pages hold for us too. */
const cr0Value = 0x8001_0033;
const efer = 0xc000_0080;
/** Long mode, no-execute. */
const eferBits = 0x900;

const firstSerialPort = 0x3f8;
const refusal = "tsuki: this loader is not supported: load the image by its PVH note\r\n";

/** The code of a PC before and beside the kernel: entries, descriptors, interrupts. */
export function pcEntryChunks(symbols: SymbolTable): Chunk[] {
  return [
    codeChunk(assemblePvhEntry(symbols), symbols, pvhEntrySymbol),
    codeChunk(assembleLongMode(symbols), symbols, longModeSymbol),
    codeChunk(assembleLinuxBootEntry(), symbols, linuxBootEntrySymbol),
    ...interruptChunks(symbols),
  ];
}

/**
 * 32-bit protected mode without paging, ebx = start_info (Xen's docs/misc/pvh.pandoc). All tables
 * stand in the image already (machine-tables.ts).
 */
function assemblePvhEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(32, 256);
  assembler.emit(Form.cld);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, symbols.intern("config.pageTables"), 0);
  assembler.emit(Form.mov_cr_r32, 3, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, cr4Value);
  assembler.emit(Form.mov_cr_r32, 4, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rcx, efer);
  assembler.emit(Form.xor_r32_rm32, rdx, rdx);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, eferBits);
  assembler.emit(Form.wrmsr);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, cr0Value);
  assembler.emit(Form.mov_cr_r32, 0, rax);
  const descriptors = symbols.intern("pc.descriptors");
  const operand = descriptorPlaces.globalTableOperand;
  assembler.emitMemorySymbol(Form.lgdt_m48, 0, noRegister, noRegister, 0, descriptors, operand);
  const longMode = symbols.intern(longModeSymbol);
  assembler.emitImmediateSymbol(Form.jmp_ptr16_32, 0, longMode, 0, selectors.code);
  return assembler;
}

/** 64-bit mode, ebx = start_info: stack, interrupt table, task state, boot(start_info). */
function assembleLongMode(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 256);
  const descriptors = symbols.intern("pc.descriptors");
  const { interruptTableOperand, floatingPointState } = descriptorPlaces;
  assembler.emitRelativeSymbol(Form.lidt_m80, 0, descriptors, interruptTableOperand);
  // Returning from an exception loads ss; the other segments are never looked at again.
  assembler.emitImmediate(Form.mov_r32_imm32, rax, selectors.data);
  assembler.emit(Form.mov_seg_r32, Segment.ss, rax);
  const stack = symbols.intern("config.stackHigh");
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, stack, 0);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, selectors.task);
  assembler.emit(Form.ltr_rm16, rax);
  assembler.emitRelativeSymbol(Form.ldmxcsr_m32, 0, descriptors, floatingPointState);
  const low = Number(appBase & 0xffff_ffffn);
  assembler.emitImmediate(Form.mov_r64_imm64, r15, low, Number(appBase >> 32n));
  assembler.emit(Form.mov_r32_rm32, rdi, rbx);
  assembler.jumpToSymbol(Form.call_rel32, symbols.intern("kernel.boot"));
  stop(assembler);
  return assembler;
}

/** Says on COM1 that nothing will come of this, and stops. */
function assembleLinuxBootEntry(): Assembler {
  const assembler = new Assembler(64, 256);
  const text = assembler.newLabel();
  const message = new TextEncoder().encode(refusal);
  assembler.emit(Form.cld);
  assembler.emitRelativeLabel(Form.lea_r64_m, rsi, text);
  assembler.emitImmediate(Form.mov_r32_imm32, rcx, message.length);
  assembler.emitImmediate(Form.mov_r32_imm32, rdx, firstSerialPort);
  assembler.emit(Form.rep_outsb);
  stop(assembler);
  assembler.bind(text);
  assembler.writeBytes(message);
  return assembler;
}

function stop(assembler: Assembler): void {
  const again = assembler.newLabel();
  assembler.bind(again);
  assembler.emit(Form.cli);
  assembler.emit(Form.hlt);
  assembler.jump(Form.jmp_rel8, again);
}
