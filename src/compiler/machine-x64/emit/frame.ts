import { trapKinds } from "../../../contracts/traps.ts";
import type { Allocation } from "../../machine/allocation.ts";
import type { MachineFunction } from "../../machine/machine-function.ts";
import { trapSymbol } from "../../object/symbols.ts";
import { callUnwinding, StackSteps, type Unwinding } from "../../object/unwinding.ts";
import type { Assembler } from "../assembler.ts";
import { calleeSaved, stackPointer } from "../calling-convention.ts";
import { Form } from "../encoding.ts";
import { Shape } from "../instruction-shape.ts";
import { Pseudo } from "../pseudo-instructions.ts";

const wordBytes = 8;
const pageBytes = 4096;

/** Room below every checked frame: for what is written by hand, for traps, and for small leaves. */
const reservedBytes = 1024;
/** A function that calls nothing needs no check of a frame of this size. */
const uncheckedLeafBytes = 512;

/** The symbols of a check that the stack has room for a frame. */
export interface StackCheck {
  /** The lowest byte of the stack. */
  readonly low: number;
  /** Code to go to, with the stack as it was, when there is no room. */
  readonly overflow: number;
}

/** The check of code that no guard protects; undefined for other code. */
export function stackCheck(
  isChecked: boolean,
  symbol: (name: string) => number,
): StackCheck | undefined {
  if (!isChecked) return undefined;
  return {
    low: symbol("config.stackLow"),
    overflow: symbol(trapSymbol(trapKinds.stackOverflow.id)),
  };
}

/**
 * The stack frame of one function, of one size from the end of the prologue on: from the stack
 * pointer upwards the area of outgoing arguments, the spill slots, the saved registers.
 */
export class Frame {
  private readonly saved: readonly number[];
  private readonly steps = new StackSteps();
  private readonly outgoingBytes: number;
  private readonly localBytes: number;

  /** Of a function that changes these registers (a mask) and needs so many words of either kind. */
  constructor(
    writtenRegisters: number,
    callWords: number,
    slotWords: number,
    private readonly isLeaf = false,
  ) {
    this.saved = calleeSaved.filter((register) => (writtenRegisters & (1 << register)) !== 0);
    this.outgoingBytes = callWords * wordBytes;
    this.localBytes = this.outgoingBytes + slotWords * wordBytes;
  }

  /** Bytes between the stack pointer and the return address. */
  get bytes(): number {
    return this.localBytes + this.saved.length * wordBytes;
  }

  /** Offset of a spill slot from the stack pointer. */
  slotOffset(slot: number): number {
    return this.outgoingBytes + slot * wordBytes;
  }

  /** Offset of the function's own stack arguments from the stack pointer. */
  get incomingOffset(): number {
    return this.bytes + wordBytes;
  }

  /** Saves registers and makes room; a frame larger than a page touches each, so that none is skipped. */
  enter(assembler: Assembler, check: StackCheck | undefined): void {
    this.steps.add(assembler.offset, 0);
    if (check !== undefined) this.checkStack(assembler, check);
    this.saved.forEach((register, index) => {
      assembler.emit(Form.push_r64, register);
      this.steps.add(assembler.offset, wordBytes * (index + 1));
    });
    if (this.localBytes === 0) return;
    for (let below = pageBytes; below <= this.localBytes; below += pageBytes) {
      assembler.emitMemory(Form.test_rm32_r32, 0, stackPointer, -1, 0, -below);
    }
    adjustStack(assembler, Form.sub_rm64_imm8, Form.sub_rm64_imm32, this.localBytes);
    this.steps.add(assembler.offset, this.bytes);
  }

  private checkStack(assembler: Assembler, { low, overflow }: StackCheck): void {
    if (this.isLeaf && this.bytes <= uncheckedLeafBytes) return;
    const least = this.bytes + reservedBytes;
    assembler.emitImmediateSymbol(Form.cmp_rm64_imm32, stackPointer, low, least);
    assembler.jumpToSymbol(Form.jb_rel32, overflow);
  }

  /** Undoes `enter`; the return address is then on top of the stack. */
  leave(assembler: Assembler): void {
    if (this.localBytes !== 0) {
      adjustStack(assembler, Form.add_rm64_imm8, Form.add_rm64_imm32, this.localBytes);
      this.steps.add(assembler.offset, this.bytes - this.localBytes);
    }
    [...this.saved].reverse().forEach((register, index) => {
      assembler.emit(Form.pop_r64, register);
      this.steps.add(assembler.offset, wordBytes * (this.saved.length - index - 1));
    });
  }

  /** What follows stands in the frame again, behind an instruction that left the function. */
  resume(assembler: Assembler): void {
    this.steps.add(assembler.offset, this.bytes);
  }

  /** How the caller is found from each instruction. */
  get unwinding(): Unwinding {
    return callUnwinding(this.steps.finish(), this.saved);
  }
}

function adjustStack(assembler: Assembler, small: number, large: number, bytes: number): void {
  assembler.emitImmediate(bytes <= 127 ? small : large, stackPointer, bytes);
}

/** The frame of an allocated function. */
export function frameOf(code: MachineFunction, allocation: Allocation): Frame {
  const { slotCount, writtenRegisters } = allocation;
  return new Frame(writtenRegisters, outgoingWords(code), slotCount, callsNothing(code));
}

const callOpcodes = new Set<number>([
  Form.call_rel32,
  Form.call_rm64,
  Pseudo.callCatching,
  Pseudo.callPointerCatching,
]);

function callsNothing(code: MachineFunction): boolean {
  for (let instruction = 0; instruction < code.count; instruction++) {
    if (callOpcodes.has(code.opcode[instruction] as number)) return false;
  }
  return true;
}

/** Words that calls need for arguments and results that travel on the stack. */
function outgoingWords(code: MachineFunction): number {
  let words = 0;
  for (let instruction = 0; instruction < code.count; instruction++) {
    const opcode = code.opcode[instruction] as number;
    if (callOpcodes.has(opcode)) {
      words = Math.max(words, code.immediateHigh[instruction] as number);
    } else if (((code.extra[instruction] as number) & Shape.outgoing) !== 0) {
      words = Math.max(words, (code.displacement[instruction] as number) / wordBytes + 1);
    }
  }
  return words;
}
