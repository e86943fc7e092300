import { floatOfBits } from "./bits.ts";
import { evaluateFloat } from "./float-arithmetic.ts";
import type { OperationName, ValueTypeId } from "./operations.ts";

/** What one lane becomes, by the bits of the lanes; the result is cut to their width. */
export type LaneRule = (a: bigint, b: bigint, width: number) => bigint;

const signed = (bits: bigint, width: number) => BigInt.asIntN(width, bits);
const truth = (holds: boolean) => (holds ? -1n : 0n);

/** A number cut to the range of a lane. */
export function clamp(value: bigint, width: number, isSigned: boolean): bigint {
  const top = 1n << BigInt(isSigned ? width - 1 : width);
  const bottom = isSigned ? -top : 0n;
  if (value < bottom) return bottom;
  return value >= top ? top - 1n : value;
}

const smaller = (a: bigint, b: bigint) => (a < b ? a : b);
const larger = (a: bigint, b: bigint) => (a > b ? a : b);
const shiftCount = (count: bigint, width: number) => count & BigInt(width - 1);

function countOnes(bits: bigint): bigint {
  let count = 0n;
  for (let rest = bits; rest > 0n; rest >>= 1n) count += rest & 1n;
  return count;
}

/** Rules of integer lanes by what stands behind the shape. */
export const integerLaneRules: Readonly<Record<string, LaneRule>> = {
  not: (a) => ~a,
  and: (a, b) => a & b,
  andnot: (a, b) => a & ~b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  abs: (a, _, width) => (signed(a, width) < 0n ? -a : a),
  neg: (a) => -a,
  popcnt: countOnes,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  add_sat_s: (a, b, width) => clamp(signed(a, width) + signed(b, width), width, true),
  add_sat_u: (a, b, width) => clamp(a + b, width, false),
  sub_sat_s: (a, b, width) => clamp(signed(a, width) - signed(b, width), width, true),
  sub_sat_u: (a, b, width) => clamp(a - b, width, false),
  avgr_u: (a, b) => (a + b + 1n) >> 1n,
  q15mulr_sat_s: (a, b, width) =>
    clamp((signed(a, width) * signed(b, width) + 0x4000n) >> 15n, width, true),
  // What version 3.0 leaves open for -1 times -1 wraps, as in x86-64's instruction.
  relaxed_q15mulr_s: (a, b, width) => (signed(a, width) * signed(b, width) + 0x4000n) >> 15n,
  min_s: (a, b, width) => smaller(signed(a, width), signed(b, width)),
  min_u: smaller,
  max_s: (a, b, width) => larger(signed(a, width), signed(b, width)),
  max_u: larger,
  shl: (a, count, width) => a << shiftCount(count, width),
  shr_s: (a, count, width) => signed(a, width) >> shiftCount(count, width),
  shr_u: (a, count, width) => a >> shiftCount(count, width),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  lt_s: (a, b, width) => truth(signed(a, width) < signed(b, width)),
  lt_u: (a, b) => truth(a < b),
  gt_s: (a, b, width) => truth(signed(a, width) > signed(b, width)),
  gt_u: (a, b) => truth(a > b),
  le_s: (a, b, width) => truth(signed(a, width) <= signed(b, width)),
  le_u: (a, b) => truth(a <= b),
  ge_s: (a, b, width) => truth(signed(a, width) >= signed(b, width)),
  ge_u: (a, b) => truth(a >= b),
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  gt: (a, b) => a > b,
  le: (a, b) => a <= b,
  ge: (a, b) => a >= b,
};

/** Operations on scalars by what stands behind the shape of floats. */
const scalarOperations: Readonly<Record<string, OperationName>> = {
  abs: "absolute",
  neg: "negate",
  sqrt: "squareRoot",
  ceil: "ceiling",
  floor: "floor",
  trunc: "truncateFloat",
  nearest: "nearest",
  add: "floatAdd",
  sub: "floatSubtract",
  mul: "floatMultiply",
  div: "floatDivide",
  min: "floatMinimum",
  max: "floatMaximum",
};

/** The rule of float lanes of a type by what stands behind the shape, or undefined. */
export function floatLaneRule(name: string, type: ValueTypeId): LaneRule | undefined {
  const compare = comparisons[name];
  const number = (bits: bigint) => floatOfBits(type, bits);
  if (compare !== undefined) return (a, b) => truth(compare(number(a), number(b)));
  if (name === "pmin") return (a, b) => (number(b) < number(a) ? b : a);
  if (name === "pmax") return (a, b) => (number(a) < number(b) ? b : a);
  const operation = scalarOperations[name];
  if (operation === undefined) return undefined;
  return (a, b) => evaluateFloat(operation, type, type, a, b) ?? 0n;
}
