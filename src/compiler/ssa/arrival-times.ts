import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import type { Loops } from "./loops.ts";
import { Effect, effects, Operation } from "./operations.ts";

/** Cycles that operations take which take more than one. */
const latencies = new Map<number, number>([
  [Operation.multiply, 3],
  [Operation.multiplyHigh, 4],
  [Operation.divideSigned, 12],
  [Operation.divideUnsigned, 12],
  [Operation.remainderSigned, 12],
  [Operation.remainderUnsigned, 12],
  [Operation.reinterpret, 3],
  [Operation.extractLane, 3],
]);
const loadLatency = 4;
/** A load whose address is known so early is under way long before its value is wanted. */
const earlyAddress = 1;

/**
 * About how many cycles after the beginning of a loop's round the values that it computes are known,
 * on a processor that waits for nothing else. What one round leaves to the next counts as late as it
 * was known, but for what is only handed on.
 */
export class ArrivalTimes {
  private readonly times: Int32Array;
  /** The header of the innermost loop in which each value stands, or `none`. */
  private readonly loopOf: Int32Array;

  /** `order`: the blocks, definitions before uses. */
  constructor(
    private readonly fn: SsaFunction,
    private readonly loops: Loops,
    order: readonly Block[],
  ) {
    this.times = new Int32Array(fn.count);
    this.loopOf = new Int32Array(fn.count).fill(none);
    const inLoops = order.filter((block) => loops.depths[block] !== 0);
    for (const block of inLoops) this.visit(block);
    for (const header of loops.headers) this.handOn(header);
    for (const block of inLoops) this.visit(block);
  }

  /** When a value is known to the blocks of a loop, by header; at once, if it comes from outside. */
  at(value: Value, header: Block): number {
    return this.loopOf[value] === header ? (this.times[value] as number) : 0;
  }

  private visit(block: Block): void {
    const header = this.loops.innermost[block] as Block;
    for (const parameter of this.fn.parametersOf(block)) this.loopOf[parameter] = header;
    for (const value of this.fn.instructionsOf(block)) {
      this.loopOf[value] = header;
      this.times[value] = this.timeOf(value, header);
    }
  }

  private timeOf(value: Value, header: Block): number {
    const operation = this.fn.operation[value] as number;
    let time = 0;
    this.fn.forEachOperand(value, (operand) => {
      time = Math.max(time, this.at(operand, header));
    });
    if (effects[operation] === Effect.read) return time <= earlyAddress ? 0 : time + loadLatency;
    return time + (latencies.get(operation) ?? 1);
  }

  private handOn(header: Block): void {
    const { fn } = this;
    fn.parametersOf(header).forEach((parameter, index) => {
      for (const edge of fn.predecessorsOf(header)) {
        const value = fn.argumentsOf(edge)[index] as Value;
        if (fn.operation[value] === Operation.parameter) continue;
        const time = this.at(value, header);
        this.times[parameter] = Math.max(this.times[parameter] as number, time);
      }
    });
  }
}
