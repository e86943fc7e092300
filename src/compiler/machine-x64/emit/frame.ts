import type { Allocation } from "../../machine/allocation.ts";
import type { MachineFunction } from "../../machine/machine-function.ts";
import { callUnwinding, StackSteps, type Unwinding } from "../../object/unwinding.ts";
import type { Assembler } from "../assembler.ts";
import { calleeSaved, stackPointer } from "../calling-convention.ts";
import { Form } from "../encoding.ts";
import { Shape } from "../instruction-shape.ts";
import { Pseudo } from "../pseudo-instructions.ts";

const wordBytes = 8;
const pageBytes = 4096;

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
  constructor(writtenRegisters: number, callWords: number, slotWords: number) {
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
  enter(assembler: Assembler): void {
    this.steps.add(assembler.offset, 0);
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
  return new Frame(allocation.writtenRegisters, outgoingWords(code), allocation.slotCount);
}

const callOpcodes = new Set<number>([
  Form.call_rel32,
  Form.call_rm64,
  Pseudo.callCatching,
  Pseudo.callPointerCatching,
]);

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
