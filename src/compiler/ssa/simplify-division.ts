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
 * An unsigned quotient by a constant that is no power of two, by multiplication with the reciprocal
 * (Granlund & Montgomery 1994, section 4).
 */
export function unsignedQuotient({ emitter, type, a, bits }: ConstantDivision): Value {
  if (bits < 3n) return none;
  const width = BigInt(bitWidth(type));
  const exponent = ceilingLogarithm(bits);
  for (let shift = 0n; shift < exponent; shift++) {
    const factor = ((1n << (width + shift)) + bits - 1n) / bits;
    const excess = factor * bits - (1n << (width + shift));
    if (factor >> width !== 0n || excess > 1n << shift) continue;
    return type === i32
      ? wrap(emitter, shiftRight(emitter, wideProduct(emitter, a, factor), 32n + shift))
      : shiftRight(emitter, highProduct(emitter, a, factor), shift);
  }
  // The factor has a bit more than the dividend: its highest one is an addition.
  const factor = (1n << (width + exponent)) / bits + 1n - (1n << width);
  if (type === i32) {
    const high = shiftRight(emitter, wideProduct(emitter, a, factor), 32n);
    const sum = emitter.operate(Operation.add, i64, high, extend(emitter, a));
    return wrap(emitter, shiftRight(emitter, sum, exponent));
  }
  // The sum has 65 bits: half of the difference is added instead (section 4, figure 4.1).
  const high = highProduct(emitter, a, factor);
  const difference = emitter.operate(Operation.subtract, i64, a, high);
  const half = emitter.operate(Operation.add, i64, shiftRight(emitter, difference, 1n), high);
  return shiftRight(emitter, half, exponent - 1n);
}

/** A signed quotient by a constant other than 0 and -1. */
export function signedQuotient({ emitter, type, a, bits }: ConstantDivision): Value {
  const divisor = BigInt.asIntN(bitWidth(type), bits);
  const magnitude = divisor < 0n ? -divisor : divisor;
  if (magnitude < 2n) return none;
  const exponent = ceilingLogarithm(magnitude);
  const isPower = 1n << exponent === magnitude;
  const reciprocal = type === i32 ? reciprocalQuotient : quotientOfMagnitudes;
  const quotient = isPower
    ? powerQuotient(emitter, type, a, exponent)
    : reciprocal(emitter, a, magnitude, exponent);
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

/** The quotient of an i64 without its sign, which then gets that. */
function quotientOfMagnitudes(emitter: Emitter, a: Value, magnitude: bigint): Value {
  const sign = emitter.operate(Operation.shiftRightSigned, i64, a, emitter.bits(i64, 63n));
  const withSign = (value: Value) => {
    const flipped = emitter.operate(Operation.xor, i64, value, sign);
    return emitter.operate(Operation.subtract, i64, flipped, sign);
  };
  return withSign(unsignedQuotient({ emitter, type: i64, a: withSign(a), bits: magnitude }));
}

function extend(emitter: Emitter, a: Value): Value {
  return emitter.operate(Operation.extendUnsigned, i64, a);
}

/** The product of two numbers of 32 bits in 64. */
function wideProduct(emitter: Emitter, a: Value, factor: bigint): Value {
  return multiply(emitter, extend(emitter, a), factor);
}

/** The upper half of the product of two numbers of 64 bits. */
function highProduct(emitter: Emitter, a: Value, factor: bigint): Value {
  return emitter.operate(Operation.multiplyHigh, i64, a, emitter.bits(i64, factor));
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
