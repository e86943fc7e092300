import type { Allocation } from "../../machine/allocation.ts";
import type { MachineFunction } from "../../machine/machine-function.ts";
import { Pseudo } from "../pseudo-instructions.ts";

/** In which order the blocks of an allocated function are emitted, and where jumps really lead. */
export class BlockPlacement {
  /** Where a jump to each block arrives, past blocks that only jump on; those are not emitted. */
  readonly targets: Int32Array;
  /** The blocks that are emitted, in order; the entry is the first. */
  readonly order: readonly number[];
  /** The block behind each block, or -1. */
  private readonly following: Int32Array;

  constructor(code: MachineFunction, allocation: Allocation) {
    this.targets = threadJumps(code, allocation);
    this.order = rotateLoops(code, this.targets);
    this.following = new Int32Array(code.blockCount).fill(-1);
    for (let index = 1; index < this.order.length; index++) {
      this.following[this.order[index - 1] as number] = this.order[index] as number;
    }
  }

  /** Whether control that falls out of a block arrives at `target`. */
  fallsInto(block: number, target: number): boolean {
    return this.following[block] === target;
  }
}

/** Follows blocks that contain nothing but a jump to where they lead. */
function threadJumps(code: MachineFunction, allocation: Allocation): Int32Array {
  const moved = new Set(allocation.movePosition.subarray(0, allocation.moveCount));
  const targets = Int32Array.from({ length: code.blockCount }, (_, block) => block);
  const isEmpty = (block: number) => {
    const start = code.blockStart[block] as number;
    const single = (code.blockStart[block + 1] as number) === start + 1;
    return single && code.opcode[start] === Pseudo.jump && !moved.has(start);
  };
  for (let block = 1; block < code.blockCount; block++) {
    let target = block;
    for (let steps = 0; isEmpty(target) && steps < code.blockCount; steps++) {
      target = code.blockSuccessors[target]?.[0] ?? target;
    }
    targets[block] = isEmpty(target) ? block : target;
  }
  return targets;
}

/**
 * A block that a branch may fall into and that jumps back is put before the block it jumps back to:
 * the branch then ends the loop's round by itself. Who enters the loop jumps over the block, once.
 */
function rotateLoops(code: MachineFunction, targets: Int32Array): number[] {
  const order: number[] = [];
  const moved = new Int32Array(code.blockCount).fill(-1);
  let previous = 0;
  for (let block = 0; block < code.blockCount; block++) {
    if (targets[block] !== block) continue;
    const header = backwardTarget(code, targets, block);
    const isWorthwhile = header > 0 && moved[header] === -1 && endsInBranch(code, previous);
    if (isWorthwhile) moved[header] = block;
    else order.push(block);
    previous = block;
  }
  return order.flatMap((block) => withMoved(block, moved));
}

/** A block behind the one that was put before it, which may itself follow such a one. */
function withMoved(block: number, moved: Int32Array): number[] {
  const chain = [block];
  for (let before = moved[block] as number; before !== -1; before = moved[before] as number) {
    chain.unshift(before);
  }
  return chain;
}

/** The block before it to which a block jumps back, or -1. */
function backwardTarget(code: MachineFunction, targets: Int32Array, block: number): number {
  const last = (code.blockStart[block + 1] as number) - 1;
  if (code.opcode[last] !== Pseudo.jump) return -1;
  const target = targets[code.blockSuccessors[block]?.[0] ?? block] as number;
  return target < block ? target : -1;
}

function endsInBranch(code: MachineFunction, block: number): boolean {
  const opcode = code.opcode[(code.blockStart[block + 1] as number) - 1];
  return opcode === Pseudo.branch || opcode === Pseudo.branchFloatEqual;
}
