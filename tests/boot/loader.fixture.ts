/** A boot loader that QEMU starts by PVH, and that starts an image in another way. */
import { Assembler, noRegister } from "../../src/compiler/machine-x64/assembler.ts";
import { Form } from "../../src/compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../src/compiler/machine-x64/registers.ts";
import { copySegments } from "../../src/image/disk/copy-segments.ts";
import { readElf } from "../../src/image/elf/reader.ts";
import { writeElf } from "../../src/image/elf/writer.ts";
import {
  type BootFacts,
  multibootInformation,
  writeZeroPage,
} from "../../src/kernel/platform/pc/boot-records.fixture.ts";
import { memoryMapTo } from "../../src/kernel/platform/pc/pc.fixture.ts";
import { encodeLaunchRecord } from "../../src/monitors/qemu/launch-record.ts";

/** The ways besides PVH. */
export const otherBootWays = ["Multiboot 2", "Linux's 64-bit protocol"] as const;

const mebibyte = 0x10_0000;
const codeAddress = 32 * mebibyte;
const tablesAddress = 33 * mebibyte;
const recordAddress = 34 * mebibyte;
const launchAddress = 35 * mebibyte;
const fileAddress = 36 * mebibyte;
const imageMemoryEnd = 64 * mebibyte;

/** Memory that the machine must have, in MiB. */
export const loaderMemoryMebibytes = 128;

const { rax, rbx, rcx, rdx, rsi } = Register;
const multibootMagic = 0x36d7_6289;

/** An ELF file with a PVH note that loads and enters `image` in one of the other ways. */
export function loaderOf(
  image: Uint8Array,
  way: (typeof otherBootWays)[number],
  programArguments: readonly string[],
  commandLine = "from a loader",
): Uint8Array {
  const launchRecord = encodeLaunchRecord(programArguments, []);
  const facts: BootFacts = {
    commandLine,
    module: { start: launchAddress, lengthBytes: launchRecord.length },
    memoryMap: memoryMapTo(imageMemoryEnd),
  };
  const isMultiboot = way === "Multiboot 2";
  const record = isMultiboot ? multibootInformation(facts) : new Uint8Array(8192);
  if (!isMultiboot) writeZeroPage(record, 0, facts);
  if (!isMultiboot) new DataView(record.buffer).setUint32(0x228, recordAddress + 4096, true);
  const code = new Assembler(32);
  code.emit(Form.cld);
  code.emitImmediate(Form.mov_r32_imm32, rbx, fileAddress);
  copySegments(code, 32, readElf(image).segments, rbx);
  if (isMultiboot) enterByMultiboot(code, multibootEntryOf(image));
  else enterLikeLinux(code, readElf(image).entry);
  const segments = [
    { ...segment(codeAddress, code.finish().bytes), executable: true, writable: false },
    segment(tablesAddress, identityTables()),
    segment(recordAddress, record),
    segment(launchAddress, launchRecord),
    segment(fileAddress, image),
  ];
  return writeElf({ entry: codeAddress, pvhEntry: codeAddress, segments, mappable: false });
}

function enterByMultiboot(code: Assembler, entry: number): void {
  code.emitImmediate(Form.mov_r32_imm32, rax, multibootMagic);
  code.emitImmediate(Form.mov_r32_imm32, rbx, recordAddress);
  code.emitImmediate(Form.mov_r32_imm32, rcx, entry);
  code.emit(Form.jmp_rm32, rcx);
}

/** 64-bit mode, the first GiB mapped to itself, as monitors of Linux set it up. */
function enterLikeLinux(code: Assembler, entry: number): void {
  code.emitImmediate(Form.mov_r32_imm32, rax, tablesAddress);
  code.emit(Form.mov_cr_r32, 3, rax);
  code.emitImmediate(Form.mov_r32_imm32, rax, 0x20);
  code.emit(Form.mov_cr_r32, 4, rax);
  code.emitImmediate(Form.mov_r32_imm32, rcx, 0xc000_0080);
  code.emit(Form.xor_r32_rm32, rdx, rdx);
  code.emitImmediate(Form.mov_r32_imm32, rax, 0x100);
  code.emit(Form.wrmsr);
  code.emitImmediate(Form.mov_r32_imm32, rax, 0x8000_0011);
  code.emit(Form.mov_cr_r32, 0, rax);
  code.emitMemory(Form.lgdt_m48, 0, noRegister, noRegister, 0, tablesAddress + descriptorOperand);
  code.emitImmediate(Form.mov_r32_imm32, rax, 0x18);
  code.emit(Form.mov_seg_r32, Segment.ds, rax);
  const target = codeAddress + code.offset + 7;
  code.emitImmediate(Form.jmp_ptr16_32, 0, target, 0x10);
  code.setMode(64);
  code.emitImmediate(Form.mov_r32_imm32, rsi, recordAddress);
  code.emitImmediate(Form.mov_r32_imm32, rax, entry);
  code.emit(Form.jmp_rm64, rax);
}

const descriptors = 0x3000;
const descriptorOperand = 0x3040;

/** The first GiB to itself in pages of 2 MiB, and descriptors where Linux's protocol wants them. */
function identityTables(): Uint8Array {
  const view = new DataView(new ArrayBuffer(0x4000));
  view.setBigUint64(0, BigInt(tablesAddress + 0x1003), true);
  view.setBigUint64(0x1000, BigInt(tablesAddress + 0x2003), true);
  for (let index = 0; index < 512; index++) {
    view.setBigUint64(0x2000 + index * 8, BigInt(index * 2 * mebibyte) | 0x83n, true);
  }
  view.setBigUint64(descriptors + 0x10, 0x00af_9b00_0000_ffffn, true);
  view.setBigUint64(descriptors + 0x18, 0x00cf_9300_0000_ffffn, true);
  view.setUint16(descriptorOperand, 0x1f, true);
  view.setUint32(descriptorOperand + 2, tablesAddress + descriptors, true);
  return new Uint8Array(view.buffer);
}

/** The entry that a file's Multiboot 2 header gives, looked for as a loader looks for it. */
function multibootEntryOf(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, Math.min(file.length, 32_768));
  for (let at = 0; at + 16 <= view.byteLength; at += 8) {
    const words = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset, true));
    const sum = words.reduce((total, word) => total + word, 0);
    if (words[0] === 0xe852_50d6 && sum % 2 ** 32 === 0) return view.getUint32(at + 24, true);
  }
  throw new Error("there is no Multiboot 2 header in the first 32 KiB");
}

function segment(address: number, bytes: Uint8Array) {
  return { address, bytes, memorySize: bytes.length, writable: true, executable: false };
}
