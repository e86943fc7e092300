import type { Allocation } from "../../machine/allocation.ts";
import { type MachineFunction, RegisterClass, slotOf } from "../../machine/machine-function.ts";
import type { Unwinding } from "../../object/unwinding.ts";
import { type AssembledCode, Assembler, type Label } from "../assembler.ts";
import { floatScratch, integerScratch, stackPointer } from "../calling-convention.ts";
import { Form, type FormId, forms } from "../encoding.ts";
import { Layout } from "../encoding-layout.ts";
import {
  explicitRegisters,
  memoryOperandPosition,
  Shape,
  scaleOf,
  symbolOf,
} from "../instruction-shape.ts";
import { CodeWriter, type JumpTable, type WritingEnvironment } from "./code-writer.ts";
import { type Frame, frameOf, type StackCheck } from "./frame.ts";

/** Machine code of one function and what belongs to it. */
export interface EmittedFunction {
  readonly code: AssembledCode;
  /** Bytes between the stack pointer and the return address in the body. */
  readonly frameBytes: number;
  /** Jump tables: code offsets of their targets. */
  readonly tables: readonly JumpTable[];
  /** What code comes from, if that was asked for: see `Chunk`. */
  readonly origins: Int32Array | undefined;
  readonly unwinding: Unwinding;
  /**
   * If origins were asked for: triples in the order of the code, an instruction and the offsets of
   * the moves before it and of itself.
   */
  readonly timeline: readonly number[];
  /** Where cold paths begin. */
  readonly hotBytes: number;
  /** Instructions that leave the function, at the end of whose code the frame is gone. */
  readonly leaves: ReadonlySet<number>;
  /** How far above the stack pointer the spill slot of a location is, in bytes. */
  slotOffset(location: number): number;
}

/** What emission must know besides the function. */
export interface EmissionEnvironment extends WritingEnvironment {
  /** How the function finds out that the stack has no room; undefined where a guard tells. */
  readonly stackCheck: StackCheck | undefined;
  /** Another assembler to write with than a plain one. */
  readonly newAssembler?: (() => Assembler) | undefined;
  /** Whether instructions of SSE are written as AVX's. */
  readonly hasAvx: boolean;
}

/** The tools of emission for one allocated function: locations, labels, cold paths. */
export class Emitter extends CodeWriter {
  readonly frame: Frame;
  private readonly hasAvx: boolean;
  private readonly blockLabels: Label[];

  constructor(
    readonly code: MachineFunction,
    readonly allocation: Allocation,
    environment: EmissionEnvironment,
    shortJumps: ReadonlySet<number>,
  ) {
    const assembler =
      environment.newAssembler?.() ?? new Assembler(64, Math.max(64, code.count * 8));
    if (environment.hasAvx) assembler.useAvx();
    super(assembler, environment, shortJumps);
    this.hasAvx = environment.hasAvx;
    this.frame = frameOf(code, allocation);
    this.blockLabels = Array.from({ length: code.blockCount }, () => this.assembler.newLabel());
  }

  /** The label of a block. */
  labelOf(block: number): Label {
    return this.blockLabels[block] as Label;
  }

  /** The location of an instruction's n-th operand. */
  location(instruction: number, position: number): number {
    const operand = (this.code.operandStart[instruction] as number) + position;
    return this.code.operandRegister[operand] as number;
  }

  /** A move between locations; slot to slot through the other class's scratch. */
  move(source: number, target: number, registerClass: number): void {
    const { assembler } = this;
    const integer = registerClass === RegisterClass.integer;
    const isVector = this.code.wordsOfClass[integer ? 0 : 1] > 1;
    const loadFloat = isVector ? Form.movups_x_xm128 : Form.movsd_x_m64;
    const storeFloat = isVector ? Form.movups_xm128_x : Form.movsd_m64_x;
    if (source >= 0 && target >= 0) {
      assembler.emit(integer ? Form.mov_r64_rm64 : Form.movaps_x_xm128, target, source);
    } else if (source >= 0) {
      this.slotAccess(integer ? Form.mov_rm64_r64 : storeFloat, source, target);
    } else if (target >= 0) {
      this.slotAccess(integer ? Form.mov_r64_rm64 : loadFloat, target, source);
    } else if (integer) {
      this.slotAccess(Form.movsd_x_m64, floatScratch, source);
      this.slotAccess(Form.movsd_m64_x, floatScratch, target);
    } else {
      for (let word = 0; word < this.code.wordsOfClass[1]; word++) {
        // Slots are numbered downwards.
        this.slotAccess(Form.mov_r64_rm64, integerScratch, source - word);
        this.slotAccess(Form.mov_rm64_r64, integerScratch, target - word);
      }
    }
  }

