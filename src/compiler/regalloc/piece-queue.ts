import { doubled } from "./pair-list.ts";
import type { PieceTable } from "./pieces.ts";

/** Pieces that wait for a location: one list per start position, so that adding is constant time. */
export class PieceQueue {
  private readonly head: Int32Array;
  private next: Int32Array = new Int32Array(256);
  private readonly pieces: PieceTable;

  constructor(pieces: PieceTable, positions: number) {
    this.pieces = pieces;
    this.head = new Int32Array(positions).fill(-1);
    for (let piece = pieces.count - 1; piece >= 0; piece--) this.add(piece);
  }

  add(piece: number): void {
    while (piece >= this.next.length) this.next = doubled(this.next);
    const start = this.pieces.start[piece] as number;
    this.next[piece] = this.head[start] as number;
    this.head[start] = piece;
  }

  /** Removes and returns a piece that starts at a position, or returns -1. */
  take(position: number): number {
    const piece = this.head[position] as number;
    if (piece >= 0) this.head[position] = this.next[piece] as number;
    return piece;
  }
}
