import { bitWidth, isFloat, typeOf } from "./bits.ts";
import type { SsaFunction, Value } from "./function.ts";
import {
  Access,
  accessBytes,
  Condition,
  type OperationName,
  operandCounts,
  operationNames,
  ValueType,
  type ValueTypeId,
} from "./operations.ts";
import { laneCounts, laneOf, laneTypes, shapeOf } from "./vector-operations.ts";

const { none, i32, i64, f32, f64, v128 } = ValueType;

/** Types of the operands a, b, c of an instruction, and of its result. */
interface Types {
  readonly type: ValueTypeId;
  readonly a: ValueTypeId;
  readonly b: ValueTypeId;
  readonly c: ValueTypeId;
  readonly aux: number;
}

type Rule = (types: Types) => boolean;

const isInteger = (type: ValueTypeId) => type === i32 || type === i64;
const integer1: Rule = ({ type, a }) => isInteger(type) && a === type;
const integer2: Rule = ({ type, a, b }) => isInteger(type) && a === type && b === type;
const float1: Rule = ({ type, a }) => isFloat(type) && a === type;
const float2: Rule = ({ type, a, b }) => isFloat(type) && a === type && b === type;
const fromTo =
  (from: ValueTypeId, to: ValueTypeId): Rule =>
  ({ type, a }) =>
    a === from && type === to;
const floatToInteger: Rule = ({ type, a }) => isInteger(type) && isFloat(a);
const integerToFloat: Rule = ({ type, a }) => isFloat(type) && isInteger(a);
const nothing: Rule = ({ type }) => type === none;
const something: Rule = ({ type }) => type !== none;

const vector1: Rule = ({ type, a }) => type === v128 && a === v128;
const vector2: Rule = ({ type, a, b }) => type === v128 && a === v128 && b === v128;
const vector3: Rule = (types) => vector2(types) && types.c === v128;
const hasLane: Rule = ({ aux }) => laneOf(aux) < (laneCounts[shapeOf(aux)] ?? 0);
const scalarOf = (aux: number) => laneTypes[shapeOf(aux)];

const atomicUpdate: Rule = ({ type, a, b, aux }) =>
  a === i32 && b === type && fitsAccess(aux & 15, type);

const rules: { readonly [name in OperationName]: Rule } = {
  constant: something,
  parameter: something,
  symbolAddress: ({ type }) => type === i32,
  functionReference: ({ type }) => type === i64,
  result: something,
  add: integer2,
  subtract: integer2,
  multiply: integer2,
  multiplyHigh: (types) => types.type === i64 && integer2(types),
  divideSigned: integer2,
  divideUnsigned: integer2,
  remainderSigned: integer2,
  remainderUnsigned: integer2,
  and: integer2,
  or: integer2,
  xor: integer2,
  shiftLeft: integer2,
  shiftRightSigned: integer2,
  shiftRightUnsigned: integer2,
  rotateLeft: integer2,
  rotateRight: integer2,
  leadingZeros: integer1,
  trailingZeros: integer1,
  populationCount: integer1,
  signExtend8: integer1,
  signExtend16: integer1,
  signExtend32: fromTo(i64, i64),
  extendSigned: fromTo(i32, i64),
  extendUnsigned: fromTo(i32, i64),
  wrap: fromTo(i64, i32),
  compare: ({ type, a, b, aux }) =>
    type === i32 && a === b && a !== none && aux >= Condition.floatEqual === isFloat(a),
  select: ({ type, a, b, c }) => a === i32 && b === type && c === type && type !== none,
  floatAdd: float2,
  floatSubtract: float2,
  floatMultiply: float2,
  floatDivide: float2,
  floatMinimum: float2,
  floatMaximum: float2,
  copySign: float2,
  absolute: float1,
  negate: float1,
  squareRoot: float1,
  ceiling: float1,
  floor: float1,
  truncateFloat: float1,
  nearest: float1,
  truncateSigned: floatToInteger,
  truncateUnsigned: floatToInteger,
  saturateSigned: floatToInteger,
  saturateUnsigned: floatToInteger,
  convertSigned: integerToFloat,
  convertUnsigned: integerToFloat,
  demote: fromTo(f64, f32),
  promote: fromTo(f32, f64),
  reinterpret: ({ type, a }) => isFloat(type) !== isFloat(a) && bitWidth(type) === bitWidth(a),
  pair: ({ type, a, b }) => type === v128 && a === i64 && b === i64,
  splat: ({ type, a, aux }) => type === v128 && a === scalarOf(aux),
  extractLane: (types) => hasLane(types) && types.a === v128 && types.type === scalarOf(types.aux),
  replaceLane: (types) => hasLane(types) && vector1(types) && types.b === scalarOf(types.aux),
  shuffle: vector3,
  bitSelect: vector3,
  vectorUnary: vector1,
  vectorBinary: vector2,
  vectorTernary: vector3,
  vectorShift: ({ type, a, b }) => type === v128 && a === v128 && b === i32,
  vectorTest: fromTo(v128, i32),
  load: ({ type, a, aux }) => a === i32 && fitsAccess(aux & 15, type),
  store: ({ type, a, b, aux }) => type === none && a === i32 && fitsAccess(aux & 15, b),
  loadSymbol: ({ type, aux }) => fitsAccess(aux & 15, type),
  storeSymbol: ({ type, a, aux }) => type === none && fitsAccess(aux & 15, a),
  atomicLoad: ({ type, a, aux }) => a === i32 && fitsAccess(aux & 15, type),
  atomicStore: ({ type, a, b, aux }) => type === none && a === i32 && fitsAccess(aux & 15, b),
  atomicAdd: atomicUpdate,
  atomicAnd: atomicUpdate,
  atomicOr: atomicUpdate,
  atomicXor: atomicUpdate,
  atomicExchange: atomicUpdate,
  atomicCompareExchange: (types) => atomicUpdate(types) && types.c === types.type,
  atomicFence: nothing,
  call: () => true,
  callPointer: ({ a }) => a === i32,
  intrinsic: () => true,
  trapIf: ({ type, a }) => type === none && a === i32,
  jump: nothing,
  branch: ({ type, a }) => type === none && a === i32,
  switch: ({ type, a }) => type === none && a === i32,
  return: nothing,
  unwind: nothing,
  tailCall: nothing,
  tailCallPointer: ({ type, a }) => type === none && a === i32,
  trap: nothing,
};

/** Whether the types of an instruction and of its operands go together. */
export function obeysTypeRules(fn: SsaFunction, instruction: Value): boolean {
  const operation = fn.operation[instruction] as number;
  const name = operationNames[operation] as OperationName;
  const count = operandCounts[operation] as number;
  const operand = (column: Int32Array, position: number) =>
    position < count ? typeOf(fn, column[instruction] as number) : none;
  return rules[name]({
    type: typeOf(fn, instruction),
    a: operand(fn.a, 0),
    b: operand(fn.b, 1),
    c: operand(fn.c, 2),
    aux: fn.aux[instruction] as number,
  });
}

function fitsAccess(access: number, type: ValueTypeId): boolean {
  if (access === Access.float32) return type === f32;
  if (access === Access.float64) return type === f64;
  if (access >= Access.whole128) return type === v128;
  if (!isInteger(type)) return false;
  return (accessBytes[access] as number) * 8 <= bitWidth(type);
}
