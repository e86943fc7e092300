/**
 * From here on, a move's source is the instruction `source - rematerializeBase`, to be repeated
 * with the move's target as its result.
 */
export const rematerializeBase = 1 << 28;

/** Where a value is while the instructions from one to before another run. */
export interface Whereabouts {
  readonly from: number;
  readonly to: number;
  readonly location: number;
}

/** The result of register allocation, besides the locations written into the function's operands. */
export interface Allocation {
  /** Words of 8 bytes used by spill slots, each of which is numbered by its first. */
  readonly slotCount: number;
  /** Bit mask of the physical registers that the function writes. */
  readonly writtenRegisters: number;
  /** Moves to insert, sorted by the instruction before which they stand; those of one place are sequential. */
  readonly moveCount: number;
  /** The instruction before which each move stands. */
  readonly movePosition: Int32Array;
  /** Location (register, slot, or from `rematerializeBase` on) that each move reads. */
  readonly moveSource: Int32Array;
  /** Location that each move writes. */
  readonly moveTarget: Int32Array;
  /** `RegisterClass` of each move. */
  readonly moveClass: Uint8Array;
  /** Where the values of those virtual registers are that this was asked for. */
  readonly whereabouts: ReadonlyMap<number, readonly Whereabouts[]>;
}
