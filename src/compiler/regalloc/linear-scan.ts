import { firstVirtualRegister, type MachineFunction } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { AllocationError } from "./allocation-error.ts";
import type { BlockLayout } from "./block-layout.ts";
import { FixedRanges } from "./fixed-ranges.ts";
import type { HintTable } from "./hints.ts";
import type { Intervals } from "./intervals.ts";
import { Occupancy } from "./occupancy.ts";
import { PieceQueue } from "./piece-queue.ts";
import { PieceLocation, type PieceTable } from "./pieces.ts";
import { endOfTime, instructionAt, positionOf, Stage, stageOf } from "./positions.ts";
import { UsePlan } from "./use-plan.ts";

/** The register that is cheapest to free, and how far away the next use of what it holds is. */
interface Eviction {
  register: number;
  score: number;
}

/**
 * Linear scan with lifetime holes and interval splitting (Wimmer & Mössenböck 2005, "Optimized
 * interval splitting in a linear scan register allocator"): visits pieces by ascending start and
 * gives each a register, or its value's slot until the next use that needs a register.
 */
export class LinearScan {
  private readonly fn: MachineFunction;
  private readonly file: RegisterFile;
  private readonly layout: BlockLayout;
  private readonly intervals: Intervals;
  private readonly hints: HintTable;
  private readonly pieces: PieceTable;
  private readonly queue: PieceQueue;
  private readonly fixed: FixedRanges;
  private readonly occupancy: Occupancy;
  private readonly plan: UsePlan;
  /** Position up to which a register is free of fixed ranges, for the piece at hand. */
  private readonly unfixedUntil = new Int32Array(32);
  /** The same without active and waiting pieces too. */
  private readonly freeUntil = new Int32Array(32);

  constructor(
    fn: MachineFunction,
    file: RegisterFile,
    layout: BlockLayout,
    intervals: Intervals,
    hints: HintTable,
    pieces: PieceTable,
  ) {
    this.fn = fn;
    this.file = file;
    this.layout = layout;
    this.intervals = intervals;
    this.hints = hints;
    this.pieces = pieces;
    this.queue = new PieceQueue(pieces, positionOf(fn.count + 1, Stage.entry));
    this.fixed = new FixedRanges(fn);
    this.occupancy = new Occupancy(intervals, pieces, this.queue);
    this.plan = new UsePlan(layout, intervals, pieces);
  }

  /** Decides the location of every piece. */
  run(): void {
    const end = positionOf(this.fn.count, Stage.entry);
    for (let position = 0; position < end; position++) {
      let piece = this.queue.take(position);
      if (piece < 0) continue;
      this.occupancy.advance(position);
      for (; piece >= 0; piece = this.queue.take(position)) this.place(piece);
    }
  }

  private place(piece: number): void {
    const registers = this.registersFor(piece);
    for (const register of registers) {
      const limit = this.fixed.firstConflict(register, piece, this.pieces, this.intervals);
      this.unfixedUntil[register] = limit;
      this.freeUntil[register] = (this.occupancy.active[register] as number) >= 0 ? 0 : limit;
    }
    this.occupancy.limitByInactive(piece, (registers[0] as number) >> 4, this.freeUntil);
    if (!this.placeInFree(piece, registers)) this.placeByEviction(piece, registers);
  }

  private placeInFree(piece: number, registers: readonly number[]): boolean {
    const register = this.chooseFree(piece, registers);
    const limit = this.freeUntil[register] as number;
    if (limit < (this.pieces.end[piece] as number)) {
      const start = this.pieces.start[piece] as number;
      const latest = this.layout.splitFloor(limit);
      if (latest <= start) return false;
      if (!this.plan.needsRegisterAtStart(piece) && !this.plan.hasUseBefore(piece, limit)) {
        this.spill(piece, limit + 1);
        return true;
      }
      this.splitBefore(piece, latest);
    }
    this.assign(piece, register);
    return true;
  }

  /** The wished register if it is free throughout, else the first such, else the longest free. */
  private chooseFree(piece: number, registers: readonly number[]): number {
    const end = this.pieces.end[piece] as number;
    const value = this.pieces.value[piece] as number;
    const { freeUntil } = this;
    for (const register of this.hints.wishesOf(value)) {
      if (register < 0 || (freeUntil[register] as number) < end) continue;
      if (registers.includes(register)) return register;
    }
    let best = registers[0] as number;
    for (const register of registers) {
      const limit = freeUntil[register] as number;
      if (limit >= end) return register;
      if (limit > (freeUntil[best] as number)) best = register;
    }
    const previous = this.hints.lastOf(value);
    return previous >= 0 && freeUntil[previous] === freeUntil[best] ? previous : best;
  }

  private placeByEviction(piece: number, registers: readonly number[]): void {
    const start = this.pieces.start[piece] as number;
    const needed = this.plan.needsRegisterAtStart(piece);
    const best = this.cheapest(piece, registers, start + 1);
    if (!needed && (best.register < 0 || this.plan.distance(piece, start) >= best.score)) {
      this.spill(piece, start + 1);
    } else if (best.register >= 0) {
      this.evict(best.register, piece);
      this.takeUntilConflict(piece, best.register);
    } else if (stageOf(start) === Stage.read && !this.plan.isUpdatedAt(piece, start)) {
      this.placeForOneRead(piece, registers);
    } else {
      this.placeOverRead(piece, registers);
    }
  }

