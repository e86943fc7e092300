import { type TrapKind, trapKinds } from "../../contracts/traps.ts";
import type { LoweringEnvironment } from "../lower-wasm/environment.ts";
import { valueTypeOf } from "../lower-wasm/types.ts";
import type { Label } from "../machine-x64/assembler.ts";
import { type ConditionCode, conditionForm } from "../machine-x64/conditions.ts";
import type { CodeWriter } from "../machine-x64/emit/code-writer.ts";
import { Form } from "../machine-x64/encoding.ts";
import type { ValueTypeId } from "../ssa/operations.ts";
import type { InstructionReader } from "../wasm/instruction-reader.ts";
import type { Module } from "../wasm/module.ts";
import type { LocalHomes } from "./local-homes.ts";
import { OperandStack } from "./operand-stack.ts";
import type { Shape } from "./shape.ts";
import { ValueMover } from "./value-mover.ts";

/** A block of any kind that is open, or the function itself. */
export interface BlockFrame {
  /** Types of what a branch to it carries, and where that arrives. */
  readonly branchTypes: readonly ValueTypeId[];
  readonly branchRegisters: readonly number[];
  readonly shape: Shape;
  readonly isLoop: boolean;
  /** Values on the stack below its parameters. */
  readonly height: number;
  readonly label: Label;
  /** Whether something branches to its label. */
  isReached: boolean;
  /** Of an `if` whose `else` may come: where that begins. */
  otherwise: Label | undefined;
}

/** What a function's code is written from and for. */
export interface BaselineContext {
  readonly module: Module;
  readonly environment: LoweringEnvironment;
  readonly reader: InstructionReader;
  readonly writer: CodeWriter;
  readonly shape: Shape;
  readonly localTypes: readonly ValueTypeId[];
  readonly homes: LocalHomes;
  /** Whether the code may use x86-64-v3. */
  readonly hasLevel3: boolean;
  /** Words that each call leaves at least. */
  readonly callAreaWords: number;
}

/** One function while its code is written: what the handlers of instructions work on. */
export class BaselineFunction {
  readonly mover: ValueMover;
  readonly stack: OperandStack;
  readonly frames: BlockFrame[] = [];
  /** Whether the next instruction can be reached. */
  isReachable = true;
  /** The most words of the stack that a call took. */
  outgoingWords = 0;

  constructor(
    readonly context: BaselineContext,
    /** Words at the bottom of the frame for calls. */
    outgoing: number,
  ) {
    this.mover = new ValueMover(context.writer.assembler, context.homes, outgoing);
    this.stack = new OperandStack(this.mover, context.homes);
  }

  get reader(): InstructionReader {
    return this.context.reader;
  }

  get writer(): CodeWriter {
    return this.context.writer;
  }

  get environment(): LoweringEnvironment {
    return this.context.environment;
  }

  /** The innermost frame. */
  get frame(): BlockFrame {
    return this.frameAt(0);
  }

  /** The frame that a label means, counted from the innermost. */
  frameAt(label: number): BlockFrame {
    const frame = this.frames[this.frames.length - 1 - label];
    if (frame === undefined) throw new RangeError(`there is no label ${label}`);
    return frame;
  }

  /** Opens a frame above a height whose branches go forwards, to its end. */
  openForward(shape: Shape, height: number, otherwise?: Label): void {
    this.frames.push({
      branchTypes: shape.results,
      branchRegisters: shape.resultRegisters,
      shape,
      isLoop: false,
      height,
      label: this.writer.assembler.newLabel(),
      isReached: false,
      otherwise,
    });
  }

  /** Brings what a branch to a frame carries to where it arrives; it stays on the stack. */
  arrange({ branchRegisters }: BlockFrame): void {
    if (branchRegisters.length === 0) return;
    const values = this.stack.popMany(branchRegisters.length);
    this.stack.transfer(values, branchRegisters);
    for (const value of values) this.stack.push(value);
  }

  /** Nothing behind this instruction is reached before the block ends. */
  leaveReachable(): void {
    this.isReachable = false;
    this.stack.truncate(this.frame.height);
  }

  /** Ends the program with a trap if a condition holds. */
  trapIf(condition: ConditionCode, trap: TrapKind): void {
    const { writer } = this;
    writer.jump(conditionForm(Form.jo_rel32, condition), writer.trapStub(trapKinds[trap].id));
  }

  /** The type of the local that the current instruction names. */
  localType(): ValueTypeId {
    return this.context.localTypes[this.reader.index] as ValueTypeId;
  }

  /** The type of the global that the current instruction names. */
  globalType(): ValueTypeId {
    const global = this.context.module.globals[this.reader.index];
    if (global === undefined) throw new RangeError("there is no such global");
    return valueTypeOf(global.type);
  }
}

/** Writes the code of one instruction, which stands in the reader. */
export type Handler = (fn: BaselineFunction) => void;
