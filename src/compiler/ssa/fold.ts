import { bitWidth, constantBits, isConstant, isFloat, isNaNBits, typeOf } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { evaluate } from "./evaluate.ts";
import { none, type Value } from "./function.ts";
import {
  isCommutative,
  Operation,
  operandCounts,
  ValueType,
  type ValueTypeId,
} from "./operations.ts";
import { simplifyCompare, swappedConditions } from "./simplify-compare.ts";
import { simplifyConversion } from "./simplify-conversion.ts";
import { simplifyInteger } from "./simplify-integer.ts";
import { simplifySelect } from "./simplify-select.ts";
import { simplifyVector } from "./simplify-vector.ts";

/**
 * What an operation on resolved operands amounts to without being computed: a constant, one of its
 * operands, or a simpler operation that the emitter adds. `none` if it must be computed.
 */
export function fold(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
  b: Value,
  c: Value,
  aux: number,
): Value {
  if (operation === Operation.select) return simplifySelect(emitter, type, a, b, c);
  const { fn } = emitter;
  if (type === ValueType.v128 || typeOf(fn, a) === ValueType.v128) {
    return simplifyVector(emitter, operation, type, [a, b, c], aux);
  }
  const hasSecond = (operandCounts[operation] as number) > 1;
  const isFirstKnown = isConstant(fn, a);
  const isSecondKnown = hasSecond && isConstant(fn, b);
  if (isFirstKnown && (isSecondKnown || !hasSecond)) {
    return foldConstants(emitter, operation, type, a, hasSecond ? b : a, aux);
  }
  if (isFirstKnown && isCommutative[operation] === 1) {
    return emitter.operate(operation, type, b, a, c, aux);
  }
  if (operation === Operation.compare) {
    if (!isFirstKnown) return simplifyCompare(emitter, aux, a, b);
    return emitter.operate(operation, type, b, a, c, swappedConditions[aux]);
  }
  if (isFloat(type) || isFloat(typeOf(fn, a)))
    return simplifyConversion(emitter, operation, type, a);
  if (!hasSecond) return simplifyConversion(emitter, operation, type, a);
  return simplifyInteger(emitter, operation, type, a, b);
}

function foldConstants(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
  b: Value,
  aux: number,
): Value {
  const { fn } = emitter;
  const outcome = evaluate(
    operation,
    aux,
    typeOf(fn, a),
    type,
    constantBits(fn, a),
    constantBits(fn, b),
  );
  if (typeof outcome !== "bigint") return none;
  // Which NaN arithmetic makes is the processor's choice; only moving bits around is exact.
  if (isNaNBits(type, outcome) && !keepsPayload(operation)) return none;
  return emitter.bits(type, BigInt.asUintN(bitWidth(type), outcome));
}

function keepsPayload(operation: number): boolean {
  return (
    operation === Operation.reinterpret ||
    operation === Operation.negate ||
    operation === Operation.absolute ||
    operation === Operation.copySign
  );
}
