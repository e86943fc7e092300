import type { Emitter } from "./emitter.ts";
import { none, type SsaFunction, type Value } from "./function.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";

/** Simplifies an operation with one operand that is not constant; see `fold`. */
export function simplifyConversion(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
): Value {
  const { fn } = emitter;
  switch (operation) {
    case Operation.wrap:
      return wrap(emitter, a);
    case Operation.extendUnsigned:
      return extendUnsigned(emitter, a);
    case Operation.reinterpret: {
      if (fn.operation[a] !== Operation.reinterpret) return none;
      const original = operandOf(fn, a);
      return fn.type[original] === type ? original : none;
    }
    case Operation.signExtend8:
    case Operation.signExtend16:
    case Operation.signExtend32:
      return fn.operation[a] === operation ? a : none;
    case Operation.absolute:
      return fn.operation[a] === operation ? a : none;
    case Operation.negate:
      return fn.operation[a] === operation ? operandOf(fn, a) : none;
    default:
      return none;
  }
}

function wrap(emitter: Emitter, a: Value): Value {
  const { fn } = emitter;
  const operation = fn.operation[a];
  if (operation === Operation.extendUnsigned || operation === Operation.extendSigned) {
    return operandOf(fn, a);
  }
  return none;
}

function extendUnsigned(emitter: Emitter, a: Value): Value {
  const { fn } = emitter;
  if (fn.operation[a] !== Operation.wrap) return none;
  const mask = emitter.bits(ValueType.i64, 0xffff_ffffn);
  return emitter.operate(Operation.and, ValueType.i64, operandOf(fn, a), mask);
}

function operandOf(fn: SsaFunction, value: Value): Value {
  return fn.resolve(fn.a[value] as number);
}
