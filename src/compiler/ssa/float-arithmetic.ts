import { bitsOfFloat, floatOfBits } from "./bits.ts";
import type { ConditionName, OperationName, ValueTypeId } from "./operations.ts";
import { ValueType } from "./operations.ts";

type Rule = (a: number, b: number) => number;

function minimum(a: number, b: number): number {
  return Math.min(a, b); // NaN and signed zeros as in WebAssembly
}

function nearestEven(a: number): number {
  const rounded = Math.round(a);
  const result = Math.abs(a % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return result === 0 && (a < 0 || Object.is(a, -0)) ? -0 : result;
}

const roundings: Partial<Record<OperationName, Rule>> = {
  ceiling: Math.ceil,
  floor: Math.floor,
  truncateFloat: Math.trunc,
  nearest: nearestEven,
};

/** In f64 and rounded to f32 afterwards these are exact for f32 as well. */
const arithmetic: Partial<Record<OperationName, Rule>> = {
  floatAdd: (a, b) => a + b,
  floatSubtract: (a, b) => a - b,
  floatMultiply: (a, b) => a * b,
  floatDivide: (a, b) => a / b,
  floatMinimum: minimum,
  floatMaximum: (a, b) => Math.max(a, b),
  squareRoot: (a) => Math.sqrt(a),
  demote: (a) => a,
  promote: (a) => a,
  ...roundings,
};

/** Operations on the sign bit, which leave NaN payloads alone. */
const signRules: Partial<Record<OperationName, (a: bigint, b: bigint, sign: bigint) => bigint>> = {
  absolute: (a, _, sign) => a & ~sign,
  negate: (a, _, sign) => a ^ sign,
  copySign: (a, b, sign) => (a & ~sign) | (b & sign),
};

/**
 * The bits of a float operation's result, or undefined for other operations. A NaN that arithmetic
 * makes is the canonical one, where WebAssembly allows others too.
 */
export function evaluateFloat(
  operation: OperationName,
  operandType: ValueTypeId,
  resultType: ValueTypeId,
  a: bigint,
  b: bigint,
): bigint | undefined {
  const sign = resultType === ValueType.f32 ? 1n << 31n : 1n << 63n;
  const signRule = signRules[operation];
  if (signRule !== undefined) return signRule(a, b, sign);
  const rule = arithmetic[operation];
  if (rule === undefined) return undefined;
  const value = rule(floatOfBits(operandType, a), floatOfBits(operandType, b));
  return bitsOfFloat(resultType, value);
}

const comparisons: Partial<Record<ConditionName, (a: number, b: number) => boolean>> = {
  floatEqual: (a, b) => a === b,
  floatNotEqual: (a, b) => a !== b,
  floatLess: (a, b) => a < b,
  floatGreater: (a, b) => a > b,
  floatLessEqual: (a, b) => a <= b,
  floatGreaterEqual: (a, b) => a >= b,
};

/** Whether two floats, by their bits, stand in a relation; undefined for relations of integers. */
export function compareFloats(
  condition: ConditionName,
  type: ValueTypeId,
  a: bigint,
  b: bigint,
): boolean | undefined {
  return comparisons[condition]?.(floatOfBits(type, a), floatOfBits(type, b));
}
