import { type Intervals, UseKind } from "./intervals.ts";
import { doubled } from "./pair-list.ts";
import { instructionAt } from "./positions.ts";

/** Locations of a piece besides registers. */
export const PieceLocation = { slot: -1, undecided: -2 } as const;

/**
 * Pieces into which intervals are split, each in one location. A piece shares the ranges and uses
 * of its value's interval, clipped to its start and end.
 */
export class PieceTable {
  value: Int32Array = new Int32Array(256);
  start: Int32Array = new Int32Array(256);
  end: Int32Array = new Int32Array(256);
  /** First range that still matters at the position which the scan has reached. */
  range: Int32Array = new Int32Array(256);
  /** First use after the position which the scan has reached. */
  use: Int32Array = new Int32Array(256);
  /** The use before that one in this piece that bars an earlier split, or -1. */
  lastUse: Int32Array = new Int32Array(256);
  /** Physical register or `PieceLocation`. */
  location: Int32Array = new Int32Array(256);
  /** The value's next piece, or -1. */
  sibling: Int32Array = new Int32Array(256);
  count = 0;
  /** First piece of each value, or -1. */
  readonly first: Int32Array;
  private readonly intervals: Intervals;

  constructor(intervals: Intervals) {
    this.intervals = intervals;
    const values = intervals.firstRange.length;
    this.first = new Int32Array(values).fill(-1);
    for (let value = 0; value < values; value++) {
      const range = intervals.firstRange[value] as number;
      if (range < 0) continue;
      let last = range;
      while ((intervals.rangeNext[last] as number) >= 0) last = intervals.rangeNext[last] as number;
      const start = intervals.rangeStart[range] as number;
      const end = intervals.rangeEnd[last] as number;
      this.first[value] = this.add(value, start, end, range, intervals.firstUse[value] as number);
    }
  }

  /**
   * Splits a piece and returns its later part, which starts at the given position or, when the
   * value is not live there, where it next is.
   */
  split(piece: number, position: number): number {
    const { rangeStart, rangeEnd, rangeNext, usePosition, useNext } = this.intervals;
    let range = this.range[piece] as number;
    let end = position - 1;
    while ((rangeEnd[range] as number) <= position) {
      end = rangeEnd[range] as number;
      range = rangeNext[range] as number;
    }
    if ((rangeStart[range] as number) < position) end = position;
    const start = Math.max(position, rangeStart[range] as number);
    let use = this.use[piece] as number;
    while (use >= 0 && (usePosition[use] as number) < start) use = useNext[use] as number;
    const child = this.add(
      this.value[piece] as number,
      start,
      this.end[piece] as number,
      range,
      use,
    );
    this.end[piece] = end;
    this.sibling[child] = this.sibling[piece] as number;
    this.sibling[piece] = child;
    return child;
  }

  /** Position of a piece's first use after the given one, or -1; moves the use cursor there. */
  nextUse(piece: number, position: number): number {
    const { usePosition, useKind, useNext } = this.intervals;
    let use = this.use[piece] as number;
    while (use >= 0 && (usePosition[use] as number) <= position) {
      const at = usePosition[use] as number;
      // The instruction at hand can still read this operand from the slot instead.
      const mayMove =
        useKind[use] === UseKind.memory && instructionAt(at) === instructionAt(position);
      if (!mayMove && !this.isUpdate(piece, at)) this.lastUse[piece] = use;
      use = useNext[use] as number;
    }
    this.use[piece] = use;
    return use >= 0 && (usePosition[use] as number) < (this.end[piece] as number)
      ? (usePosition[use] as number)
      : -1;
  }

  /** Whether a piece's last use is an update at a position: it hides others there. */
  private isUpdate(piece: number, position: number): boolean {
    const last = this.lastUse[piece] as number;
    if (last < 0 || this.intervals.usePosition[last] !== position) return false;
    return this.intervals.useKind[last] === UseKind.update;
  }

  private add(value: number, start: number, end: number, range: number, use: number): number {
    if (this.count === this.value.length) this.grow();
    const piece = this.count++;
    this.value[piece] = value;
    this.start[piece] = start;
    this.end[piece] = end;
    this.range[piece] = range;
    this.use[piece] = use;
    this.lastUse[piece] = -1;
    this.location[piece] = PieceLocation.undecided;
    this.sibling[piece] = -1;
    return piece;
  }

  private grow(): void {
    this.value = doubled(this.value);
    this.start = doubled(this.start);
    this.end = doubled(this.end);
    this.range = doubled(this.range);
    this.use = doubled(this.use);
    this.lastUse = doubled(this.lastUse);
    this.location = doubled(this.location);
    this.sibling = doubled(this.sibling);
  }
}
