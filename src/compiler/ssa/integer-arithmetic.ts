import type { TrapKind } from "../../contracts/traps.ts";
import type { OperationName } from "./operations.table.ts";
import { Condition, type ConditionName } from "./operations.ts";

/** Bits of a result, or the trap that the operation ends in. */
export type Outcome = bigint | TrapKind;

type Rule = (a: bigint, b: bigint, width: number) => Outcome;

const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);
const amount = (b: bigint, width: number): bigint => b & BigInt(width - 1);

function rotate(a: bigint, by: bigint, width: number): bigint {
  return (a << by) | (a >> (BigInt(width) - by));
}

function lengthInBits(a: bigint): number {
  return a === 0n ? 0 : a.toString(2).length;
}

/** Operands are zero-extended; results are cut to the width by `evaluateInteger`. */
const rules: Partial<Record<OperationName, Rule>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  multiplyHigh: (a, b, width) => (a * b) >> BigInt(width),
  divideSigned: (a, b, width) => {
    if (b === 0n) return "divideByZero";
    const quotient = signed(a, width) / signed(b, width);
    return quotient === 1n << BigInt(width - 1) ? "integerOverflow" : quotient;
  },
  divideUnsigned: (a, b) => (b === 0n ? "divideByZero" : a / b),
  remainderSigned: (a, b, width) =>
    b === 0n ? "divideByZero" : signed(a, width) % signed(b, width),
  remainderUnsigned: (a, b) => (b === 0n ? "divideByZero" : a % b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b, width) => a << amount(b, width),
  shiftRightSigned: (a, b, width) => signed(a, width) >> amount(b, width),
  shiftRightUnsigned: (a, b, width) => a >> amount(b, width),
  rotateLeft: (a, b, width) => rotate(a, amount(b, width), width),
  rotateRight: (a, b, width) => rotate(a, amount(-b, width), width),
  leadingZeros: (a, _, width) => BigInt(width - lengthInBits(a)),
  trailingZeros: (a, _, width) => BigInt(a === 0n ? width : lengthInBits(a & -a) - 1),
  populationCount: (a) => BigInt(a.toString(2).replaceAll("0", "").length),
  signExtend8: (a) => signed(a, 8),
  signExtend16: (a) => signed(a, 16),
  signExtend32: (a) => signed(a, 32),
};

/** The result of an integer operation on zero-extended bits, or undefined for other operations. */
export function evaluateInteger(
  operation: OperationName,
  width: number,
  a: bigint,
  b: bigint,
): Outcome | undefined {
  const outcome = rules[operation]?.(a, b, width);
  return typeof outcome === "bigint" ? BigInt.asUintN(width, outcome) : outcome;
}

type Comparison = (a: bigint, b: bigint) => boolean;

const unsignedComparisons: Partial<Record<ConditionName, Comparison>> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  lessUnsigned: (a, b) => a < b,
  greaterUnsigned: (a, b) => a > b,
  lessEqualUnsigned: (a, b) => a <= b,
  greaterEqualUnsigned: (a, b) => a >= b,
};

const signedComparisons: Partial<Record<ConditionName, Comparison>> = {
  lessSigned: (a, b) => a < b,
  greaterSigned: (a, b) => a > b,
  lessEqualSigned: (a, b) => a <= b,
  greaterEqualSigned: (a, b) => a >= b,
};

/** Conditions in the order of their numbers. */
export const conditionNames = Object.keys(Condition) as readonly ConditionName[];

/** Whether two integers, zero-extended, stand in a relation; undefined for relations of floats. */
export function compareIntegers(
  condition: ConditionName,
  width: number,
  a: bigint,
  b: bigint,
): boolean | undefined {
  return (
    unsignedComparisons[condition]?.(a, b) ??
    signedComparisons[condition]?.(signed(a, width), signed(b, width))
  );
}
