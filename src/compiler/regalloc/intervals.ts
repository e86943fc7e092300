import {
  Constraint,
  firstVirtualRegister,
  type MachineFunction,
  Role,
} from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { AllocationError } from "./allocation-error.ts";
import { HintTable } from "./hints.ts";
import type { Liveness } from "./liveness.ts";
import { doubled } from "./pair-list.ts";
import { positionOf, Stage } from "./positions.ts";

/**
 * What a use asks: `fixed` is served by the gap's moves from anywhere, `memory` may stay in a slot,
 * `register` needs a register while it is read (or written), `update` while it is read and written.
 */
export const UseKind = { fixed: 0, memory: 1, register: 2, update: 3 } as const;

/** Live ranges and uses of every value as linked lists in typed columns, ascending by position. */
export class Intervals {
  readonly firstRange: Int32Array;
  rangeStart: Int32Array = new Int32Array(1024);
  rangeEnd: Int32Array = new Int32Array(1024);
  rangeNext: Int32Array = new Int32Array(1024);
  private rangeCount = 0;

  readonly firstUse: Int32Array;
  usePosition: Int32Array = new Int32Array(1024);
  useKind: Int32Array = new Int32Array(1024);
  useNext: Int32Array = new Int32Array(1024);
  private useCount = 0;

  /** Whether the value of a fixed define lives on after the gap behind it, by operand. */
  readonly arrives: Uint8Array;
  /** Whether each parameter of each block is ever read. */
  readonly parameterIsLive: boolean[][] = [];

  constructor(values: number, operands: number) {
    this.firstRange = new Int32Array(values).fill(-1);
    this.firstUse = new Int32Array(values).fill(-1);
    this.arrives = new Uint8Array(operands);
  }

  /** Makes a value live from `from` to `to`, neither of which lies after what is known of it. */
  extend(value: number, from: number, to: number): void {
    const head = this.firstRange[value] as number;
    if (head >= 0 && (this.rangeStart[head] as number) <= to) {
      if ((this.rangeStart[head] as number) > from) this.rangeStart[head] = from;
      if ((this.rangeEnd[head] as number) < to) this.rangeEnd[head] = to;
      return;
    }
    if (this.rangeCount === this.rangeStart.length) {
      this.rangeStart = doubled(this.rangeStart);
      this.rangeEnd = doubled(this.rangeEnd);
      this.rangeNext = doubled(this.rangeNext);
    }
    const range = this.rangeCount++;
    this.rangeStart[range] = from;
    this.rangeEnd[range] = to;
    this.rangeNext[range] = head;
    this.firstRange[value] = range;
  }

  /** Whether the earliest known range of a value holds a position. */
  startsAround(value: number, position: number): boolean {
    const head = this.firstRange[value] as number;
    if (head < 0 || (this.rangeStart[head] as number) > position) return false;
    return (this.rangeEnd[head] as number) > position;
  }

  /** Lets the earliest known range of a value start later; drops it when nothing is left (false). */
  shorten(value: number, start: number): boolean {
    const head = this.firstRange[value] as number;
    const remains = (this.rangeEnd[head] as number) > start;
    if (remains) this.rangeStart[head] = start;
    else this.firstRange[value] = this.rangeNext[head] as number;
    return remains;
  }

  /** Adds a use before all known uses of the value. */
  addUse(value: number, position: number, kind: number): void {
    if (this.useCount === this.usePosition.length) {
      this.usePosition = doubled(this.usePosition);
      this.useKind = doubled(this.useKind);
      this.useNext = doubled(this.useNext);
    }
    const use = this.useCount++;
    this.usePosition[use] = position;
    this.useKind[use] = kind;
    this.useNext[use] = this.firstUse[value] as number;
    this.firstUse[value] = use;
  }
}

/** Builds intervals and hints in one pass from the last instruction to the first. */
export function buildIntervals(
  fn: MachineFunction,
  file: RegisterFile,
  liveness: Liveness,
): { intervals: Intervals; hints: HintTable } {
  const builder = new IntervalBuilder(fn, file);
  for (let block = fn.blockCount - 1; block >= 0; block--) builder.addBlock(block, liveness);
  return { intervals: builder.intervals, hints: builder.hints };
}

class IntervalBuilder {
  readonly intervals: Intervals;
  readonly hints: HintTable;
  private readonly fn: MachineFunction;
  private readonly file: RegisterFile;
  private blockStart = 0;
  private blockEnd = 0;

  constructor(fn: MachineFunction, file: RegisterFile) {
    this.fn = fn;
    this.file = file;
    this.intervals = new Intervals(fn.registerClasses.length, fn.operandCount);
    this.hints = new HintTable(fn.registerClasses.length);
  }

