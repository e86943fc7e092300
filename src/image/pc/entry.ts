import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { outermostUnwinding } from "../../compiler/object/unwinding.ts";
import type { CpuLevel } from "../../contracts/build.ts";
import { appBase, bootRecordKinds } from "../../contracts/machine-interface.ts";
import { pcStack } from "../layout/pc-layout.ts";
import { enableStates } from "../processor-check.ts";
import { descriptorPlaces, selectors } from "./descriptors.ts";
import { interruptChunks } from "./interrupts.ts";
import { checkMachine, refusalChunks } from "./machine-check.ts";

/** Where PVH monitors enter, in 32-bit mode. */
export const pvhEntrySymbol = "pc.entry";

/** Where Multiboot 2 loaders enter, in 32-bit mode. */
export const multibootEntrySymbol = "pc.multibootEntry";

/** Where loaders enter that know Linux's 64-bit protocol: `e_entry` of the file. */
export const linuxBootEntrySymbol = "pc.linuxBootEntry";

const longModeSymbol = "pc.longMode";

const { rax, rbx, rcx, rdx, rsi, rdi, rsp, r15 } = Register;

/** PAE, OSFXSR, OSXMMEXCPT (volume 3, 2.5). */
const cr4Value = 0x620;
/** OSXSAVE, which XCR0 asks for; only with it are there AVX's instructions. */
const saveExtendedStates = 0x4_0000;
/** PG, WP, NE, ET, MP, PE: caches on, no emulation, read-only pages hold for us too. */
const cr0Value = 0x8001_0033;
const efer = 0xc000_0080;
/** Long mode, no-execute. */
const eferBits = 0x900;
/** ET, PE: protected mode without paging. */
const protectedMode = 0x11;

/** The code of a PC before and beside the kernel: entries, descriptors, interrupts. */
export function pcEntryChunks(symbols: SymbolTable, level: CpuLevel): Chunk[] {
  return [
    entryChunk(assemblePvhEntry(symbols, level), symbols, pvhEntrySymbol),
    entryChunk(assembleLongMode(symbols), symbols, longModeSymbol),
    entryChunk(assembleMultibootEntry(symbols), symbols, multibootEntrySymbol),
    entryChunk(assembleLinuxBootEntry(symbols), symbols, linuxBootEntrySymbol),
    ...refusalChunks(symbols),
    ...interruptChunks(symbols),
  ];
}

function entryChunk(assembler: Assembler, symbols: SymbolTable, name: string): Chunk {
  return { ...codeChunk(assembler, symbols, name), unwinding: outermostUnwinding };
}

/**
 * 32-bit protected mode without paging, ebx = start_info (Xen's docs/misc/pvh.pandoc). All tables
 * stand in the image already (machine-tables.ts).
 */
function assemblePvhEntry(symbols: SymbolTable, level: CpuLevel): Assembler {
  const assembler = new Assembler(32, 256);
  assembler.emit(Form.cld);
  checkMachine(assembler, symbols, level);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, symbols.intern("config.pageTables"), 0);
  assembler.emit(Form.mov_cr_r32, 3, rax);
  const extended = level === "v2" ? 0 : saveExtendedStates;
  assembler.emitImmediate(Form.mov_r32_imm32, rax, cr4Value | extended);
  assembler.emit(Form.mov_cr_r32, 4, rax);
  enableStates(assembler, level);
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

/** 64-bit mode, ebx = boot record: stack, interrupt table, task state, boot(boot record). */
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

/**
 * The state of PVH's entry, ebx = boot information (Multiboot 2 specification, 3.3). The kernel looks
 * for what it needs in there, so that the loader's magic number in eax adds nothing.
 */
function assembleMultibootEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(32, 32);
  assembler.emit(Form.or_rm32_imm8, rbx, 0, bootRecordKinds.multiboot);
  assembler.jumpToSymbol(Form.jmp_rel32, symbols.intern(pvhEntrySymbol));
  return assembler;
}

/**
 * 64-bit mode, rsi = the zero page, paging over the loader's tables (Linux's
 * Documentation/arch/x86/boot.rst, "64-bit boot protocol"). It goes on by 32-bit mode: that is the
 * one way from page tables of any kind, five levels included, to ours.
 */
function assembleLinuxBootEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  assembler.emit(Form.cli);
  assembler.emit(Form.mov_r32_rm32, rbx, rsi);
  assembler.emit(Form.or_rm32_imm8, rbx, 0, bootRecordKinds.zeroPage);
  const operand = descriptorPlaces.globalTableOperand;
  assembler.emitRelativeSymbol(Form.lgdt_m80, 0, symbols.intern("pc.descriptors"), operand);
  const stack = symbols.intern("pc.stack");
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, stack, pcStack.length);
  const compatibilityMode = assembler.newLabel();
  assembler.emit(Form.push_imm8, 0, 0, selectors.code32);
  assembler.emitRelativeLabel(Form.lea_r64_m, rax, compatibilityMode);
  assembler.emit(Form.push_r64, rax);
  assembler.emit(Form.retfq);
  assembler.bind(compatibilityMode);
  assembler.setMode(32);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, selectors.data);
  assembler.emit(Form.mov_seg_r32, Segment.ds, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, protectedMode);
  assembler.emit(Form.mov_cr_r32, 0, rax);
  assembler.jumpToSymbol(Form.jmp_rel32, symbols.intern(pvhEntrySymbol));
  return assembler;
}

function stop(assembler: Assembler): void {
  const again = assembler.newLabel();
  assembler.bind(again);
  assembler.emit(Form.cli);
  assembler.emit(Form.hlt);
  assembler.jump(Form.jmp_rel8, again);
}
