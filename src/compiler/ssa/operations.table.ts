/**
 * The operations of the SSA form, one row each.
 *
 * `operands` counts the value operands in columns a, b, c; `list` says that further operands stand
 * in the argument list. `effect` orders operations: "none" may be moved, merged or dropped freely;
 * "read" depends on memory; "trap" may only end the program; "write" changes something;
 * "end" closes a block. The type of an instruction is its result's; `aux` and `immediate` say what
 * those columns hold.
 */
interface OperationRow {
  readonly operands: 0 | 1 | 2 | 3;
  readonly effect: "none" | "read" | "trap" | "write" | "end";
  readonly list?: true;
  readonly commutative?: true;
  readonly aux?:
    | "condition"
    | "access"
    | "trap"
    | "index"
    | "intrinsic"
    | "space"
    | "vector"
    | "lane";
  readonly immediate?: "constant" | "offset" | "symbol";
}

const pure1 = { operands: 1, effect: "none" } as const;
const pure2 = { operands: 2, effect: "none" } as const;
const commutative = { operands: 2, effect: "none", commutative: true } as const;
const trapping1 = { operands: 1, effect: "trap" } as const;
const trapping2 = { operands: 2, effect: "trap" } as const;

/** The table: one row for each operation, in the order of their numbers. */
export const operationRows = {
  // Values that need no computing.
  constant: { operands: 0, effect: "none", immediate: "constant" },
  parameter: { operands: 0, effect: "none", aux: "index" }, // of a block
  symbolAddress: { operands: 0, effect: "none", immediate: "symbol" }, // type i32
  functionReference: { operands: 0, effect: "none", immediate: "symbol" }, // i64: signature, code
  result: { operands: 1, effect: "none", aux: "index" }, // the index-th (from 1) of a call

  // Integers, i32 and i64.
  add: commutative,
  subtract: pure2,
  multiply: commutative,
  multiplyHigh: commutative, // the upper half of the product of two unsigned i64
  divideSigned: trapping2,
  divideUnsigned: trapping2,
  remainderSigned: trapping2,
  remainderUnsigned: trapping2,
  and: commutative,
  or: commutative,
  xor: commutative,
  shiftLeft: pure2,
  shiftRightSigned: pure2,
  shiftRightUnsigned: pure2,
  rotateLeft: pure2,
  rotateRight: pure2,
  leadingZeros: pure1,
  trailingZeros: pure1,
  populationCount: pure1,
  signExtend8: pure1,
  signExtend16: pure1,
  signExtend32: pure1, // i64 from the low half of an i64
  extendSigned: pure1, // i64 from i32
  extendUnsigned: pure1, // i64 from i32
  wrap: pure1, // i32 from i64
  compare: { operands: 2, effect: "none", aux: "condition" }, // i32 from any two of one type
  select: { operands: 3, effect: "none" }, // a ? b : c, a an i32

  // Floating point, f32 and f64.
  floatAdd: commutative,
  floatSubtract: pure2,
  floatMultiply: commutative,
  floatDivide: pure2,
  floatMinimum: commutative,
  floatMaximum: commutative,
  copySign: pure2,
  absolute: pure1,
  negate: pure1,
  squareRoot: pure1,
  ceiling: pure1,
  floor: pure1,
  truncateFloat: pure1,
  nearest: pure1,
  truncateSigned: trapping1, // integer from float
  truncateUnsigned: trapping1,
  saturateSigned: pure1,
  saturateUnsigned: pure1,
  convertSigned: pure1, // float from integer
  convertUnsigned: pure1,
  demote: pure1,
  promote: pure1,
  reinterpret: pure1,

  // Vectors, v128. `aux` says what they compute (see vector-operations.ts), or shape and lane.
  pair: pure2, // from two i64, the low half first; of constants a constant
  splat: { operands: 1, effect: "none", aux: "lane" }, // every lane is the scalar
  extractLane: { operands: 1, effect: "none", aux: "lane" }, // narrow lanes are zero-extended
  replaceLane: { operands: 2, effect: "none", aux: "lane" }, // the lane of a becomes the scalar b
  shuffle: { operands: 3, effect: "none" }, // bytes of a (0-15) and b (16-31) by the constant c
  bitSelect: { operands: 3, effect: "none" }, // a where c has ones, b where it has zeroes
  vectorUnary: { operands: 1, effect: "none", aux: "vector" },
  vectorBinary: { operands: 2, effect: "none", aux: "vector" },
  vectorTernary: { operands: 3, effect: "none", aux: "vector" },
  vectorShift: { operands: 2, effect: "none", aux: "vector" }, // b: an i32
  vectorTest: { operands: 1, effect: "none", aux: "vector" }, // i32

  // Memory. Column `space` of the access says kernel or app; address is an i32.
  load: { operands: 1, effect: "read", aux: "access", immediate: "offset" },
  store: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  loadSymbol: { operands: 0, effect: "read", aux: "access", immediate: "symbol" },
  storeSymbol: { operands: 1, effect: "write", aux: "access", immediate: "symbol" },

  // Atomic memory: the value before; address, then operands (what is expected before what replaces it).
  atomicLoad: { operands: 1, effect: "write", aux: "access", immediate: "offset" },
  atomicStore: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicAdd: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicAnd: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicOr: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicXor: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicExchange: { operands: 2, effect: "write", aux: "access", immediate: "offset" },
  atomicCompareExchange: { operands: 3, effect: "write", aux: "access", immediate: "offset" },
  atomicFence: { operands: 0, effect: "write" },

  // Calls. The first result is the instruction itself, the others are `result`s; `aux` counts all.
  call: { operands: 0, effect: "write", list: true, immediate: "symbol" },
  callPointer: { operands: 1, effect: "write", list: true }, // a: code address, i32
  intrinsic: { operands: 0, effect: "write", list: true, aux: "intrinsic" },
  trapIf: { operands: 1, effect: "trap", aux: "trap" },

  // Ends of blocks.
  jump: { operands: 0, effect: "end" },
  branch: { operands: 1, effect: "end" }, // edges: taken when a is not 0, else
  switch: { operands: 1, effect: "end" }, // edges: case 0, 1, ..., default
  return: { operands: 0, effect: "end", list: true },
  unwind: { operands: 0, effect: "end" }, // edges: the call just before returns; it ends in an exception
  tailCall: { operands: 0, effect: "end", list: true, immediate: "symbol" }, // call and return
  tailCallPointer: { operands: 1, effect: "end", list: true }, // a: code address, i32
  trap: { operands: 0, effect: "end", aux: "trap" },
} as const satisfies Record<string, OperationRow>;

/** The name of one operation. */
export type OperationName = keyof typeof operationRows;
