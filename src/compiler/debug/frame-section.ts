import { ByteWriter } from "../bytes/writer.ts";
import type { LinkedFunction } from "../object/layout.ts";
import { stepWords, type Unwinding } from "../object/unwinding.ts";
import { CallFrame, DwarfRegister, dwarfGeneralRegisters } from "./dwarf-unwinding.table.ts";
import { ExpressionOperation } from "./operations.table.ts";

const wordBytes = 8;
const noCommonEntry = 0xffff_ffff;
const frameVersion = 4;
/** Registers that every function preserves: rbx, rbp, r12, r13, r14, and r15, which none writes. */
const generalRegisters = 16;
const stackRegister = 4;
const preserved = [3, 5, 12, 13, 14, 15];

/** `.debug_frame` (DWARF 5, 6.4): how to find the caller of each function, at each instruction. */
export function frameSection(functions: readonly LinkedFunction[]): Uint8Array {
  const writer = new ByteWriter(1024 + functions.length * 64);
  const called = writeCommonEntry(writer, "");
  const interrupting = writeCommonEntry(writer, "S");
  for (const { chunk, address } of functions) {
    const { unwinding } = chunk;
    if (unwinding === undefined) continue;
    writeEntry(writer, (entry) => {
      entry.u32(unwinding.kind === "interrupt" ? interrupting : called);
      entry.u64(BigInt(address));
      entry.u64(BigInt(chunk.size));
      writeRules(entry, unwinding, chunk.size);
    });
  }
  return writer.toBytes();
}

/** Writes an entry of any kind with its length; DW_CFA_nop, which is 0, pads it. */
function writeEntry(writer: ByteWriter, fill: (entry: ByteWriter) => void): number {
  const start = writer.length;
  const entry = new ByteWriter();
  entry.u32(0);
  fill(entry);
  entry.align(wordBytes);
  entry.patch32(0, entry.length - 4);
  writer.bytes(entry.toBytes());
  return start;
}

/** What entries have in common; interrupts' are marked, whose callers were not calling. */
function writeCommonEntry(writer: ByteWriter, augmentation: string): number {
  return writeEntry(writer, (entry) => {
    entry.u32(noCommonEntry);
    entry.u8(frameVersion);
    entry.text(`${augmentation}\0`);
    entry.u8(wordBytes);
    entry.u8(0); // no segments
    entry.unsignedLeb(1);
    entry.signedLeb(-wordBytes);
    entry.unsignedLeb(DwarfRegister.returnAddress);
    if (augmentation !== "") return;
    entry.u8(CallFrame.defineAddress);
    entry.unsignedLeb(DwarfRegister.stackPointer);
    entry.unsignedLeb(wordBytes);
    entry.u8(CallFrame.offset | DwarfRegister.returnAddress);
    entry.unsignedLeb(1);
    for (let register = 0; register < generalRegisters; register++) {
      if (register === stackRegister) continue;
      entry.u8(preserved.includes(register) ? CallFrame.sameValue : CallFrame.undefined);
      entry.unsignedLeb(dwarfNumber(register));
    }
  });
}

function writeRules(entry: ByteWriter, unwinding: Unwinding, size: number): void {
  if (unwinding.kind === "outermost") {
    entry.u8(CallFrame.undefined);
    entry.unsignedLeb(DwarfRegister.returnAddress);
    return;
  }
  const { steps } = unwinding;
  let at = 0;
  let before = 0;
  for (let step = 0; step < steps.length; step += stepWords) {
    const offset = steps[step] ?? 0;
    const bytes = steps[step + 1] ?? 0;
    if (offset >= size) break;
    advance(entry, offset - at);
    at = offset;
    if (unwinding.kind === "call") writeCallStep(entry, unwinding, bytes, before);
    else writeInterruptStep(entry, unwinding, bytes, steps[step + 2] ?? 0, before);
    before = bytes;
  }
}

function advance(entry: ByteWriter, distance: number): void {
  if (distance === 0) return;
  if (distance < 0x40) entry.u8(CallFrame.advanceLocation | distance);
  else if (distance < 0x100) {
    entry.u8(CallFrame.advanceLocation1);
    entry.u8(distance);
  } else if (distance < 0x1_0000) {
    entry.u8(CallFrame.advanceLocation2);
    entry.u16(distance);
  } else {
    entry.u8(CallFrame.advanceLocation4);
    entry.u32(distance);
  }
}

/** The frame begins above the return address; registers lie where the stack reaches them. */
function writeCallStep(
  entry: ByteWriter,
  { saved }: Unwinding,
  bytes: number,
  before: number,
): void {
  entry.u8(CallFrame.defineAddressOffset);
  entry.unsignedLeb(bytes + wordBytes);
  for (const [register, bytesBelow] of saved) {
    const isSaved = bytesBelow <= bytes;
    if (isSaved === bytesBelow <= before) continue;
    entry.u8((isSaved ? CallFrame.offset : CallFrame.restore) | dwarfNumber(register));
    if (isSaved) entry.unsignedLeb((bytesBelow + wordBytes) / wordBytes);
  }
}

/** Everything lies at a distance from the saved program counter; the stack pointer is read there. */
function writeInterruptStep(
  entry: ByteWriter,
  { saved }: Unwinding,
  bytes: number,
  alignment: number,
  before: number,
): void {
  const rule = (register: number, bytesBelow: number) => {
    entry.u8(CallFrame.expression);
    entry.unsignedLeb(register);
    writeBlock(entry, placeExpression(bytes - bytesBelow, alignment));
  };
  rule(DwarfRegister.returnAddress, 0);
  for (const [register, bytesBelow] of saved) {
    const number = dwarfNumber(register);
    if (number === DwarfRegister.stackPointer) {
      const place = placeExpression(bytes - bytesBelow, alignment);
      entry.u8(CallFrame.defineAddressExpression);
      writeBlock(entry, Uint8Array.of(...place, ExpressionOperation.dereference));
    } else if (bytesBelow <= bytes) rule(number, bytesBelow);
    else if (bytesBelow <= before) entry.u8(CallFrame.restore | number);
  }
}

/** The address so far above the stack pointer, whose bit of value 8 may count besides. */
function placeExpression(bytes: number, alignment: number): Uint8Array {
  const { and, baseRegister0, literal0, minus, plus } = ExpressionOperation;
  const stackPointer = baseRegister0 + DwarfRegister.stackPointer;
  const writer = new ByteWriter();
  writer.u8(stackPointer);
  writer.signedLeb(bytes);
  if (alignment !== 0) {
    writer.u8(stackPointer);
    writer.signedLeb(0);
    writer.u8(literal0 + wordBytes);
    writer.u8(and);
    writer.u8(alignment > 0 ? plus : minus);
  }
  return writer.toBytes();
}

function writeBlock(entry: ByteWriter, bytes: Uint8Array): void {
  entry.unsignedLeb(bytes.length);
  entry.bytes(bytes);
}

function dwarfNumber(register: number): number {
  return dwarfGeneralRegisters[register] ?? register;
}