  addBlock(block: number, liveness: Liveness): void {
    const { fn } = this;
    const first = fn.blockStart[block] as number;
    const end = fn.blockStart[block + 1] as number;
    this.blockStart = positionOf(first, Stage.entry);
    this.blockEnd = positionOf(end, Stage.entry);
    for (const successor of fn.blockSuccessors[block] as number[]) {
      const limit = liveness.liveInStart[successor + 1] as number;
      for (let entry = liveness.liveInStart[successor] as number; entry < limit; entry++) {
        this.intervals.extend(liveness.liveIn[entry] as number, this.blockStart, this.blockEnd);
      }
    }
    this.addArguments(block);
    for (let instruction = end - 1; instruction >= first; instruction--) {
      this.addDefinitions(instruction);
      this.addUses(instruction);
    }
    const parameters = fn.blockParameters[block] as number[];
    this.intervals.parameterIsLive[block] = parameters.map((register) =>
      this.intervals.startsAround(register - firstVirtualRegister, this.blockStart),
    );
  }

  private addArguments(block: number): void {
    const values = this.fn.blockArguments[block] as number[];
    const successor = (this.fn.blockSuccessors[block] as number[])[0];
    const parameters = successor === undefined ? [] : this.fn.blockParameters[successor];
    values.forEach((register, index) => {
      const value = register - firstVirtualRegister;
      this.intervals.extend(value, this.blockStart, this.blockEnd);
      this.intervals.addUse(value, this.blockEnd - 1, UseKind.fixed);
      const parameter = parameters?.[index];
      if (parameter !== undefined) this.hints.relate(parameter - firstVirtualRegister, value);
    });
  }

  private addDefinitions(instruction: number): void {
    const { fn, intervals } = this;
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const role = fn.operandRole[operand] as number;
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      if (value < 0 || role === Role.use) continue;
      const constraint = fn.operandConstraint[operand] as number;
      if (constraint >= 0) {
        this.addFixedDefinition(instruction, operand, constraint);
      } else if (role !== Role.useDefine) {
        const early = role === Role.earlyDefine;
        const start = positionOf(instruction, early ? Stage.read : Stage.write);
        const write = positionOf(instruction, Stage.write);
        if (intervals.startsAround(value, write)) intervals.shorten(value, start);
        else intervals.extend(value, start, write + 1);
        intervals.addUse(value, start, this.kindOf(value, constraint, role));
      }
    }
  }

  /** The value appears in its interval's place only through the moves of the following gap. */
  private addFixedDefinition(instruction: number, operand: number, register: number): void {
    const value = (this.fn.operandRegister[operand] as number) - firstVirtualRegister;
    const write = positionOf(instruction, Stage.write);
    this.hints.addDefinition(value, register);
    if (!this.intervals.startsAround(value, write)) return;
    const start = positionOf(instruction + 1, Stage.read);
    if (start > this.blockEnd) {
      const name = value + firstVirtualRegister;
      throw new AllocationError(this.fn.name, `the end of a block defines register ${name}`);
    }
    if (this.intervals.shorten(value, start)) this.intervals.arrives[operand] = 1;
  }

  private addUses(instruction: number): void {
    const { fn, intervals } = this;
    const read = positionOf(instruction, Stage.read);
    const first = fn.operandStart[instruction] as number;
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = first; operand < end; operand++) {
      const role = fn.operandRole[operand] as number;
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      const constraint = fn.operandConstraint[operand] as number;
      if (value < 0 || constraint >= 0 || (role !== Role.use && role !== Role.useDefine)) continue;
      intervals.extend(value, this.blockStart, role === Role.use ? read + 1 : read + 2);
      intervals.addUse(value, read, this.kindOf(value, constraint, role));
    }
    for (let operand = first; operand < end; operand++) {
      const role = fn.operandRole[operand] as number;
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      const constraint = fn.operandConstraint[operand] as number;
      if (value < 0 || constraint < 0 || (role !== Role.use && role !== Role.useDefine)) continue;
      intervals.extend(value, this.blockStart, read);
      intervals.addUse(value, read - 1, UseKind.fixed);
      this.hints.addUse(value, constraint);
    }
    if (this.file.isMove(fn.opcode[instruction] as number)) this.relateMove(first);
  }

  private relateMove(operand: number): void {
    const target = (this.fn.operandRegister[operand] as number) - firstVirtualRegister;
    const source = (this.fn.operandRegister[operand + 1] as number) - firstVirtualRegister;
    if (target >= 0 && source >= 0) this.hints.relate(target, source);
  }

  private kindOf(value: number, constraint: number, role: number): number {
    const repeatable = (this.fn.rematerialization[value] as number) >= 0;
    if (constraint === Constraint.registerOrSlot && !repeatable) return UseKind.memory;
    return role === Role.useDefine ? UseKind.update : UseKind.register;
  }
}
