import type { ConditionName, OperationName } from "../ssa/operations.ts";

/** Integer instructions by what stands behind `i32.` or `i64.`. */
export const integerOperations: Readonly<Record<string, OperationName>> = {
  clz: "leadingZeros",
  ctz: "trailingZeros",
  popcnt: "populationCount",
  add: "add",
  sub: "subtract",
  mul: "multiply",
  div_s: "divideSigned",
  div_u: "divideUnsigned",
  rem_s: "remainderSigned",
  rem_u: "remainderUnsigned",
  and: "and",
  or: "or",
  xor: "xor",
  shl: "shiftLeft",
  shr_s: "shiftRightSigned",
  shr_u: "shiftRightUnsigned",
  rotl: "rotateLeft",
  rotr: "rotateRight",
  extend8_s: "signExtend8",
  extend16_s: "signExtend16",
  extend32_s: "signExtend32",
};

/** Float instructions by what stands behind `f32.` or `f64.`. */
export const floatOperations: Readonly<Record<string, OperationName>> = {
  abs: "absolute",
  neg: "negate",
  ceil: "ceiling",
  floor: "floor",
  trunc: "truncateFloat",
  nearest: "nearest",
  sqrt: "squareRoot",
  add: "floatAdd",
  sub: "floatSubtract",
  mul: "floatMultiply",
  div: "floatDivide",
  min: "floatMinimum",
  max: "floatMaximum",
  copysign: "copySign",
};

/** Conversions, without the type that they come from: `i64.trunc_f32_s` is `trunc_s`. */
export const conversions: Readonly<Record<string, OperationName>> = {
  wrap: "wrap",
  extend_s: "extendSigned",
  extend_u: "extendUnsigned",
  trunc_s: "truncateSigned",
  trunc_u: "truncateUnsigned",
  trunc_sat_s: "saturateSigned",
  trunc_sat_u: "saturateUnsigned",
  convert_s: "convertSigned",
  convert_u: "convertUnsigned",
  demote: "demote",
  promote: "promote",
  reinterpret: "reinterpret",
};

/** Comparisons of integers. */
export const integerConditions: Readonly<Record<string, ConditionName>> = {
  eq: "equal",
  ne: "notEqual",
  lt_s: "lessSigned",
  lt_u: "lessUnsigned",
  gt_s: "greaterSigned",
  gt_u: "greaterUnsigned",
  le_s: "lessEqualSigned",
  le_u: "lessEqualUnsigned",
  ge_s: "greaterEqualSigned",
  ge_u: "greaterEqualUnsigned",
};

/** Comparisons of floats. */
export const floatConditions: Readonly<Record<string, ConditionName>> = {
  eq: "floatEqual",
  ne: "floatNotEqual",
  lt: "floatLess",
  gt: "floatGreater",
  le: "floatLessEqual",
  ge: "floatGreaterEqual",
};
