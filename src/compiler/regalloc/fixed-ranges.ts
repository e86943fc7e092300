import { firstVirtualRegister, type MachineFunction, Role } from "../machine/machine-function.ts";
import type { Intervals } from "./intervals.ts";
import { doubled } from "./pair-list.ts";
import type { PieceTable } from "./pieces.ts";
import { endOfTime, positionOf, Stage } from "./positions.ts";

/** Most registers of most functions are never taken: they cost no memory. */
const empty = new Int32Array(0);

/** Where one physical register is taken by clobbers and fixed operands, ascending. */
class RegisterRanges {
  start: Int32Array = empty;
  end: Int32Array = empty;
  /** The value that may be in the register all the same, because it is the one read there; or -1. */
  owner: Int32Array = empty;
  count = 0;
  /** First range that ends after the position the scan has reached. */
  cursor = 0;

  add(start: number, end: number, owner: number): void {
    if (this.count === this.start.length) {
      this.start = doubled(this.start);
      this.end = doubled(this.end);
      this.owner = doubled(this.owner);
    }
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.owner[this.count++] = owner;
  }

  /** First range, from an index on, that ends after a position. */
  firstEndingAfter(position: number, from: number): number {
    let low = from;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.end[middle] as number) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The fixed intervals of all physical registers. */
export class FixedRanges {
  private readonly registers: RegisterRanges[] = [];

  constructor(fn: MachineFunction) {
    for (let register = 0; register < 32; register++) this.registers.push(new RegisterRanges());
    for (let instruction = 0; instruction < fn.count; instruction++) {
      this.addReads(fn, instruction);
      this.addWrites(fn, instruction);
    }
  }

  private addReads(fn: MachineFunction, instruction: number): void {
    const read = positionOf(instruction, Stage.read);
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const register = fn.operandConstraint[operand] as number;
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      const role = fn.operandRole[operand] as number;
      if (register < 0 || value < 0 || role === Role.define) continue;
      const owner = role === Role.earlyDefine ? -1 : value;
      this.registers[register]?.add(read, read + 1, owner);
    }
  }

  private addWrites(fn: MachineFunction, instruction: number): void {
    const write = positionOf(instruction, Stage.write);
    let clobbers = fn.clobbers[instruction] as number;
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const register = fn.operandConstraint[operand] as number;
      if (register < 0 || fn.operandRole[operand] === Role.use) continue;
      if ((fn.operandRegister[operand] as number) < firstVirtualRegister) continue;
      this.registers[register]?.add(write, positionOf(instruction + 1, Stage.read), -1);
      clobbers &= ~(1 << register);
    }
    while (clobbers !== 0) {
      const register = 31 - Math.clz32(clobbers);
      this.registers[register]?.add(write, write + 1, -1);
      clobbers &= ~(1 << register);
    }
  }

  /** The first position of a piece, from its range cursor on, at which a register is taken. */
  firstConflict(register: number, piece: number, pieces: PieceTable, intervals: Intervals): number {
    const taken = this.registers[register] as RegisterRanges;
    const { rangeStart, rangeEnd, rangeNext } = intervals;
    const start = pieces.start[piece] as number;
    const limit = pieces.end[piece] as number;
    const value = pieces.value[piece] as number;
    taken.cursor = taken.firstEndingAfter(start, taken.cursor);
    let index = taken.cursor;
    let range = pieces.range[piece] as number;
    while (index < taken.count) {
      const takenStart = taken.start[index] as number;
      if (takenStart >= limit) return endOfTime;
      const from = Math.max(rangeStart[range] as number, start);
      if ((rangeEnd[range] as number) <= takenStart) {
        range = rangeNext[range] as number;
        if (range < 0 || (rangeStart[range] as number) >= limit) return endOfTime;
      } else if ((taken.end[index] as number) <= from) {
        index = taken.firstEndingAfter(from, index + 1);
      } else if (taken.owner[index] === value) {
        index++;
      } else {
        return Math.max(takenStart, from);
      }
    }
    return endOfTime;
  }
}
