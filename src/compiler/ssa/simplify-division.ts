import { bitWidth } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type Value } from "./function.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";

const { i32, i64 } = ValueType;

/** A division or remainder of `a` by the constant with these bits; both are of one type. */
export interface ConstantDivision {
  readonly emitter: Emitter;
  readonly type: ValueTypeId;
  readonly a: Value;
  readonly bits: bigint;
}

/**
 * An unsigned 32-bit quotient by a constant that is no power of two, by multiplication with the
 * reciprocal (Granlund & Montgomery 1994, section 4); `none` for other types.
 */
export function unsignedQuotient({ emitter, type, a, bits }: ConstantDivision): Value {
  if (type !== i32 || bits < 3n) return none;
  const wide = emitter.operate(Operation.extendUnsigned, i64, a);
  const exponent = ceilingLogarithm(bits);
  for (let shift = 0n; shift < exponent; shift++) {
    const factor = ((1n << (32n + shift)) + bits - 1n) / bits;
    const excess = factor * bits - (1n << (32n + shift));
    if (factor >> 32n !== 0n || excess > 1n << shift) continue;
    return wrap(emitter, shiftRight(emitter, multiply(emitter, wide, factor), 32n + shift));
  }
  // The factor has 33 bits: its highest one is an addition, which fits into 64 bits.
  const factor = (1n << (32n + exponent)) / bits + 1n - (1n << 32n);
  const high = shiftRight(emitter, multiply(emitter, wide, factor), 32n);
  const sum = emitter.operate(Operation.add, i64, high, wide);
  return wrap(emitter, shiftRight(emitter, sum, exponent));
}

/** A signed quotient by a constant other than 0 and -1: i32 by any, i64 by a power of two. */
export function signedQuotient({ emitter, type, a, bits }: ConstantDivision): Value {
  const divisor = BigInt.asIntN(bitWidth(type), bits);
  const magnitude = divisor < 0n ? -divisor : divisor;
  if (magnitude < 2n) return none;
  const exponent = ceilingLogarithm(magnitude);
  const isPower = 1n << exponent === magnitude;
  if (!isPower && type !== i32) return none;
  const quotient = isPower
    ? powerQuotient(emitter, type, a, exponent)
    : reciprocalQuotient(emitter, a, magnitude, exponent);
  if (divisor > 0n) return quotient;
  return emitter.operate(Operation.subtract, type, emitter.bits(type, 0n), quotient);
}

/** What is left of `a` after as many divisors as the quotient says. */
export function remainderOf(division: ConstantDivision, quotient: Value): Value {
  if (quotient === none) return none;
  const { emitter, type, a, bits } = division;
  const product = emitter.operate(Operation.multiply, type, quotient, emitter.bits(type, bits));
  return emitter.operate(Operation.subtract, type, a, product);
}

/** Shifts right after adding to negative numbers what makes the shift round towards zero. */
function powerQuotient(emitter: Emitter, type: ValueTypeId, a: Value, exponent: bigint): Value {
  const width = BigInt(bitWidth(type));
  const { add, shiftRightSigned, shiftRightUnsigned } = Operation;
  const sign = emitter.operate(shiftRightSigned, type, a, emitter.bits(type, width - 1n));
  const rounding = emitter.bits(type, width - exponent);
  const correction = emitter.operate(shiftRightUnsigned, type, sign, rounding);
  const corrected = emitter.operate(add, type, a, correction);
  return emitter.operate(shiftRightSigned, type, corrected, emitter.bits(type, exponent));
}

function reciprocalQuotient(
  emitter: Emitter,
  a: Value,
  magnitude: bigint,
  exponent: bigint,
): Value {
  const factor = (1n << (31n + exponent)) / magnitude + 1n;
  const wide = emitter.operate(Operation.extendSigned, i64, a);
  const product = multiply(emitter, wide, factor);
  const amount = emitter.bits(i64, 31n + exponent);
  const floor = wrap(emitter, emitter.operate(Operation.shiftRightSigned, i64, product, amount));
  const sign = emitter.operate(Operation.shiftRightSigned, i32, a, emitter.i32(31));
  return emitter.operate(Operation.subtract, i32, floor, sign);
}

function multiply(emitter: Emitter, value: Value, factor: bigint): Value {
  return emitter.operate(Operation.multiply, i64, value, emitter.bits(i64, factor));
}

function shiftRight(emitter: Emitter, value: Value, amount: bigint): Value {
  return emitter.operate(Operation.shiftRightUnsigned, i64, value, emitter.bits(i64, amount));
}

function wrap(emitter: Emitter, value: Value): Value {
  return emitter.operate(Operation.wrap, i32, value);
}

function ceilingLogarithm(value: bigint): bigint {
  return BigInt((value - 1n).toString(2).length);
}
