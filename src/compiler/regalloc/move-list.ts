import { doubled } from "./pair-list.ts";

/**
 * In which order the groups of parallel moves of one gap happen: on entry to a block, between
 * pieces and fixed operands, into slots while the register stays in use, on leaving a block.
 */
export const MovePhase = { entry: 0, main: 1, keep: 2, exit: 3 } as const;

/** Moves wanted in gaps, in any order; those of one gap, phase and class are parallel. */
export class MoveList {
  /** The instruction behind the gap. */
  instruction: Int32Array = new Int32Array(256);
  phase: Int32Array = new Int32Array(256);
  /** Location codes. */
  source: Int32Array = new Int32Array(256);
  target: Int32Array = new Int32Array(256);
  registerClass: Int32Array = new Int32Array(256);
  /** The value that only changes its place; -1 for fixed operands and block arguments. */
  owner: Int32Array = new Int32Array(256);
  count = 0;

  add(
    instruction: number,
    phase: number,
    source: number,
    target: number,
    registerClass: number,
    owner = -1,
  ): void {
    if (source === target) return;
    if (this.count === this.phase.length) this.grow();
    const move = this.count++;
    this.instruction[move] = instruction;
    this.phase[move] = phase;
    this.source[move] = source;
    this.target[move] = target;
    this.registerClass[move] = registerClass;
    this.owner[move] = owner;
  }

  /** Keeps only the moves for which the condition holds. */
  filter(condition: (move: number) => boolean): void {
    let kept = 0;
    for (let move = 0; move < this.count; move++) {
      if (!condition(move)) continue;
      this.instruction[kept] = this.instruction[move] as number;
      this.phase[kept] = this.phase[move] as number;
      this.source[kept] = this.source[move] as number;
      this.target[kept] = this.target[move] as number;
      this.registerClass[kept] = this.registerClass[move] as number;
      this.owner[kept] = this.owner[move] as number;
      kept++;
    }
    this.count = kept;
  }

  private grow(): void {
    this.instruction = doubled(this.instruction);
    this.phase = doubled(this.phase);
    this.source = doubled(this.source);
    this.target = doubled(this.target);
    this.registerClass = doubled(this.registerClass);
    this.owner = doubled(this.owner);
  }
}
