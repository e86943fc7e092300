import type { Intervals } from "./intervals.ts";
import type { PieceQueue } from "./piece-queue.ts";
import type { PieceTable } from "./pieces.ts";
import { endOfTime } from "./positions.ts";

/** More pieces than this do not wait in lifetime holes: a longer list would make the scan quadratic. */
const maximumInactive = 96;

/** Which pieces hold which registers at the position that the scan has reached. */
export class Occupancy {
  /** The piece that is live in each register, or -1. */
  readonly active: Int32Array = new Int32Array(32).fill(-1);
  /** Pieces that own a register but are in a lifetime hole. */
  private inactive: number[] = [];
  private readonly intervals: Intervals;
  private readonly pieces: PieceTable;
  private readonly queue: PieceQueue;

  constructor(intervals: Intervals, pieces: PieceTable, queue: PieceQueue) {
    this.intervals = intervals;
    this.pieces = pieces;
    this.queue = queue;
  }

  /** Lets pieces end, enter and leave holes up to a position. */
  advance(position: number): void {
    for (let register = 0; register < 32; register++) {
      const piece = this.active[register] as number;
      if (piece < 0) continue;
      const start = this.nextLive(piece, position);
      if (start <= position) continue;
      this.active[register] = -1;
      if (start === endOfTime) continue;
      if (this.inactive.length < maximumInactive) this.inactive.push(piece);
      else this.queue.add(this.pieces.split(piece, start));
    }
    let kept = 0;
    for (const piece of this.inactive) {
      const start = this.nextLive(piece, position);
      if (start <= position) this.active[this.pieces.location[piece] as number] = piece;
      else if (start !== endOfTime) this.inactive[kept++] = piece;
    }
    this.inactive.length = kept;
  }

  /** For each register the first position at which a waiting piece needs it during another piece. */
  limitByInactive(piece: number, registerClass: number, freeUntil: Int32Array): void {
    for (const waiting of this.inactive) {
      const register = this.pieces.location[waiting] as number;
      if (register >> 4 !== registerClass) continue;
      const limit = freeUntil[register] as number;
      if (limit === 0) continue;
      const conflict = this.firstOverlap(waiting, piece);
      if (conflict < limit) freeUntil[register] = conflict;
    }
  }

  /** Calls back for the pieces of a register that wait in a hole and overlap a piece later. */
  forOverlapping(register: number, piece: number, visit: (waiting: number) => void): void {
    for (const waiting of this.inactive) {
      if (this.pieces.location[waiting] !== register) continue;
      if (this.firstOverlap(waiting, piece) !== endOfTime) visit(waiting);
    }
  }

  /** Ends the pieces of a register that overlap a piece at their holes; the rest waits anew. */
  cutOverlapping(register: number, piece: number): void {
    let kept = 0;
    for (const waiting of this.inactive) {
      const overlaps =
        this.pieces.location[waiting] === register &&
        this.firstOverlap(waiting, piece) !== endOfTime;
      if (overlaps) {
        const range = this.pieces.range[waiting] as number;
        this.queue.add(this.pieces.split(waiting, this.intervals.rangeStart[range] as number));
      } else {
        this.inactive[kept++] = waiting;
      }
    }
    this.inactive.length = kept;
  }

  /** Start of the first range of a piece that ends after a position, or `endOfTime`. */
  private nextLive(piece: number, position: number): number {
    const { rangeStart, rangeEnd, rangeNext } = this.intervals;
    const end = this.pieces.end[piece] as number;
    if (end <= position) return endOfTime;
    let range = this.pieces.range[piece] as number;
    while (range >= 0 && (rangeEnd[range] as number) <= position) {
      range = rangeNext[range] as number;
    }
    if (range < 0 || (rangeStart[range] as number) >= end) return endOfTime;
    this.pieces.range[piece] = range;
    return rangeStart[range] as number;
  }

  /** First position that two pieces share, from their range cursors on, or `endOfTime`. */
  private firstOverlap(one: number, other: number): number {
    const { rangeStart, rangeEnd, rangeNext } = this.intervals;
    const { pieces } = this;
    const limit = Math.min(pieces.end[one] as number, pieces.end[other] as number);
    const start = Math.max(pieces.start[one] as number, pieces.start[other] as number);
    let first = pieces.range[one] as number;
    let second = pieces.range[other] as number;
    while (first >= 0 && second >= 0) {
      const from = Math.max(rangeStart[first] as number, rangeStart[second] as number, start);
      if (from >= limit) return endOfTime;
      const firstEnd = rangeEnd[first] as number;
      const secondEnd = rangeEnd[second] as number;
      if (from < firstEnd && from < secondEnd) return from;
      if (firstEnd <= secondEnd) first = rangeNext[first] as number;
      else second = rangeNext[second] as number;
    }
    return endOfTime;
  }
}
