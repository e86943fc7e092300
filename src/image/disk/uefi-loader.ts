import { Assembler, type Label, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import { pageBytes } from "../layout/image-layout.ts";
import type { BootableElf } from "./bootable-elf.ts";
import { copySegments } from "./copy-segments.ts";
import { guidBytes } from "./guid.ts";

/** The loader, its data and the image's file behind them. */
export interface UefiLoader {
  readonly bytes: Uint8Array;
  /** Where the code ends and what is only read begins, a multiple of a page. */
  readonly dataOffset: number;
  /** Where the image's file begins, a multiple of a page. */
  readonly fileOffset: number;
}

const { rax, rbx, rcx, rdx, rsp, rbp, rsi, rdi, r8, r9, r12, r13, r14, r15 } = Register;

/** Offsets in the tables that firmware gives (UEFI specification 2.10, 4.3, 4.4, 12.4). */
const systemTable = { consoleOut: 64, bootServices: 96, tableCount: 104, tables: 112 } as const;
const bootServices = { allocatePages: 40, getMemoryMap: 56, exitBootServices: 232 } as const;
const outputString = 8;
const configurationTableBytes = 24;
const acpiTable = "8868e871-e4f1-11d3-bc22-0080c73c8881";

/** Kinds of allocations, and the memory type of what a loader allocates (7.2). */
const allocate = { below: 1, at: 2 } as const;
const loaderData = 2;
/** Types that are memory once boot services have ended: loader's, boot services' and free. */
const usableTypes = 0b1001_1110;

/** Linux's zero page, and behind it room for the firmware's memory map. */
const record = { e820Count: 0x1e8, header: 0x202, e820: 0x2d0, acpi: 0x70 } as const;
const headerMagic = 0x5372_6448;
const e820Bytes = 20;
const e820Limit = 128;
const mapBytes = 15 * pageBytes;
const recordPages = 1 + mapBytes / pageBytes;
const recordLimit = 0xfebf_ffff;

/** The stack frame: what callees may use, a fifth argument, variables. */
const frame = { fifth: 32, size: 40, key: 48, entryBytes: 56, version: 64, address: 72 } as const;
const frameBytes = 88;
const savedRegisters = [rbx, rbp, rsi, rdi, r12, r13, r14, r15];

/**
 * A UEFI application that boots one image: it takes the memory where the image belongs, asks for the
 * memory map, ends the boot services, copies the segments and enters by Linux's 64-bit protocol.
 */
export function uefiLoader(elf: BootableElf): UefiLoader {
  const code = new Assembler(64, 4096 + elf.bytes.length);
  const [occupied, refused] = [code.newLabel(), code.newLabel()];
  const [file, acpi] = [code.newLabel(), code.newLabel()];
  enter(code);
  allocatePages(code, allocate.at, (elf.end - elf.start) / pageBytes, elf.start, occupied);
  allocatePages(code, allocate.below, recordPages, recordLimit, refused);
  prepareRecord(code);
  findAcpi(code, acpi);
  exitBootServices(code, refused);
  convertMemoryMap(code);
  code.emitRelativeLabel(Form.lea_r64_m, rbx, file);
  copySegments(code, 64, elf.segments, rbx);
  code.emit(Form.mov_r64_rm64, rsi, rbp);
  code.emitImmediate(Form.mov_r32_imm32, rax, elf.linuxEntry);
  code.emit(Form.jmp_rm64, rax);
  const occupiedText = refuse(code, occupied);
  const refusedText = refuse(code, refused);
  fillPage(code);
  const dataOffset = code.offset;
  code.bind(acpi);
  code.writeBytes(guidBytes(acpiTable));
  writeText(code, occupiedText, "tsuki: the firmware itself uses the memory that the image needs");
  writeText(code, refusedText, "tsuki: the firmware gives no memory map");
  fillPage(code);
  const fileOffset = code.offset;
  code.bind(file);
  code.writeBytes(elf.bytes);
  fillPage(code);
  return { bytes: code.finish().bytes, dataOffset, fileOffset };
}

/** rcx = the image's handle, rdx = the system table: kept in r12, r13, boot services in r14. */
function enter(code: Assembler): void {
  for (const register of savedRegisters) code.emit(Form.push_r64, register);
  code.emit(Form.sub_rm64_imm8, rsp, 0, frameBytes);
  code.emit(Form.mov_r64_rm64, r12, rcx);
  code.emit(Form.mov_r64_rm64, r13, rdx);
  code.emitMemory(Form.mov_r64_rm64, r14, r13, noRegister, 0, systemTable.bootServices);
  code.emit(Form.cld);
}

/** Leaves the address in the frame. */
function allocatePages(
  code: Assembler,
  kind: number,
  pages: number,
  address: number,
  fail: Label,
): void {
  code.emitImmediate(Form.mov_r32_imm32, rax, address);
  code.emitMemory(Form.mov_rm64_r64, rax, rsp, noRegister, 0, frame.address);
  code.emitImmediate(Form.mov_r32_imm32, rcx, kind);
  code.emitImmediate(Form.mov_r32_imm32, rdx, loaderData);
  code.emitImmediate(Form.mov_r32_imm32, r8, pages);
  code.emitMemory(Form.lea_r64_m, r9, rsp, noRegister, 0, frame.address);
  code.emitMemory(Form.call_rm64, 0, r14, noRegister, 0, bootServices.allocatePages);
  code.emit(Form.test_rm64_r64, rax, rax);
  code.jump(Form.jne_rel32, fail);
}

/** rbp = the zero page: all zeroes but what says that it is one. */
function prepareRecord(code: Assembler): void {
  code.emitMemory(Form.mov_r64_rm64, rbp, rsp, noRegister, 0, frame.address);
  code.emit(Form.mov_r64_rm64, rdi, rbp);
  code.emitImmediate(Form.mov_r32_imm32, rcx, pageBytes);
  code.emit(Form.xor_r32_rm32, rax, rax);
  code.emit(Form.rep_stosb);
  code.emitMemory(Form.mov_rm32_imm32, 0, rbp, noRegister, 0, record.header, headerMagic);
}

/** Notes ACPI's root pointer, which is one of the tables that firmware names by a GUID. */
function findAcpi(code: Assembler, wanted: Label): void {
  const [next, other, done] = [code.newLabel(), code.newLabel(), code.newLabel()];
  code.emitMemory(Form.mov_r64_rm64, rcx, r13, noRegister, 0, systemTable.tableCount);
  code.emitMemory(Form.mov_r64_rm64, rbx, r13, noRegister, 0, systemTable.tables);
  code.emitRelativeLabel(Form.mov_r64_rm64, rax, wanted);
  code.emitRelativeLabel(Form.lea_r64_m, rdx, wanted);
  code.emitMemory(Form.mov_r64_rm64, rdx, rdx, noRegister, 0, 8);
  code.bind(next);
  code.emit(Form.sub_rm64_imm8, rcx, 0, 1);
  code.jump(Form.jb_rel8, done);
  code.emitMemory(Form.cmp_rm64_r64, rax, rbx, noRegister, 0, 0);
  code.jump(Form.jne_rel8, other);
  code.emitMemory(Form.cmp_rm64_r64, rdx, rbx, noRegister, 0, 8);
  code.jump(Form.jne_rel8, other);
  code.emitMemory(Form.mov_r64_rm64, rax, rbx, noRegister, 0, 16);
  code.emitMemory(Form.mov_rm64_r64, rax, rbp, noRegister, 0, record.acpi);
  code.jump(Form.jmp_rel8, done);
  code.bind(other);
  code.emit(Form.add_rm64_imm8, rbx, 0, configurationTableBytes);
  code.jump(Form.jmp_rel8, next);
  code.bind(done);
}

/** Firmware may change the map while it is asked: then it refuses to end, and is asked once more. */
function exitBootServices(code: Assembler, fail: Label): void {
  const again = code.newLabel();
  code.emitImmediate(Form.mov_r32_imm32, r15, 4);
  code.bind(again);
  code.emit(Form.sub_rm64_imm8, r15, 0, 1);
  code.jump(Form.jb_rel32, fail);
  code.emitMemory(Form.mov_rm64_imm32, 0, rsp, noRegister, 0, frame.size, mapBytes);
  const addresses = [
    [rcx, rsp, frame.size],
    [rdx, rbp, pageBytes],
    [r8, rsp, frame.key],
    [r9, rsp, frame.entryBytes],
    [rax, rsp, frame.version],
  ] as const;
  for (const [register, base, offset] of addresses) {
    code.emitMemory(Form.lea_r64_m, register, base, noRegister, 0, offset);
  }
  code.emitMemory(Form.mov_rm64_r64, rax, rsp, noRegister, 0, frame.fifth);
  code.emitMemory(Form.call_rm64, 0, r14, noRegister, 0, bootServices.getMemoryMap);
  code.emit(Form.test_rm64_r64, rax, rax);
  code.jump(Form.jne_rel32, fail);
  code.emit(Form.mov_r64_rm64, rcx, r12);
  code.emitMemory(Form.mov_r64_rm64, rdx, rsp, noRegister, 0, frame.key);
  code.emitMemory(Form.call_rm64, 0, r14, noRegister, 0, bootServices.exitBootServices);
  code.emit(Form.test_rm64_r64, rax, rax);
  code.jump(Form.jne_rel8, again);
}

/** Joins what is memory and lies together: firmware's list may be longer than a zero page holds. */
function convertMemoryMap(code: Assembler): void {
  const [next, skip, fresh] = [code.newLabel(), code.newLabel(), code.newLabel()];
  const done = code.newLabel();
  code.emit(Form.cli);
  code.emitMemory(Form.lea_r64_m, rbx, rbp, noRegister, 0, pageBytes);
  code.emitMemory(Form.mov_r64_rm64, r12, rsp, noRegister, 0, frame.size);
  code.emit(Form.add_rm64_r64, r12, rbx);
  code.emitMemory(Form.lea_r64_m, rdi, rbp, noRegister, 0, record.e820 - e820Bytes);
  code.emit(Form.xor_r32_rm32, r9, r9); // the end of the last range
  code.bind(next);
  code.emit(Form.cmp_r64_rm64, rbx, r12);
  code.jump(Form.jae_rel8, done);
  code.emitMemory(Form.mov_r32_rm32, rcx, rbx, noRegister, 0, 0);
  code.emit(Form.cmp_rm32_imm8, rcx, 0, 31);
  code.jump(Form.ja_rel8, skip);
  code.emitImmediate(Form.mov_r32_imm32, rax, usableTypes);
  code.emit(Form.shr_rm32_cl, rax);
  code.emit(Form.test_rm8_imm8, rax, 0, 1);
  code.jump(Form.je_rel8, skip);
  code.emitMemory(Form.mov_r64_rm64, rax, rbx, noRegister, 0, 8);
  code.emitMemory(Form.mov_r64_rm64, rdx, rbx, noRegister, 0, 24);
  code.emit(Form.shl_rm64_imm8, rdx, 0, 12);
  code.emit(Form.cmp_r64_rm64, rax, r9);
  code.jump(Form.jne_rel8, fresh);
  code.emitMemory(Form.add_rm64_r64, rdx, rdi, noRegister, 0, 8);
  code.emit(Form.add_rm64_r64, r9, rdx);
  code.jump(Form.jmp_rel8, skip);
  code.bind(fresh);
  code.emitMemory(Form.cmp_rm8_imm8, 0, rbp, noRegister, 0, record.e820Count, e820Limit);
  code.jump(Form.jae_rel8, done);
  code.emitMemory(Form.inc_rm8, 0, rbp, noRegister, 0, record.e820Count);
  code.emit(Form.add_rm64_imm8, rdi, 0, e820Bytes);
  code.emitMemory(Form.mov_rm64_r64, rax, rdi, noRegister, 0, 0);
  code.emitMemory(Form.mov_rm64_r64, rdx, rdi, noRegister, 0, 8);
  code.emitMemory(Form.mov_rm32_imm32, 0, rdi, noRegister, 0, 16, 1);
  code.emitMemory(Form.lea_r64_m, r9, rax, rdx, 0, 0);
  code.bind(skip);
  code.emitMemory(Form.add_r64_rm64, rbx, rsp, noRegister, 0, frame.entryBytes);
  code.jump(Form.jmp_rel8, next);
  code.bind(done);
}

/** Prints a text on the firmware's consoles and returns the error that rax holds. */
function refuse(code: Assembler, begin: Label): Label {
  const text = code.newLabel();
  code.bind(begin);
  code.emit(Form.mov_r64_rm64, rbx, rax);
  code.emitMemory(Form.mov_r64_rm64, rcx, r13, noRegister, 0, systemTable.consoleOut);
  code.emitRelativeLabel(Form.lea_r64_m, rdx, text);
  code.emitMemory(Form.call_rm64, 0, rcx, noRegister, 0, outputString);
  code.emit(Form.mov_r64_rm64, rax, rbx);
  code.emit(Form.add_rm64_imm8, rsp, 0, frameBytes);
  for (const register of [...savedRegisters].reverse()) code.emit(Form.pop_r64, register);
  code.emit(Form.ret);
  return text;
}

function writeText(code: Assembler, label: Label, text: string): void {
  code.bind(label);
  code.writeBytes(Buffer.from(`${text}\r\n\0`, "utf16le"));
}

function fillPage(code: Assembler): void {
  code.writeBytes(new Uint8Array((pageBytes - (code.offset % pageBytes)) % pageBytes));
}
