import { bitWidth, isConstant, typeOf } from "./bits.ts";
import type { SsaFunction, Value } from "./function.ts";
import { Access, Operation, ValueType } from "./operations.ts";

/** Larger bounds are not told apart: sums of two of them are exact in double precision. */
const unbounded = 2 ** 52;

/** The largest number that bits of an i32 stand for; an i64 has no bound that is of use. */
export function typeMaximum(fn: SsaFunction, value: Value): number {
  return fn.type[value] === ValueType.i32 ? 2 ** 32 - 1 : unbounded;
}

/** Largest unsigned values of what loads that extend with zeroes can give, by access. */
const loadMaxima = new Map<number, number>([
  [Access.unsigned8, 2 ** 8 - 1],
  [Access.unsigned16, 2 ** 16 - 1],
  [Access.unsigned32, 2 ** 32 - 1],
]);

type Rule = (fn: SsaFunction, value: Value, maximum: (operand: Value) => number) => number;

const loadRule: Rule = (fn, value) =>
  loadMaxima.get((fn.aux[value] as number) & 15) ?? typeMaximum(fn, value);

const rules = new Map<number, Rule>([
  [Operation.constant, (fn, value) => constantMaximum(fn, value)],
  [Operation.load, loadRule],
  [Operation.loadSymbol, loadRule],
  [Operation.compare, () => 1],
  [
    Operation.add,
    (fn, value, maximum) => maximum(operandA(fn, value)) + maximum(operandB(fn, value)),
  ],
  [
    Operation.multiply,
    (fn, value, maximum) => maximum(operandA(fn, value)) * maximum(operandB(fn, value)),
  ],
  [
    Operation.and,
    (fn, value, maximum) => Math.min(maximum(operandA(fn, value)), maximum(operandB(fn, value))),
  ],
  [
    Operation.shiftLeft,
    (fn, value, maximum) => shifted(fn, value, maximum, (bound, by) => bound * 2 ** by),
  ],
  [
    Operation.shiftRightUnsigned,
    (fn, value, maximum) => shifted(fn, value, maximum, (bound, by) => Math.floor(bound / 2 ** by)),
  ],
  [Operation.divideUnsigned, (fn, value, maximum) => maximum(operandA(fn, value))],
  [
    Operation.remainderUnsigned,
    (fn, value, maximum) => Math.min(maximum(operandA(fn, value)), maximum(operandB(fn, value))),
  ],
  [
    Operation.select,
    (fn, value, maximum) =>
      Math.max(maximum(operandB(fn, value)), maximum(fn.resolve(fn.c[value] as Value))),
  ],
  [Operation.extendUnsigned, (fn, value, maximum) => maximum(operandA(fn, value))],
  [Operation.wrap, (fn, value, maximum) => maximum(operandA(fn, value))],
]);

/**
 * An upper bound of an integer as an unsigned number, given those of its operands. Bounds beyond
 * what the type holds are of no use, since the value may have wrapped: then it is the type's.
 */
export function boundOf(
  fn: SsaFunction,
  value: Value,
  maximum: (operand: Value) => number,
): number {
  const limit = typeMaximum(fn, value);
  const rule = rules.get(fn.operation[value] as number);
  const bound = rule === undefined ? limit : rule(fn, value, maximum);
  return bound <= limit ? bound : limit;
}

/** How many operations back a value is followed. */
const localDepth = 4;

/** An upper bound of an integer that its next few operations tell. */
export function localMaximum(fn: SsaFunction, value: Value, depth = localDepth): number {
  if (depth === 0) return typeMaximum(fn, value);
  return boundOf(fn, value, (operand) => localMaximum(fn, operand, depth - 1));
}

function constantMaximum(fn: SsaFunction, value: Value): number {
  const low = (fn.low[value] as number) >>> 0;
  if (bitWidth(typeOf(fn, value)) === 32) return low;
  return Math.min(unbounded, low + ((fn.high[value] as number) >>> 0) * 2 ** 32);
}

/** Shifts by a constant; by anything else the result may be whatever its type holds. */
function shifted(
  fn: SsaFunction,
  value: Value,
  maximum: (operand: Value) => number,
  apply: (bound: number, by: number) => number,
): number {
  const count = operandB(fn, value);
  if (!isConstant(fn, count)) return typeMaximum(fn, value);
  const bound = maximum(operandA(fn, value));
  // Of an i64 without a useful bound not even a smaller one is known.
  if (bound >= unbounded) return shiftedOut(fn, value, count);
  return apply(bound, (fn.low[count] as number) & (bitWidth(typeOf(fn, value)) - 1));
}

/** What a shift to the right leaves of 64 arbitrary bits. */
function shiftedOut(fn: SsaFunction, value: Value, count: Value): number {
  if (fn.operation[value] !== Operation.shiftRightUnsigned) return typeMaximum(fn, value);
  return Math.min(unbounded, 2 ** (64 - ((fn.low[count] as number) & 63)) - 1);
}

function operandA(fn: SsaFunction, value: Value): Value {
  return fn.resolve(fn.a[value] as Value);
}

function operandB(fn: SsaFunction, value: Value): Value {
  return fn.resolve(fn.b[value] as Value);
}
