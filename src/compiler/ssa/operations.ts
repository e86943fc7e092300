import { type OperationName, operationRows } from "./operations.table.ts";

export type { OperationName } from "./operations.table.ts";

/** Operation names in the order of their numbers. */
export const operationNames = Object.keys(operationRows) as readonly OperationName[];

/** The number of each operation, as it stands in a function's `operation` column. */
export const Operation = Object.fromEntries(operationNames.map((name, index) => [name, index])) as {
  readonly [name in OperationName]: number;
};

/** Effects in the order of their numbers; see the table. */
export const Effect = { none: 0, read: 1, trap: 2, write: 3, end: 4 } as const;

const rows = operationNames.map((name) => operationRows[name]);

/** How many of the columns a, b, c hold values, by operation. */
export const operandCounts = Uint8Array.from(rows, (row) => row.operands);

/** The effect of each operation, see `Effect`. */
export const effects = Uint8Array.from(rows, (row) => Effect[row.effect]);

/** 1 where further values stand in the argument list, by operation. */
export const hasArgumentList = Uint8Array.from(rows, (row) => ("list" in row ? 1 : 0));

/** 1 where an operation touches memory at its first operand plus an offset, by operation. */
export const isAddressed = Uint8Array.from(rows, (row) =>
  "aux" in row && row.aux === "access" && "immediate" in row && row.immediate === "offset" ? 1 : 0,
);

/** 1 where a and b may be exchanged, by operation. */
export const isCommutative = Uint8Array.from(rows, (row) => ("commutative" in row ? 1 : 0));

/** Conditions of `compare`: of integers, then of floats (a comparison with NaN is only `notEqual`). */
export const Condition = {
  equal: 0,
  notEqual: 1,
  lessSigned: 2,
  lessUnsigned: 3,
  greaterSigned: 4,
  greaterUnsigned: 5,
  lessEqualSigned: 6,
  lessEqualUnsigned: 7,
  greaterEqualSigned: 8,
  greaterEqualUnsigned: 9,
  floatEqual: 10,
  floatNotEqual: 11,
  floatLess: 12,
  floatGreater: 13,
  floatLessEqual: 14,
  floatGreaterEqual: 15,
} as const;

/** The name of one condition. */
export type ConditionName = keyof typeof Condition;

/** Value types; `none` is the type of an instruction without result. */
export const ValueType = { none: 0, i32: 1, i64: 2, f32: 3, f64: 4, v128: 5 } as const;

/** One of the numbers of `ValueType`. */
export type ValueTypeId = (typeof ValueType)[keyof typeof ValueType];

/** The memory that a load or store goes to; the app's memories after its first have the next numbers. */
export const Space = { kernel: 0, app: 1 } as const;

/**
 * How a load or store touches memory. In the `aux` column: `access | space << 4`. A load narrower
 * than its result extends with the sign or with zeroes; a store takes the low bytes.
 */
export const Access = {
  signed8: 0,
  unsigned8: 1,
  signed16: 2,
  unsigned16: 3,
  signed32: 4,
  unsigned32: 5,
  whole64: 6,
  float32: 7,
  float64: 8,
  whole128: 9,
  /** Loads into the low lane of a v128, all others zero. */
  zero32: 10,
  zero64: 11,
} as const;

/** Bytes touched by each access, by number. */
export const accessBytes = Uint8Array.of(1, 1, 2, 2, 4, 4, 8, 4, 8, 16, 4, 8);
