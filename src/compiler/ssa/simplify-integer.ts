import { bitWidth, constantBits, isConstant } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type Value } from "./function.ts";
import { Operation, type OperationName, operationNames, type ValueTypeId } from "./operations.ts";
import { isBoolean } from "./simplify-compare.ts";
import { remainderOf, signedQuotient, unsignedQuotient } from "./simplify-division.ts";

/** An operation `a op constant` under simplification; `bits` is the constant. */
interface Case {
  readonly emitter: Emitter;
  readonly operation: number;
  readonly type: ValueTypeId;
  readonly a: Value;
  readonly b: Value;
  readonly bits: bigint;
}

type Rule = (matter: Case) => Value;

/** Simplifies an integer operation of two operands, not both constant; see `fold`. */
export function simplifyInteger(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
  b: Value,
): Value {
  if (a === b) return simplifySame(emitter, operation, type, a);
  const { fn } = emitter;
  if (operation === Operation.or) {
    const rotated = simplifyRotation(emitter, type, a, b);
    if (rotated !== none) return rotated;
  }
  if (!isConstant(fn, b)) return simplifyShiftAmount(emitter, operation, type, a, b);
  const name = operationNames[operation] as OperationName;
  const rule = rules[name];
  if (rule === undefined) return none;
  return rule({ emitter, operation, type, a, b, bits: constantBits(fn, b) });
}

function simplifySame(emitter: Emitter, operation: number, type: ValueTypeId, a: Value): Value {
  switch (operation) {
    case Operation.subtract:
    case Operation.xor:
      return emitter.bits(type, 0n);
    case Operation.and:
    case Operation.or:
      return a;
    default:
      return none;
  }
}

const shifts = new Set<number>([
  Operation.shiftLeft,
  Operation.shiftRightSigned,
  Operation.shiftRightUnsigned,
  Operation.rotateLeft,
  Operation.rotateRight,
]);

/** Shift amounts count modulo the width: a mask that keeps those bits does nothing. */
function simplifyShiftAmount(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
  b: Value,
): Value {
  const { fn } = emitter;
  if (!shifts.has(operation) || fn.operation[b] !== Operation.and) return none;
  const mask = fn.resolve(fn.b[b] as number);
  const needed = BigInt(bitWidth(type) - 1);
  if (!isConstant(fn, mask) || (constantBits(fn, mask) & needed) !== needed) return none;
  return emitter.operate(operation, type, a, fn.resolve(fn.a[b] as number));
}

/** `(x << n) | (x >>> (width - n))` rotates. */
function simplifyRotation(emitter: Emitter, type: ValueTypeId, a: Value, b: Value): Value {
  const { fn } = emitter;
  const [left, right] = fn.operation[a] === Operation.shiftLeft ? [a, b] : [b, a];
  if (fn.operation[left] !== Operation.shiftLeft) return none;
  if (fn.operation[right] !== Operation.shiftRightUnsigned) return none;
  const source = fn.resolve(fn.a[left] as Value);
  const amount = fn.resolve(fn.b[left] as Value);
  const rest = fn.resolve(fn.b[right] as Value);
  if (fn.resolve(fn.a[right] as Value) !== source) return none;
  if (!isConstant(fn, amount) || !isConstant(fn, rest)) return none;
  const isWhole = constantBits(fn, amount) + constantBits(fn, rest) === BigInt(bitWidth(type));
  return isWhole ? emitter.operate(Operation.rotateLeft, type, source, amount) : none;
}

const rules: Partial<Record<OperationName, Rule>> = {
  add: (matter) => (matter.bits === 0n ? matter.a : reassociate(matter)),
  subtract: subtractConstant,
  multiply: multiplyByConstant,
  divideSigned: (matter) => (matter.bits === 1n ? matter.a : signedQuotient(matter)),
  divideUnsigned: divideByConstant,
  remainderSigned: (matter) => {
    const { emitter, type, bits } = matter;
    const isUnit = bits === 1n || bits === allOnes(type);
    return isUnit ? emitter.bits(type, 0n) : remainderOf(matter, signedQuotient(matter));
  },
  remainderUnsigned: remainderByConstant,
  and: andConstant,
  or: (matter) => {
    if (matter.bits === 0n) return matter.a;
    return matter.bits === allOnes(matter.type) ? matter.b : reassociate(matter);
  },
  xor: (matter) => (matter.bits === 0n ? matter.a : reassociate(matter)),
  shiftLeft: shiftByConstant,
  shiftRightSigned: shiftByConstant,
  shiftRightUnsigned: shiftByConstant,
  rotateLeft: shiftByConstant,
  rotateRight: shiftByConstant,
};

function allOnes(type: ValueTypeId): bigint {
  return (1n << BigInt(bitWidth(type))) - 1n;
}

function exponentOf(bits: bigint): bigint | undefined {
  if (bits === 0n || (bits & (bits - 1n)) !== 0n) return undefined;
  return BigInt(bits.toString(2).length - 1);
}

/** `(x op c1) op c2` is `x op (c1 op c2)`. */
function reassociate({ emitter, operation, type, a, b }: Case): Value {
  const { fn } = emitter;
  if (fn.operation[a] !== operation) return none;
  const inner = fn.resolve(fn.b[a] as number);
  if (!isConstant(fn, inner)) return none;
  const combined = emitter.operate(operation, type, inner, b);
  return emitter.operate(operation, type, fn.resolve(fn.a[a] as number), combined);
}

function subtractConstant({ emitter, type, a, bits }: Case): Value {
  const negated = BigInt.asUintN(bitWidth(type), -bits);
  return emitter.operate(Operation.add, type, a, emitter.bits(type, negated));
}

function multiplyByConstant(matter: Case): Value {
  const { emitter, type, a, b, bits } = matter;
  if (bits === 0n) return b;
  const exponent = exponentOf(bits);
  if (exponent === undefined) return reassociate(matter);
  return emitter.operate(Operation.shiftLeft, type, a, emitter.bits(type, exponent));
}

function divideByConstant(matter: Case): Value {
  const { emitter, type, a, bits } = matter;
  const exponent = exponentOf(bits);
  if (exponent === undefined) return unsignedQuotient(matter);
  return emitter.operate(Operation.shiftRightUnsigned, type, a, emitter.bits(type, exponent));
}

function remainderByConstant(matter: Case): Value {
  const { emitter, type, a, bits } = matter;
  if (exponentOf(bits) === undefined) return remainderOf(matter, unsignedQuotient(matter));
  return emitter.operate(Operation.and, type, a, emitter.bits(type, bits - 1n));
}

function andConstant(matter: Case): Value {
  const { emitter, type, a, b, bits } = matter;
  if (bits === 0n) return b;
  if (bits === allOnes(type)) return a;
  if (bits === 1n && isBoolean(emitter.fn, a)) return a;
  return reassociate(matter);
}

function shiftByConstant({ emitter, operation, type, a, bits }: Case): Value {
  const amount = bits & BigInt(bitWidth(type) - 1);
  if (amount === 0n) return a;
  if (amount === bits) return none;
  return emitter.operate(operation, type, a, emitter.bits(type, amount));
}
