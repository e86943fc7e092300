import { constantBits, isConstant, typeOf } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type SsaFunction, type Value } from "./function.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";
import { evaluateVector } from "./vector-evaluation.ts";
import { laneOf, vectorNames } from "./vector-operations.ts";

/** Simplifies operations on vectors; see `fold`. */
export function simplifyVector(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  operands: readonly Value[],
  aux: number,
): Value {
  const { fn } = emitter;
  const [a = none] = operands;
  if (operation === Operation.extractLane && type === ValueType.i64) {
    if (fn.operation[a] === Operation.pair) return halfOf(fn, a, laneOf(aux));
  }
  if (operation === Operation.pair || !operands.every((value) => isKnown(fn, value))) return none;
  if (isFloatArithmetic(operation, aux)) return none;
  const [first = 0n, second = 0n, third = 0n] = operands.map((value) => bitsOf(fn, value));
  const bits = evaluateVector(operation, aux, first, second, third);
  if (bits === undefined) return none;
  if (type !== ValueType.v128) return emitter.bits(type, bits);
  const low = emitter.bits(ValueType.i64, BigInt.asUintN(64, bits));
  const high = emitter.bits(ValueType.i64, bits >> 64n);
  return emitter.operate(Operation.pair, type, low, high);
}

function halfOf(fn: SsaFunction, pair: Value, half: number): Value {
  return fn.resolve((half === 0 ? fn.a[pair] : fn.b[pair]) as Value);
}

function isKnown(fn: SsaFunction, value: Value): boolean {
  if (value === none || isConstant(fn, value)) return true;
  if (fn.operation[value] !== Operation.pair) return false;
  return [0, 1].every((half) => isConstant(fn, halfOf(fn, value, half)));
}

function bitsOf(fn: SsaFunction, value: Value): bigint {
  if (value === none) return 0n;
  if (typeOf(fn, value) !== ValueType.v128) return constantBits(fn, value);
  const [low = 0n, high = 0n] = [0, 1].map((half) => constantBits(fn, halfOf(fn, value, half)));
  return low | (high << 64n);
}

/** Which NaN arithmetic makes is the processor's choice; only moving bits around is exact. */
function isFloatArithmetic(operation: number, aux: number): boolean {
  // How often a product and a sum are rounded is, too.
  if (operation === Operation.vectorTernary) return true;
  if (operation !== Operation.vectorUnary && operation !== Operation.vectorBinary) return false;
  return vectorNames[aux]?.startsWith("f") === true;
}