  /** An instruction of the encoding table with its operands and address. */
  instruction(instruction: number): void {
    const { assembler, code } = this;
    const form = code.opcode[instruction] as FormId;
    const extra = code.extra[instruction] as number;
    const immediate = code.immediateLow[instruction] as number;
    if ((extra & Shape.memory) !== 0) {
      this.memoryInstruction(instruction, form, extra, immediate);
      return;
    }
    if ((extra & Shape.symbolImmediate) !== 0) {
      this.symbolInstruction(instruction, form, extra);
      return;
    }
    const registers = explicitRegisters(form);
    const first = registers > 0 ? this.location(instruction, 0) : 0;
    const second = registers > 1 ? this.location(instruction, 1) : 0;
    const position = memoryOperandPosition(form);
    if (registers > 2) {
      const third = this.location(instruction, 2);
      if (third >= 0) {
        assembler.emitThree(form, first, second, third, immediate);
      } else {
        assembler.setSecond(second);
        this.slotAccess(form, first, third, immediate);
      }
      return;
    }
    if (first < 0 || second < 0) {
      const slot = position === 0 ? first : second;
      const register = registers > 1 ? (position === 0 ? second : first) : 0;
      this.slotAccess(form, register, slot, immediate);
    } else if (form === Form.mov_r64_imm64) {
      const high = code.immediateHigh[instruction] as number;
      assembler.emitImmediate(form, first, immediate, high);
    } else {
      const merges = !this.hasAvx && ((forms.layout[form] as number) & Layout.merges) !== 0;
      // What the target held before would delay an instruction that keeps a part of it.
      if (merges && first !== second) assembler.emit(Form.xorps_x_xm128, first, first);
      assembler.emit(form, first, second, immediate);
    }
  }

  private symbolInstruction(instruction: number, form: FormId, extra: number): void {
    const symbol = symbolOf(extra);
    if (form === Form.call_rel32) {
      this.assembler.jumpToSymbol(form, symbol);
      return;
    }
    const addend = this.code.displacement[instruction] as number;
    this.assembler.emitImmediateSymbol(form, this.location(instruction, 0), symbol, addend);
  }

  private memoryInstruction(
    instruction: number,
    form: FormId,
    extra: number,
    immediate: number,
  ): void {
    let position = 0;
    const registers = explicitRegisters(form);
    const register = registers > 1 ? this.location(instruction, position++) : 0;
    if (registers > 2) this.assembler.setSecond(this.location(instruction, position++));
    let base = (extra & Shape.base) !== 0 ? this.location(instruction, position++) : -1;
    const index = (extra & Shape.index) !== 0 ? this.location(instruction, position++) : -1;
    let displacement = this.code.displacement[instruction] as number;
    if ((extra & (Shape.outgoing | Shape.incoming)) !== 0) {
      base = stackPointer;
      if ((extra & Shape.incoming) !== 0) displacement += this.frame.incomingOffset;
    }
    const scale = scaleOf(extra);
    if ((extra & Shape.symbolAddress) !== 0) {
      const symbol = symbolOf(extra);
      this.assembler.emitMemorySymbol(
        form,
        register,
        base,
        index,
        scale,
        symbol,
        displacement,
        immediate,
      );
    } else {
      this.assembler.emitMemory(form, register, base, index, scale, displacement, immediate);
    }
  }

  private slotAccess(form: FormId, register: number, slot: number, immediate = 0): void {
    const offset = this.frame.slotOffset(slotOf(slot));
    const unaligned = form === Form.movaps_x_xm128 ? Form.movups_x_xm128 : form;
    this.assembler.emitMemory(unaligned, register, stackPointer, -1, 0, offset, immediate);
  }
}

/** Whether an instruction reads flags: nothing before it may write them. */
export function readsFlags(opcode: number): boolean {
  return ((forms.flags[opcode] ?? 0) & 1) !== 0;
}