  /** The register that is cheapest to free of those that a split position before any conflict allows. */
  private cheapest(piece: number, registers: readonly number[], least: number): Eviction {
    const best: Eviction = { register: -1, score: -1 };
    for (const register of registers) {
      if (this.lastSplit(register) < least) continue;
      const score = this.evictionScore(register, piece);
      if (score > best.score) {
        best.register = register;
        best.score = score;
      }
    }
    return best;
  }

  private lastSplit(register: number): number {
    return this.layout.splitFloor(this.unfixedUntil[register] as number);
  }

  private takeUntilConflict(piece: number, register: number): void {
    const limit = this.unfixedUntil[register] as number;
    if (limit < (this.pieces.end[piece] as number)) {
      this.splitBefore(piece, this.layout.splitFloor(limit));
    }
    this.assign(piece, register);
  }

  /**
   * A value that is read by an instruction which clobbers all registers, and lives on: it is read
   * from a register and at the same time kept in its slot.
   */
  private placeForOneRead(piece: number, registers: readonly number[]): void {
    const start = this.pieces.start[piece] as number;
    const write = positionOf(instructionAt(start), Stage.write);
    const unclobbered = registers.filter((one) => (this.unfixedUntil[one] as number) >= write);
    const best = this.cheapest(piece, unclobbered, start);
    if (best.register < 0) this.fail(piece);
    this.evict(best.register, piece);
    if ((this.pieces.end[piece] as number) > write) {
      this.spill(this.pieces.split(piece, write), write + 1);
    }
    this.assign(piece, best.register);
  }

  /** A result for which only registers are left that the instruction itself reads. */
  private placeOverRead(piece: number, registers: readonly number[]): void {
    const start = this.pieces.start[piece] as number;
    for (const register of registers) {
      const holder = this.occupancy.active[register] as number;
      if (holder < 0 || this.lastSplit(register) <= start) continue;
      if (!this.plan.canLeaveAfterRead(holder, start)) continue;
      this.occupancy.cutOverlapping(register, piece);
      this.spill(this.pieces.split(holder, start), start + 1);
      this.takeUntilConflict(piece, register);
      return;
    }
    this.fail(piece);
  }

  /** How far away the next use of what is in a register lies; -1 when it cannot leave now. */
  private evictionScore(register: number, piece: number): number {
    const start = this.pieces.start[piece] as number;
    let score: number = endOfTime;
    const holder = this.occupancy.active[register] as number;
    if (holder >= 0) {
      if (!this.plan.canLeave(holder, start)) return -1;
      score = this.plan.distance(holder, start);
    }
    this.occupancy.forOverlapping(register, piece, (waiting) => {
      score = Math.min(score, this.plan.distance(waiting, start));
    });
    return score;
  }

  /** Frees a register: its piece ends, and goes to its slot until it is needed again. */
  private evict(register: number, piece: number): void {
    const position = this.pieces.start[piece] as number;
    this.occupancy.cutOverlapping(register, piece);
    const holder = this.occupancy.active[register] as number;
    if (holder < 0) return;
    this.occupancy.active[register] = -1;
    const at = this.plan.leavingPosition(holder, position);
    const rest =
      at <= (this.pieces.start[holder] as number) ? holder : this.pieces.split(holder, at);
    this.spill(rest, position + 1);
  }

  /** Puts a piece into its slot up to the next use that needs a register. */
  private spill(piece: number, least: number): void {
    this.pieces.location[piece] = PieceLocation.slot;
    const use = this.plan.nextDemand(piece);
    if (use < 0) return;
    const latest = this.layout.splitFloor(use);
    const start = this.pieces.start[piece] as number;
    if (latest <= start) this.fail(piece);
    const at = this.layout.bestSplit(Math.max(least, start + 1), latest);
    this.queue.add(this.pieces.split(piece, at));
  }

  /** Splits a piece at the best place between its last use before a position and that position. */
  private splitBefore(piece: number, latest: number): void {
    const start = this.pieces.start[piece] as number;
    const least = Math.max(start, this.plan.lastUseBefore(piece, latest)) + 1;
    this.queue.add(this.pieces.split(piece, this.layout.bestSplit(least, latest)));
  }

  private assign(piece: number, register: number): void {
    this.pieces.location[piece] = register;
    this.occupancy.active[register] = piece;
    this.hints.give(this.pieces.value[piece] as number, register);
  }

  private registersFor(piece: number): readonly number[] {
    const value = this.pieces.value[piece] as number;
    return this.fn.registerClasses[value] === 0
      ? this.file.allocatable[0]
      : this.file.allocatable[1];
  }

  private fail(piece: number): never {
    const register = (this.pieces.value[piece] as number) + firstVirtualRegister;
    const instruction = instructionAt(this.pieces.start[piece] as number);
    throw new AllocationError(
      this.fn.name,
      `no register is left for ${register} at instruction ${instruction}`,
    );
  }
}
