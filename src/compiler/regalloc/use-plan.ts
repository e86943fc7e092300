import type { BlockLayout } from "./block-layout.ts";
import { type Intervals, UseKind } from "./intervals.ts";
import type { PieceTable } from "./pieces.ts";
import { endOfTime, Stage, stageOf } from "./positions.ts";

/** Two uses of a spilled value that are at most so many positions apart are worth a register. */
const nearUse = 32;
/** How much more a use weighs for each loop that surrounds it. */
const loopWeight = 4;

/** Judges where a piece needs a register, and what it would cost to take its register away. */
export class UsePlan {
  private readonly layout: BlockLayout;
  private readonly intervals: Intervals;
  private readonly pieces: PieceTable;

  constructor(layout: BlockLayout, intervals: Intervals, pieces: PieceTable) {
    this.layout = layout;
    this.intervals = intervals;
    this.pieces = pieces;
  }

  /** Whether a piece is read from or written to a register before it could be split. */
  needsRegisterAtStart(piece: number): boolean {
    const { usePosition, useKind, useNext } = this.intervals;
    const start = this.pieces.start[piece] as number;
    const end = this.pieces.end[piece] as number;
    let use = this.pieces.use[piece] as number;
    for (; use >= 0; use = useNext[use] as number) {
      const position = usePosition[use] as number;
      if (position >= end || this.layout.splitFloor(position) > start) return false;
      if ((useKind[use] as number) >= UseKind.register) return true;
    }
    return false;
  }

  /** Whether the instruction at a position both reads and writes the piece. */
  isUpdatedAt(piece: number, position: number): boolean {
    const { usePosition, useKind, useNext } = this.intervals;
    let use = this.pieces.use[piece] as number;
    for (; use >= 0 && (usePosition[use] as number) <= position; use = useNext[use] as number) {
      if (usePosition[use] === position && useKind[use] === UseKind.update) return true;
    }
    return false;
  }

  /** Whether a piece has any use before a position. */
  hasUseBefore(piece: number, position: number): boolean {
    const use = this.pieces.use[piece] as number;
    return use >= 0 && (this.intervals.usePosition[use] as number) < position;
  }

  /** Position of the last use of a piece before the given one, or -1. */
  lastUseBefore(piece: number, position: number): number {
    const { usePosition, useNext } = this.intervals;
    let last = -1;
    let use = this.pieces.use[piece] as number;
    for (; use >= 0 && (usePosition[use] as number) < position; use = useNext[use] as number) {
      last = usePosition[use] as number;
    }
    return last;
  }

  /** Position of the first use for which a spilled piece must, or had better, be in a register; or -1. */
  nextDemand(piece: number): number {
    const { usePosition, useKind, useNext } = this.intervals;
    const start = this.pieces.start[piece] as number;
    const end = this.pieces.end[piece] as number;
    const depth = this.layout.depthAt(start);
    let use = this.pieces.use[piece] as number;
    for (; use >= 0; use = useNext[use] as number) {
      const position = usePosition[use] as number;
      if (position >= end) return -1;
      const kind = useKind[use] as number;
      if (kind >= UseKind.register) return position;
      if (kind === UseKind.fixed || this.layout.splitFloor(position) <= start) continue;
      if (this.layout.depthAt(position) > depth || this.hasNearUse(use, end)) return position;
    }
    return -1;
  }

  /** Whether a piece can give its register away at a position. */
  canLeave(piece: number, position: number): boolean {
    this.pieces.nextUse(piece, position);
    return this.earliestLeave(piece) <= this.layout.splitFloor(position);
  }

  /** Where a piece that gives its register away at a position best goes to its slot. */
  leavingPosition(piece: number, position: number): number {
    this.pieces.nextUse(piece, position);
    return this.layout.bestSplit(this.earliestLeave(piece), this.layout.splitFloor(position));
  }

  /** Distance to a piece's next use, weighted by loops: the larger, the cheaper to spill. */
  distance(piece: number, position: number): number {
    const next = this.pieces.nextUse(piece, position);
    const target = next >= 0 ? next : (this.pieces.end[piece] as number) - 1;
    const loops = this.layout.depthAt(position) - this.layout.depthAt(target);
    return Math.min((target - position) * loopWeight ** loops, endOfTime - 1);
  }

  /** Whether a piece is only read before an instruction writes, so that its slot can take over. */
  canLeaveAfterRead(piece: number, position: number): boolean {
    this.pieces.nextUse(piece, position);
    const last = this.pieces.lastUse[piece] as number;
    if (stageOf(position) !== Stage.write || (this.pieces.start[piece] as number) >= position) {
      return false;
    }
    const { usePosition, useKind } = this.intervals;
    return (usePosition[last] as number) < position && useKind[last] !== UseKind.update;
  }

  private earliestLeave(piece: number): number {
    const range = this.pieces.range[piece] as number;
    const last = this.pieces.lastUse[piece] as number;
    return Math.max(
      last < 0 ? 0 : (this.intervals.usePosition[last] as number) + 1,
      this.pieces.start[piece] as number,
      this.intervals.rangeStart[range] as number,
    );
  }

  private hasNearUse(use: number, end: number): boolean {
    const next = this.intervals.useNext[use] as number;
    if (next < 0) return false;
    const position = this.intervals.usePosition[next] as number;
    if (position >= end || position - (this.intervals.usePosition[use] as number) > nearUse) {
      return false;
    }
    return (
      this.layout.depthAt(position) >=
      this.layout.depthAt(this.intervals.usePosition[use] as number)
    );
  }
}
