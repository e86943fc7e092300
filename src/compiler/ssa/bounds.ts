import { isConstant } from "./bits.ts";
import { type Dominators, dominatorsOf } from "./control-flow.ts";
import { type Block, type Edge, none, type SsaFunction, type Value } from "./function.ts";
import { boundOf, typeMaximum } from "./maximum.ts";
import { Condition, Operation, ValueType } from "./operations.ts";

const twoTo32 = 2 ** 32;

/**
 * Upper bounds of a function's integers as unsigned numbers, by value: from operations, and for
 * values that a loop raises by a constant each round from how many rounds it can run.
 */
export function upperBounds(fn: SsaFunction): Float64Array {
  return new BoundsFinder(fn).run();
}

class BoundsFinder {
  private readonly fn: SsaFunction;
  private readonly dominators: Dominators;
  private readonly bounds: Float64Array;

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.dominators = dominatorsOf(fn);
    this.bounds = Float64Array.from({ length: fn.count }, (_, value) => typeMaximum(fn, value));
  }

  run(): Float64Array {
    const { bounds, fn } = this;
    const isDone = new Uint8Array(fn.blockCount);
    for (const block of this.dominators.order) {
      const edges = fn.predecessorsOf(block);
      const back = edges.filter((edge) => isDone[fn.edgeFrom[edge] as Block] === 0);
      if (block !== 0 && back.length === 0) this.joinParameters(block, edges);
      else if (back.length === 1) this.boundRaised(block, edges, back[0] as Edge);
      for (const value of fn.instructionsOf(block)) {
        if (fn.type[value] !== ValueType.i32 && fn.type[value] !== ValueType.i64) continue;
        bounds[value] = boundOf(fn, value, (operand) => bounds[operand] as number);
      }
      isDone[block] = 1;
    }
    return bounds;
  }

  private joinParameters(block: Block, edges: readonly Edge[]): void {
    this.fn.parametersOf(block).forEach((parameter, index) => {
      this.bounds[parameter] = this.joined(edges, index);
    });
  }

  private joined(edges: readonly Edge[], index: number): number {
    const { bounds, fn } = this;
    return edges.reduce((most, edge) => {
      const value = fn.resolve(fn.argumentsOf(edge)[index] as Value);
      return Math.max(most, bounds[value] as number);
    }, 0);
  }

  /** Bounds parameters of a loop's first block which every round raises by a constant. */
  private boundRaised(header: Block, edges: readonly Edge[], back: Edge): void {
    const { bounds, fn } = this;
    if (!this.dominators.dominates(header, fn.edgeFrom[back] as Block)) return;
    const rounds = this.roundsOf(header, edges, back);
    if (rounds === undefined) return;
    const entries = edges.filter((edge) => edge !== back);
    fn.parametersOf(header).forEach((parameter, index) => {
      const step = this.stepOf(parameter, fn.argumentsOf(back)[index] as Value);
      if (step === undefined || step < 0) return;
      const bound = this.joined(entries, index) + step * (rounds - 1);
      if (bound < twoTo32) bounds[parameter] = bound;
    });
  }

  /** The constant, signed, by which an i32 argument is larger than its parameter. */
  private stepOf(parameter: Value, argument: Value): number | undefined {
    const { fn } = this;
    const next = fn.resolve(argument);
    if (fn.operation[next] !== Operation.add || fn.type[next] !== ValueType.i32) return undefined;
    if (fn.resolve(fn.a[next] as Value) !== parameter) return undefined;
    const step = fn.resolve(fn.b[next] as Value);
    return isConstant(fn, step) ? fn.low[step] : undefined;
  }

  /** How often a loop's first block runs at most each time that the loop is entered, if known. */
  private roundsOf(header: Block, edges: readonly Edge[], back: Edge): number | undefined {
    const { fn } = this;
    const test = this.continuation(back);
    if (test === undefined) return undefined;
    const index = fn.argumentsOf(back).findIndex((argument) => fn.resolve(argument) === test.value);
    const parameter = fn.parametersOf(header)[index];
    if (parameter === undefined) return undefined;
    const step = this.stepOf(parameter, test.value);
    const start = this.constantStart(edges, back, index);
    if (step === undefined || step === 0 || start === undefined) return undefined;
    return test.isOrdered
      ? roundsBelow(start, step, test.limit)
      : roundsUntil(start, step, test.limit);
  }

  /** Under what condition the edge back to a loop's first block is taken. */
  private continuation(back: Edge) {
    const { fn } = this;
    const terminator = fn.terminatorOf(fn.edgeFrom[back] as Block);
    if (fn.operation[terminator] !== Operation.branch) return undefined;
    const [then] = fn.listOf(terminator);
    const condition = fn.resolve(fn.a[terminator] as Value);
    if (fn.operation[condition] !== Operation.compare) {
      return then === back ? { value: condition, limit: 0, isOrdered: false } : undefined;
    }
    const value = fn.resolve(fn.a[condition] as Value);
    const limitValue = fn.resolve(fn.b[condition] as Value);
    if (!isConstant(fn, limitValue) || fn.type[value] !== ValueType.i32) return undefined;
    const limit = (fn.low[limitValue] as number) >>> 0;
    const kind = fn.aux[condition];
    const isUnequal = kind === (then === back ? Condition.notEqual : Condition.equal);
    if (isUnequal) return { value, limit, isOrdered: false };
    const isBelow =
      then === back
        ? kind === Condition.lessUnsigned || kind === Condition.lessSigned
        : kind === Condition.greaterEqualUnsigned || kind === Condition.greaterEqualSigned;
    return isBelow ? { value, limit, isOrdered: true } : undefined;
  }

  /** The constant, unsigned, that a parameter has on every edge into the loop. */
  private constantStart(edges: readonly Edge[], back: Edge, index: number): number | undefined {
    const { fn } = this;
    let start: number = none;
    for (const edge of edges) {
      if (edge === back) continue;
      const value = fn.resolve(fn.argumentsOf(edge)[index] as Value);
      if (!isConstant(fn, value)) return undefined;
      const constant = (fn.low[value] as number) >>> 0;
      if (start !== none && start !== constant) return undefined;
      start = constant;
    }
    return start === none ? undefined : start;
  }
}

/** Rounds of a loop that goes on while a number, raised first, differs from a limit; modulo 2^32. */
function roundsUntil(start: number, step: number, limit: number): number | undefined {
  const distance = step > 0 ? limit - start : start - limit;
  const wrapped = distance <= 0 ? distance + twoTo32 : distance;
  const rounds = wrapped / Math.abs(step);
  return Number.isInteger(rounds) ? rounds : undefined;
}

/** Rounds of a loop that goes on while a number, raised first, is below a limit; never past 2^31. */
function roundsBelow(start: number, step: number, limit: number): number | undefined {
  if (step < 0 || start + step >= 2 ** 31 || limit + step >= 2 ** 31) return undefined;
  return Math.max(1, Math.ceil((limit - start) / step));
}
