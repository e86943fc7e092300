import { firstVirtualRegister, type MachineFunction, Role } from "../machine/machine-function.ts";
import { AllocationError } from "./allocation-error.ts";
import type { Intervals } from "./intervals.ts";
import type { Liveness } from "./liveness.ts";
import { slotCode } from "./location-code.ts";
import { type MoveList, MovePhase } from "./move-list.ts";
import type { PieceTable } from "./pieces.ts";
import { instructionAt, positionOf, Stage, stageOf } from "./positions.ts";

/** Finds where values are, for questions that ascend by position. */
class LocationCursor {
  private readonly current: Int32Array;
  private readonly pieces: PieceTable;

  constructor(pieces: PieceTable) {
    this.pieces = pieces;
    this.current = pieces.first.slice();
  }

  /** Location code of a value at a position at which it is live. */
  at(value: number, position: number): number {
    const { end, sibling, location } = this.pieces;
    let piece = this.current[value] as number;
    while ((end[piece] as number) <= position && (sibling[piece] as number) >= 0) {
      piece = sibling[piece] as number;
    }
    this.current[value] = piece;
    const place = location[piece] as number;
    return place >= 0 ? place : slotCode(value);
  }
}

/**
 * Writes location codes into all operands, and collects the moves between pieces, to and from
 * fixed operands, and along edges.
 */
export class Resolution {
  private readonly fn: MachineFunction;
  private readonly liveness: Liveness;
  private readonly intervals: Intervals;
  private readonly pieces: PieceTable;
  private readonly moves: MoveList;
  /** Location code at the start of the block, by entry of `liveness.liveIn`. */
  private readonly entryLocation: Int32Array;
  /** Location codes of the parameters of each block. */
  private readonly parameterLocation: number[][] = [];
  /** Results which the instruction before left: value, fixed register, whether it lives on; ... */
  private arrivals: number[] = [];
  private cursor: LocationCursor;

  constructor(
    fn: MachineFunction,
    liveness: Liveness,
    intervals: Intervals,
    pieces: PieceTable,
    moves: MoveList,
  ) {
    this.fn = fn;
    this.liveness = liveness;
    this.intervals = intervals;
    this.pieces = pieces;
    this.moves = moves;
    this.entryLocation = new Int32Array(liveness.liveIn.length);
    this.cursor = new LocationCursor(pieces);
  }

  run(): void {
    this.joinPieces();
    for (let block = 0; block < this.fn.blockCount; block++) this.locateEntry(block);
    this.cursor = new LocationCursor(this.pieces);
    for (let block = 0; block < this.fn.blockCount; block++) this.resolveBlock(block);
  }

  /** Moves between neighbouring pieces inside blocks. */
  private joinPieces(): void {
    const { value, start, end, location, sibling, count } = this.pieces;
    for (let piece = 0; piece < count; piece++) {
      const next = sibling[piece] as number;
      if (next < 0 || end[piece] !== start[next]) continue;
      const position = start[next] as number;
      const stage = stageOf(position);
      if (stage === Stage.entry) continue;
      const code = slotCode(value[piece] as number);
      const from = location[piece] as number;
      const to = location[next] as number;
      this.moves.add(
        instructionAt(position),
        stage === Stage.read ? MovePhase.main : MovePhase.keep,
        from >= 0 ? from : code,
        to >= 0 ? to : code,
        this.fn.registerClasses[value[piece] as number] as number,
        value[piece],
      );
    }
  }

  private locateEntry(block: number): void {
    const { liveInStart, liveIn } = this.liveness;
    const position = positionOf(this.fn.blockStart[block] as number, Stage.entry);
    const limit = liveInStart[block + 1] as number;
    for (let entry = liveInStart[block] as number; entry < limit; entry++) {
      this.entryLocation[entry] = this.cursor.at(liveIn[entry] as number, position);
    }
    const parameters = this.fn.blockParameters[block] as number[];
    this.parameterLocation.push(
      parameters.map((register, index) => {
        const isLive = this.intervals.parameterIsLive[block]?.[index];
        return isLive ? this.cursor.at(register - firstVirtualRegister, position) : Number.NaN;
      }),
    );
  }

