import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { descriptorsChunk, descriptorsSymbol, selectors, taskStateOffset } from "./descriptors.ts";
import { interruptChunks } from "./interrupts.ts";

/** Where PVH monitors enter, in 32-bit mode. */
export const pvhEntrySymbol = "pc.entry";

/** Where loaders enter that know Linux's 64-bit protocol only: `e_entry` of the file. */
export const linuxBootEntrySymbol = "pc.linuxBootEntry";

const longModeSymbol = "pc.longMode";

const { rax, rbx, rcx, rdx, rsi, rdi, rsp, r15 } = Register;

const tableBytes = 4096;
const largePageBytes = 2 << 20;
/** Present and writable; present, writable and large (Intel SDM volume 3, table 4-15 and 4-17). */
const tableEntry = 0x03;
const largePageEntry = 0x83;
const gigabytes = 4;

/** PAE, OSFXSR, OSXMMEXCPT (volume 3, 2.5). */
const cr4Value = 0x620;
/** PG, WP, NE, ET, MP, PE: caches on, no emulation, read-only pages hold for us too. */
const cr0Value = 0x8001_0033;
const efer = 0xc000_0080;
/** Long mode, no-execute. */
const eferBits = 0x900;
/** All floating-point exceptions masked, round to nearest (volume 1, 10.2.3). */
const mxcsrValue = 0x1f80;

const firstSerialPort = 0x3f8;
const refusal = "tsuki: this loader is not supported: load the image by its PVH note\r\n";

/** The code of a PC before and beside the kernel: entries, descriptors, interrupts. */
export function pcEntryChunks(symbols: SymbolTable): Chunk[] {
  return [
    codeChunk(assemblePvhEntry(symbols), symbols, pvhEntrySymbol),
    codeChunk(assembleLongMode(symbols), symbols, longModeSymbol),
    codeChunk(assembleLinuxBootEntry(), symbols, linuxBootEntrySymbol),
    descriptorsChunk(symbols),
    ...interruptChunks(symbols),
  ];
}

/**
 * 32-bit protected mode without paging, ebx = start_info (Xen's docs/misc/pvh.pandoc). What the
 * monitor hands over may lie anywhere below 4 GiB, so all of it is mapped as it is, until the
 * kernel has page tables of its own. The temporary ones lie at the low end of the stack, which
 * does not reach there before.
 */
function assemblePvhEntry(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(32, 256);
  const tables = symbols.intern("config.stackLow");
  assembler.emit(Form.cld);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rdi, tables, 0);
  assembler.emit(Form.xor_r32_rm32, rax, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rcx, (2 * tableBytes) / 4);
  assembler.emit(Form.rep_stosd);
  writeTableEntry(assembler, tables, 0, tableBytes);
  for (let gigabyte = 0; gigabyte < gigabytes; gigabyte++) {
    writeTableEntry(assembler, tables, tableBytes + 8 * gigabyte, (2 + gigabyte) * tableBytes);
  }
  const nextPage = assembler.newLabel();
  assembler.emitImmediate(Form.mov_r32_imm32, rax, largePageEntry);
  assembler.bind(nextPage);
  assembler.emitMemory(Form.mov_rm32_r32, rax, rdi, noRegister, 0, 0);
  assembler.emitMemory(Form.mov_rm32_imm32, 0, rdi, noRegister, 0, 4, 0);
  assembler.emit(Form.add_rm32_imm8, rdi, 0, 8);
  assembler.emit(Form.add_rm32_imm32, rax, 0, largePageBytes);
  assembler.jump(Form.jae_rel8, nextPage); // until the address wraps around at 4 GiB

  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, tables, 0);
  assembler.emit(Form.mov_cr_r32, 3, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, cr4Value);
  assembler.emit(Form.mov_cr_r32, 4, rax);
  assembler.emitImmediate(Form.mov_r32_imm32, rcx, efer);
  assembler.emit(Form.rdmsr);
  assembler.emit(Form.or_rm32_imm32, rax, 0, eferBits);
  assembler.emit(Form.wrmsr);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, cr0Value);
  assembler.emit(Form.mov_cr_r32, 0, rax);
  const descriptors = symbols.intern(descriptorsSymbol);
  assembler.emitMemorySymbol(Form.lgdt_m48, 0, noRegister, noRegister, 0, descriptors, 0);
  const longMode = symbols.intern(longModeSymbol);
  assembler.emitImmediateSymbol(Form.jmp_ptr16_32, 0, longMode, 0, selectors.code);
  return assembler;
}

function writeTableEntry(assembler: Assembler, tables: number, at: number, table: number): void {
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, tables, table + tableEntry);
  assembler.emitMemorySymbol(Form.mov_rm32_r32, rax, noRegister, noRegister, 0, tables, at);
}

/** 64-bit mode, ebx = start_info: segments, task state, boot(start_info). */
function assembleLongMode(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 256);
  const descriptors = symbols.intern(descriptorsSymbol);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, selectors.data);
  for (const segment of [Segment.ss, Segment.ds, Segment.es]) {
    assembler.emit(Form.mov_seg_r32, segment, rax);
  }
  const stack = symbols.intern("config.stackHigh");
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsp, stack, 0);
  // The base of a segment is scattered over its descriptor: bytes 2, 3, 4 and 7.
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, descriptors, taskStateOffset);
  const { task } = selectors;
  assembler.emitRelativeSymbol(Form.mov_rm16_r16, rax, descriptors, task + 2);
  assembler.emit(Form.shr_rm32_imm8, rax, 0, 16);
  assembler.emitRelativeSymbol(Form.mov_rm8_r8, rax, descriptors, task + 4);
  assembler.emit(Form.shr_rm32_imm8, rax, 0, 8);
  assembler.emitRelativeSymbol(Form.mov_rm8_r8, rax, descriptors, task + 7);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, task);
  assembler.emit(Form.ltr_rm16, rax);
  assembler.emit(Form.push_imm32, 0, 0, mxcsrValue);
  assembler.emitMemory(Form.ldmxcsr_m32, 0, rsp, noRegister, 0, 0);
  assembler.emit(Form.pop_r64, rax);
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
