import { type Assembler, type Label, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../compiler/machine-x64/registers.ts";
import { debugExitPort } from "../../contracts/control-channel.ts";
import {
  biosLoaderAddress,
  diskAddressPacket,
  diskInterrupt,
  enterRealMode,
  extendedRead,
} from "./boot-sector.ts";
import type { BootableElf } from "./bootable-elf.ts";
import { copySegments } from "./copy-segments.ts";
import { RealModeAssembler } from "./real-mode-assembler.ts";

/** Where an image's file lies on the disk from which it is booted. */
export interface DiskPlace {
  /** Bytes of a block, by which the firmware counts on this disk. */
  readonly blockBytes: 512 | 2048;
  readonly firstBlock: number;
}

const { rax, rbx, rcx, rdx, rsi, rdi, rbp } = Register;

/** Memory that firmware leaves alone: the memory map, and a block read on its way upwards. */
const mapAddress = 0x1000;
const mapEntryBytes = 24;
const mapEntryLimit = 128;
const bounceAddress = 0x1_0000;
const bounceBytes = 32 * 1024;

/** The loader's data, in front of its code. */
const place = { packet: 0x10, gdt: 0x20, gdtOperand: 0x38, startInfo: 0x40, code: 0x80 } as const;
const packetBlock = place.packet + 8;
const startInfoMap = place.startInfo + 40;
const startInfoMapCount = place.startInfo + 48;

const selectors = { code: 0x08, data: 0x10 } as const;
const systemControlPort = 0x92;
const firstSerialPort = 0x3f8;
const smapSignature = 0x534d_4150;
const memoryMapFunction = 0xe820;
const usableMemory = 1;
const startInfoMagic = 0x336e_c578;
const stagingAlignment = 1 << 20;
const teletype = 0x0e00;
const tooLittleMemory =
  "tsuki: too little memory: it must hold the image and its file, above 1 MiB";

/**
 * What a BIOS runs to boot one image, loaded to `biosLoaderAddress` with the drive's number in dl: it
 * asks for the memory map (ACPI 6.5, 15.1), reads the image's file behind the memory that the image
 * will occupy, copies the segments, and enters as PVH monitors do.
 */
export function biosLoader(elf: BootableElf, disk: DiskPlace): Uint8Array {
  const code = new RealModeAssembler(2048);
  const start = code.newLabel();
  code.jump(Form.jmp_rel32, start);
  writeData(code, disk);
  const unreadable = refusal(code, "tsuki: the disk cannot be read");
  const tooLittle = refusal(code, tooLittleMemory);
  code.bind(start);
  enterRealMode(code);
  code.emit(Form.push_r32, rdx);
  enableAddressLine20(code);
  readMemoryMap(code);
  const stagingAddress = Math.ceil(elf.end / stagingAlignment) * stagingAlignment;
  const pieces = Math.ceil(elf.bytes.length / bounceBytes);
  checkMemory(code, elf.start, stagingAddress + pieces * bounceBytes, tooLittle);
  readFile(code, disk, stagingAddress, pieces, unreadable);
  startImage(code, elf, stagingAddress);
  return code.finish().bytes;
}

function writeData(code: Assembler, disk: DiskPlace): void {
  const data = new Uint8Array(place.code - code.offset);
  const view = new DataView(data.buffer);
  const at = (offset: number) => offset - code.offset;
  const blocks = bounceBytes / disk.blockBytes;
  data.set(diskAddressPacket(blocks, bounceAddress >> 4, 0, disk.firstBlock), at(place.packet));
  view.setBigUint64(at(place.gdt + selectors.code), 0x00cf_9b00_0000_ffffn, true);
  view.setBigUint64(at(place.gdt + selectors.data), 0x00cf_9300_0000_ffffn, true);
  view.setUint16(at(place.gdtOperand), 0x17, true);
  view.setUint32(at(place.gdtOperand) + 2, biosLoaderAddress + place.gdt, true);
  view.setUint32(at(place.startInfo), startInfoMagic, true);
  view.setUint32(at(place.startInfo) + 4, 1, true);
  view.setUint32(at(startInfoMap), mapAddress, true);
  code.writeBytes(data);
}

/** Mostly the line is on already; bit 0 of this port would reset the machine. */
function enableAddressLine20(code: RealModeAssembler): void {
  code.emit(Form.in_al_imm8, 0, 0, systemControlPort);
  code.emit(Form.or_rm8_imm8, rax, 0, 2);
  code.emit(Form.and_rm8_imm8, rax, 0, 0xfe);
  code.emit(Form.out_imm8_al, 0, 0, systemControlPort);
}

/** Entries as firmware writes them are those of PVH's memory map. */
function readMemoryMap(code: RealModeAssembler): void {
  const [next, done] = [code.newLabel(), code.newLabel()];
  const count = biosLoaderAddress + startInfoMapCount;
  code.emit(Form.xor_r32_rm32, rbx, rbx);
  code.emitImmediate(Form.mov_r32_imm32, rdi, mapAddress);
  code.bind(next);
  code.emitImmediate(Form.mov_r32_imm32, rax, memoryMapFunction);
  code.emitImmediate(Form.mov_r32_imm32, rcx, mapEntryBytes);
  code.emitImmediate(Form.mov_r32_imm32, rdx, smapSignature);
  code.interrupt(0x15);
  code.jump(Form.jb_rel8, done);
  code.emit(Form.cmp_rm32_imm32, rax, 0, smapSignature);
  code.jump(Form.jne_rel8, done);
  code.emit(Form.add_rm32_imm8, rdi, 0, mapEntryBytes);
  code.emitMemory(Form.inc_rm32, 0, noRegister, noRegister, 0, count);
  code.emitMemory(Form.cmp_rm32_imm32, 0, noRegister, noRegister, 0, count, mapEntryLimit);
  code.jump(Form.je_rel8, done);
  code.emit(Form.test_rm32_r32, rbx, rbx);
  code.jump(Form.jne_rel8, next);
  code.bind(done);
}

/** One range of memory must hold everything; none that counts reaches beyond 4 GiB and wraps. */
function checkMemory(code: RealModeAssembler, start: number, end: number, fail: Label): void {
  const [next, wrong, found] = [code.newLabel(), code.newLabel(), code.newLabel()];
  code.emitImmediate(Form.mov_r32_imm32, rsi, mapAddress);
  const count = biosLoaderAddress + startInfoMapCount;
  code.emitMemory(Form.mov_r32_rm32, rcx, noRegister, noRegister, 0, count);
  code.bind(next);
  code.emit(Form.sub_rm32_imm8, rcx, 0, 1);
  code.jump(Form.jb_rel32, fail);
  code.emitMemory(Form.cmp_rm32_imm8, 0, rsi, noRegister, 0, 16, usableMemory);
  code.jump(Form.jne_rel8, wrong);
  code.emitMemory(Form.cmp_rm32_imm8, 0, rsi, noRegister, 0, 4, 0);
  code.jump(Form.jne_rel8, wrong);
  code.emitMemory(Form.mov_r32_rm32, rax, rsi, noRegister, 0, 0);
  code.emit(Form.cmp_rm32_imm32, rax, 0, start);
  code.jump(Form.ja_rel8, wrong);
  code.emitMemory(Form.add_r32_rm32, rax, rsi, noRegister, 0, 8);
  code.emit(Form.cmp_rm32_imm32, rax, 0, end);
  code.jump(Form.jae_rel8, found);
  code.bind(wrong);
  code.emit(Form.add_rm32_imm8, rsi, 0, mapEntryBytes);
  code.jump(Form.jmp_rel8, next);
  code.bind(found);
}

/** Firmware reads below 1 MiB only, so that each piece is carried upwards. */
function readFile(
  code: RealModeAssembler,
  disk: DiskPlace,
  stagingAddress: number,
  pieces: number,
  fail: Label,
): void {
  const next = code.newLabel();
  code.emitImmediate(Form.mov_r32_imm32, rdi, stagingAddress);
  code.emitImmediate(Form.mov_r32_imm32, rbp, pieces);
  code.bind(next);
  // The drive's number lies on the stack; services may change any register.
  code.emit(Form.pop_r32, rdx);
  for (const register of [rdx, rdi, rbp]) code.emit(Form.push_r32, register);
  code.emitImmediate(Form.mov_r32_imm32, rsi, biosLoaderAddress + place.packet);
  code.emitImmediate(Form.mov_r32_imm32, rax, extendedRead << 8);
  code.interrupt(diskInterrupt);
  code.jump(Form.jb_rel32, fail);
  code.emit(Form.pop_r32, rbp);
  code.emit(Form.pop_r32, rdi);
  carryUpwards(code);
  const block = biosLoaderAddress + packetBlock;
  const blocks = bounceBytes / disk.blockBytes;
  code.emitMemory(Form.add_rm32_imm32, 0, noRegister, noRegister, 0, block, blocks);
  code.emit(Form.sub_rm32_imm8, rbp, 0, 1);
  code.jump(Form.jne_rel32, next);
}

/** Segment registers loaded in protected mode keep their reach in real mode until loaded again. */
function carryUpwards(code: RealModeAssembler): void {
  code.emit(Form.cli);
  loadDescriptors(code);
  setProtection(code, true);
  code.emitImmediate(Form.mov_r32_imm32, rbx, selectors.data);
  code.emit(Form.mov_seg_r32, Segment.ds, rbx);
  code.emit(Form.mov_seg_r32, Segment.es, rbx);
  setProtection(code, false);
  code.emitImmediate(Form.mov_r32_imm32, rsi, bounceAddress);
  code.emitImmediate(Form.mov_r32_imm32, rcx, bounceBytes / 4);
  code.emit(Form.cld);
  code.emit(Form.rep_movsd);
  code.emit(Form.xor_r32_rm32, rax, rax);
  code.emit(Form.mov_seg_r32, Segment.ds, rax);
  code.emit(Form.mov_seg_r32, Segment.es, rax);
  code.emit(Form.sti);
}

function loadDescriptors(code: RealModeAssembler): void {
  const operand = biosLoaderAddress + place.gdtOperand;
  code.emitMemory(Form.lgdt_m48, 0, noRegister, noRegister, 0, operand);
}

function setProtection(code: RealModeAssembler, isOn: boolean): void {
  code.emit(Form.mov_r32_cr, rax, 0);
  if (isOn) code.emit(Form.or_rm32_imm8, rax, 0, 1);
  else code.emit(Form.and_rm32_imm8, rax, 0, -2);
  code.emit(Form.mov_cr_r32, 0, rax);
}

const farJumpBytes = 9; // with two prefixes

function startImage(code: RealModeAssembler, elf: BootableElf, stagingAddress: number): void {
  code.emit(Form.cli);
  loadDescriptors(code);
  setProtection(code, true);
  const target = biosLoaderAddress + code.offset + farJumpBytes;
  code.emitImmediate(Form.jmp_ptr16_32, 0, target, selectors.code);
  code.leaveRealMode();
  code.emitImmediate(Form.mov_r32_imm32, rax, selectors.data);
  for (const segment of [Segment.ds, Segment.es, Segment.ss]) {
    code.emit(Form.mov_seg_r32, segment, rax);
  }
  code.emit(Form.cld);
  code.emitImmediate(Form.mov_r32_imm32, rbx, stagingAddress);
  copySegments(code, 32, elf.segments, rbx);
  code.emitImmediate(Form.mov_r32_imm32, rbx, biosLoaderAddress + place.startInfo);
  code.emitImmediate(Form.mov_r32_imm32, rcx, elf.pvhEntry);
  code.emit(Form.jmp_rm32, rcx);
}

/** Code that says what is wrong on the first serial port and the screen, ends QEMU with 3, or stops. */
function refusal(code: RealModeAssembler, message: string): Label {
  const [begin, next, stop] = [code.newLabel(), code.newLabel(), code.newLabel()];
  const bytes = new TextEncoder().encode(`${message}\r\n`);
  const textAddress = biosLoaderAddress + code.offset;
  code.writeBytes(bytes);
  code.bind(begin);
  code.emitImmediate(Form.mov_r32_imm32, rsi, textAddress);
  code.emitImmediate(Form.mov_r32_imm32, rcx, bytes.length);
  code.bind(next);
  code.emitMemory(Form.movzx_r32_rm8, rax, rsi, noRegister, 0, 0);
  code.emitImmediate(Form.mov_r32_imm32, rdx, firstSerialPort);
  code.emit(Form.out_dx_al);
  code.emit(Form.or_rm32_imm32, rax, 0, teletype);
  code.emit(Form.xor_r32_rm32, rbx, rbx);
  for (const register of [rsi, rcx]) code.emit(Form.push_r32, register);
  code.interrupt(0x10);
  for (const register of [rcx, rsi]) code.emit(Form.pop_r32, register);
  code.emit(Form.inc_rm32, rsi);
  code.emit(Form.sub_rm32_imm8, rcx, 0, 1);
  code.jump(Form.jne_rel8, next);
  code.emitImmediate(Form.mov_r32_imm32, rax, 1);
  code.emitImmediate(Form.mov_r32_imm32, rdx, debugExitPort);
  code.emit(Form.out_dx_al);
  code.bind(stop);
  code.emit(Form.hlt);
  code.jump(Form.jmp_rel8, stop);
  return begin;
}