  private resolveBlock(block: number): void {
    const { fn } = this;
    const end = fn.blockStart[block + 1] as number;
    this.arrivals = [];
    for (let instruction = fn.blockStart[block] as number; instruction < end; instruction++) {
      this.moveToFixed(instruction);
      this.moveArrivals(instruction);
      this.locateOperands(instruction);
    }
    const successors = fn.blockSuccessors[block] as number[];
    const [only] = successors;
    if (successors.length === 1 && only !== undefined) {
      this.resolveEdge(block, only, end - 1, MovePhase.exit);
      this.passArguments(block, only, end - 1);
      return;
    }
    for (const successor of successors) {
      this.resolveEdge(block, successor, fn.blockStart[successor] as number, MovePhase.entry);
    }
  }

  private moveToFixed(instruction: number): void {
    const { fn, arrivals } = this;
    const position = positionOf(instruction, Stage.entry);
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const register = fn.operandConstraint[operand] as number;
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      const role = fn.operandRole[operand] as number;
      if (register < 0 || value < 0 || role === Role.define || role === Role.earlyDefine) continue;
      const arrived = arrivalOf(arrivals, value);
      const source = arrived >= 0 ? arrived : this.cursor.at(value, position);
      const registerClass = fn.registerClasses[value] as number;
      this.moves.add(instruction, MovePhase.main, source, register, registerClass);
    }
  }

  /** Moves the fixed results of the instruction before to where their values live from here on. */
  private moveArrivals(instruction: number): void {
    const { fn, arrivals } = this;
    const position = positionOf(instruction, Stage.read);
    for (let index = 0; index < arrivals.length; index += 3) {
      const value = arrivals[index] as number;
      const arrives = arrivals[index + 2] === 1;
      if (!arrives) continue;
      const target = this.cursor.at(value, position);
      const registerClass = fn.registerClasses[value] as number;
      const source = arrivals[index + 1] as number;
      this.moves.add(instruction, MovePhase.main, source, target, registerClass);
    }
    arrivals.length = 0;
  }

  private locateOperands(instruction: number): void {
    const { fn } = this;
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      if (value < 0) continue;
      const register = fn.operandConstraint[operand] as number;
      const role = fn.operandRole[operand] as number;
      if (register >= 0) {
        if (role !== Role.use) {
          this.arrivals.push(value, register, this.intervals.arrives[operand] as number);
        }
        fn.operandRegister[operand] = register;
      } else if (role !== Role.define) {
        const position = positionOf(instruction, Stage.read);
        fn.operandRegister[operand] = this.cursor.at(value, position);
      }
    }
    const write = positionOf(instruction, Stage.write);
    for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      if (value >= 0 && fn.operandRole[operand] === Role.define) {
        fn.operandRegister[operand] = this.cursor.at(value, write);
      }
    }
  }

  private resolveEdge(block: number, successor: number, gap: number, phase: number): void {
    const { liveInStart, liveIn } = this.liveness;
    const leaving = positionOf(this.fn.blockStart[block + 1] as number, Stage.entry) - 1;
    const limit = liveInStart[successor + 1] as number;
    const before = this.moves.count;
    for (let entry = liveInStart[successor] as number; entry < limit; entry++) {
      const value = liveIn[entry] as number;
      const source = this.cursor.at(value, leaving);
      const target = this.entryLocation[entry] as number;
      const registerClass = this.fn.registerClasses[value] as number;
      this.moves.add(gap, phase, source, target, registerClass, value);
    }
    const entered = (this.fn.blockPredecessors[successor] as number[]).length;
    if (phase === MovePhase.entry && entered > 1 && this.moves.count > before) {
      throw new AllocationError(this.fn.name, `critical edge from ${block} to ${successor}`);
    }
  }

  private passArguments(block: number, successor: number, gap: number): void {
    const { fn } = this;
    const leaving = positionOf(fn.blockStart[block + 1] as number, Stage.entry) - 1;
    const targets = this.parameterLocation[successor] as number[];
    (fn.blockArguments[block] as number[]).forEach((register, index) => {
      const target = targets[index] as number;
      if (Number.isNaN(target)) return;
      const value = register - firstVirtualRegister;
      const source = this.cursor.at(value, leaving);
      this.moves.add(gap, MovePhase.exit, source, target, fn.registerClasses[value] as number);
    });
  }
}

/** The fixed register in which the instruction before left a value, or -1. */
function arrivalOf(arrivals: readonly number[], value: number): number {
  for (let index = 0; index < arrivals.length; index += 3) {
    if (arrivals[index] === value) return arrivals[index + 1] as number;
  }
  return -1;
}
