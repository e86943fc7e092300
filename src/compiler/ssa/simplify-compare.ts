import { bitWidth, constantBits, isConstant, isFloat, typeOf } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type SsaFunction, type Value } from "./function.ts";
import { Condition, Operation, ValueType } from "./operations.ts";

const pairs = (swaps: readonly (readonly [number, number])[], initial: readonly number[]) => {
  const table = [...initial];
  for (const [one, other] of swaps) {
    table[one] = other;
    table[other] = one;
  }
  return table;
};

const identity = Object.values(Condition).map(Number);

/** The condition that holds of (b, a) when a condition holds of (a, b). */
export const swappedConditions: readonly number[] = pairs(
  [
    [Condition.lessSigned, Condition.greaterSigned],
    [Condition.lessUnsigned, Condition.greaterUnsigned],
    [Condition.lessEqualSigned, Condition.greaterEqualSigned],
    [Condition.lessEqualUnsigned, Condition.greaterEqualUnsigned],
    [Condition.floatLess, Condition.floatGreater],
    [Condition.floatLessEqual, Condition.floatGreaterEqual],
  ],
  identity,
);

/** The condition that holds when another does not; `none` for orderings of floats (NaN). */
const invertedConditions: readonly number[] = pairs(
  [
    [Condition.equal, Condition.notEqual],
    [Condition.lessSigned, Condition.greaterEqualSigned],
    [Condition.lessUnsigned, Condition.greaterEqualUnsigned],
    [Condition.greaterSigned, Condition.lessEqualSigned],
    [Condition.greaterUnsigned, Condition.lessEqualUnsigned],
    [Condition.floatEqual, Condition.floatNotEqual],
  ],
  identity.map(() => none),
);

const reflexive = new Set<number>([
  Condition.equal,
  Condition.lessEqualSigned,
  Condition.lessEqualUnsigned,
  Condition.greaterEqualSigned,
  Condition.greaterEqualUnsigned,
]);

/** Whether a value is a comparison with 0 for `equal` or `notEqual`. */
export function isZeroTest(fn: SsaFunction, value: Value): boolean {
  if (fn.operation[value] !== Operation.compare) return false;
  const condition = fn.aux[value];
  if (condition !== Condition.equal && condition !== Condition.notEqual) return false;
  const b = fn.resolve(fn.b[value] as number);
  return isConstant(fn, b) && constantBits(fn, b) === 0n;
}

/** Whether a value can only be 0 or 1. */
export function isBoolean(fn: SsaFunction, value: Value): boolean {
  if (fn.operation[value] === Operation.compare) return true;
  if (!isConstant(fn, value)) return false;
  return constantBits(fn, value) < 2n;
}

/** Whether a value has a bit that is always set, so that it is never 0. */
export function isNeverZero(fn: SsaFunction, value: Value): boolean {
  if (fn.operation[value] !== Operation.or) return false;
  const bits = fn.resolve(fn.b[value] as number);
  return isConstant(fn, bits) && constantBits(fn, bits) !== 0n;
}

/** Simplifies a comparison whose first operand is not constant; see `fold`. */
export function simplifyCompare(emitter: Emitter, condition: number, a: Value, b: Value): Value {
  const { fn } = emitter;
  if (isFloat(typeOf(fn, a))) return none;
  if (a === b) return emitter.i32(reflexive.has(condition) ? 1 : 0);
  if (!isConstant(fn, b)) return none;
  const bits = constantBits(fn, b);
  if (bits === 0n) return compareWithZero(emitter, condition, a);
  if (bits === 1n && isBoolean(fn, a)) return compareWithOne(emitter, condition, a);
  const highest = (1n << BigInt(bitWidth(typeOf(fn, a)))) - 1n;
  if (bits === highest && condition === Condition.greaterUnsigned) return emitter.i32(0);
  if (bits === highest && condition === Condition.lessEqualUnsigned) return emitter.i32(1);
  if (bits === 1n && condition === Condition.lessUnsigned) return isZero(emitter, a, true);
  if (bits === 1n && condition === Condition.greaterEqualUnsigned) return isZero(emitter, a, false);
  return none;
}

function compareWithZero(emitter: Emitter, condition: number, a: Value): Value {
  const { fn } = emitter;
  const isEquality = condition === Condition.equal || condition === Condition.notEqual;
  if (isEquality && isNeverZero(fn, a)) return emitter.i32(condition === Condition.equal ? 0 : 1);
  switch (condition) {
    case Condition.lessUnsigned:
      return emitter.i32(0);
    case Condition.greaterEqualUnsigned:
      return emitter.i32(1);
    case Condition.greaterUnsigned:
      return isZero(emitter, a, false);
    case Condition.lessEqualUnsigned:
      return isZero(emitter, a, true);
    case Condition.notEqual:
      if (isBoolean(fn, a)) return a;
      break;
    case Condition.equal: {
      const inverted = invertCompare(emitter, a);
      if (inverted !== none) return inverted;
      break;
    }
  }
  const isExtended =
    fn.operation[a] === Operation.extendUnsigned || fn.operation[a] === Operation.extendSigned;
  if (!isExtended || !isEquality) return none;
  const narrow = fn.resolve(fn.a[a] as number);
  const zero = emitter.i32(0);
  return emitter.operate(Operation.compare, ValueType.i32, narrow, zero, none, condition);
}

function compareWithOne(emitter: Emitter, condition: number, a: Value): Value {
  if (condition === Condition.equal) return a;
  if (condition === Condition.notEqual) return invertCompare(emitter, a);
  return none;
}

function isZero(emitter: Emitter, a: Value, wanted: boolean): Value {
  const zero = emitter.bits(typeOf(emitter.fn, a), 0n);
  const condition = wanted ? Condition.equal : Condition.notEqual;
  return emitter.operate(Operation.compare, ValueType.i32, a, zero, none, condition);
}

function invertCompare(emitter: Emitter, value: Value): Value {
  const { fn } = emitter;
  if (fn.operation[value] !== Operation.compare) return none;
  const inverted = invertedConditions[fn.aux[value] as number] as number;
  if (inverted === none) return none;
  const a = fn.resolve(fn.a[value] as number);
  const b = fn.resolve(fn.b[value] as number);
  return emitter.operate(Operation.compare, ValueType.i32, a, b, none, inverted);
}
