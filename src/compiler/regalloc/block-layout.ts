import type { MachineFunction } from "../machine/machine-function.ts";
import { instructionAt, positionOf, Stage, stageOf } from "./positions.ts";

/** Where blocks and loops lie in the linear order of positions, and where an interval may split. */
export class BlockLayout {
  /** Block of each instruction; one more entry past the last. */
  readonly blockOf: Int32Array;
  /** For each block the nearest one before it that lies in fewer loops, or -1. */
  private readonly shallower: Int32Array;
  private readonly blockStart: readonly number[];
  private readonly depth: readonly number[];

  constructor(fn: MachineFunction) {
    this.blockStart = fn.blockStart;
    this.depth = fn.blockLoopDepth;
    this.blockOf = new Int32Array(fn.count + 1).fill(fn.blockCount);
    this.shallower = new Int32Array(fn.blockCount).fill(-1);
    for (let block = 0; block < fn.blockCount; block++) {
      this.blockOf.fill(block, fn.blockStart[block], fn.blockStart[block + 1]);
      let candidate = block - 1;
      while (candidate >= 0 && this.depthOf(candidate) >= this.depthOf(block)) {
        candidate = this.shallower[candidate] as number;
      }
      this.shallower[block] = candidate;
    }
  }

  /** Position at which a block begins; with the number of blocks, the end of the last one. */
  startOf(block: number): number {
    return positionOf(this.blockStart[block] as number, Stage.entry);
  }

  /** Block in which a position lies. */
  blockAt(position: number): number {
    return this.blockOf[instructionAt(position)] as number;
  }

  /** Number of loops around a position. */
  depthAt(position: number): number {
    return this.depthOf(this.blockAt(position));
  }

  /** The last position, not after the given one, at which an interval may split. */
  splitFloor(position: number): number {
    const instruction = instructionAt(position);
    if (stageOf(position) !== Stage.entry) return positionOf(instruction, Stage.read);
    const startsBlock = this.blockStart[this.blockOf[instruction] as number] === instruction;
    return startsBlock ? position : positionOf(instruction - 1, Stage.read);
  }

  /**
   * The split position from `least` up to `most` that lies in the fewest loops, the last of
   * them; `most`, which must be a split position, when no block boundary is better.
   */
  bestSplit(least: number, most: number): number {
    let best = most;
    let block = this.shallower[this.blockAt(most)] as number;
    while (block >= 0 && this.startOf(block + 1) >= least) {
      best = this.startOf(block + 1);
      block = this.shallower[block] as number;
    }
    return best;
  }

  private depthOf(block: number): number {
    return this.depth[block] as number;
  }
}
