import { constantBits, isConstant } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type Value } from "./function.ts";
import { Condition, Operation, ValueType, type ValueTypeId } from "./operations.ts";
import { isBoolean, isZeroTest } from "./simplify-compare.ts";

/** Simplifies `a ? b : c`; see `fold`. */
export function simplifySelect(
  emitter: Emitter,
  type: ValueTypeId,
  a: Value,
  b: Value,
  c: Value,
): Value {
  const { fn } = emitter;
  if (isConstant(fn, a)) return fn.low[a] === 0 ? c : b;
  if (b === c) return b;
  if (isZeroTest(fn, a) && fn.type[fn.a[a] as number] === ValueType.i32) {
    const tested = fn.resolve(fn.a[a] as number);
    const isInverted = fn.aux[a] === Condition.equal;
    return emitter.operate(Operation.select, type, tested, isInverted ? c : b, isInverted ? b : c);
  }
  if (type !== ValueType.i32 || !isBoolean(fn, a)) return none;
  if (!isConstant(fn, b) || !isConstant(fn, c)) return none;
  const arms = [constantBits(fn, b), constantBits(fn, c)];
  if (arms[0] === 1n && arms[1] === 0n) return a;
  if (arms[0] !== 0n || arms[1] !== 1n) return none;
  return emitter.operate(Operation.compare, type, a, emitter.i32(0), none, Condition.equal);
}
