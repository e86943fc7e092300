import { isFloat } from "./bits.ts";
import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import type { Loops } from "./loops.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";

/**
 * How many values of each register class come from outside into a loop, its first block's
 * parameters among them: all of them want a register for as long as the loop runs.
 */
export class LoopPressure {
  private readonly counts = new Map<Block, [number, number]>();
  private readonly known = new Set<number>();

  /** `loopOf`: the header of the innermost loop in which each value stands, or `none`. */
  constructor(
    private readonly fn: SsaFunction,
    private readonly loops: Loops,
    private readonly loopOf: Int32Array,
  ) {
    for (const header of loops.headers) {
      this.counts.set(header, [0, 0]);
      for (const parameter of fn.parametersOf(header)) this.count(parameter, header);
    }
    for (let block = 0; block < fn.blockCount; block++) {
      const header = loops.innermost[block] as Block;
      if (header === none) continue;
      const use = (value: Value) => this.use(value, header);
      for (const instruction of fn.instructionsOf(block)) fn.forEachOperand(instruction, use);
    }
  }

  /** How many values of the class of one come into a loop. */
  of(value: Value, header: Block): number {
    return this.counts.get(header)?.[this.classOf(value)] ?? 0;
  }

  /** Counts a value from outside of one loop that another, within that or the same, uses. */
  add(value: Value, outermost: Block, innermost: Block): void {
    for (let header = innermost; ; header = this.loops.outer[header] as Block) {
      this.count(value, header);
      if (header === outermost) return;
    }
  }

  private use(operand: Value, innermost: Block): void {
    const { fn, loops } = this;
    const value = fn.resolve(operand);
    if (fn.operation[value] === Operation.constant) return;
    const home = this.loopOf[value] as Block;
    for (let header = innermost; header !== none; header = loops.outer[header] as Block) {
      const key = header * fn.count + value;
      if (loops.contains(header, home) || this.known.has(key)) return;
      this.known.add(key);
      this.count(value, header);
    }
  }

  private count(value: Value, header: Block): void {
    const counts = this.counts.get(header);
    const registerClass = this.classOf(value);
    if (counts !== undefined) counts[registerClass] += 1;
  }

  private classOf(value: Value): 0 | 1 {
    const type = this.fn.type[value] as ValueTypeId;
    return isFloat(type) || type === ValueType.v128 ? 1 : 0;
  }
}
