import { constantBits, isConstant } from "./bits.ts";
import type { Emitter } from "./emitter.ts";
import { none, type Value } from "./function.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";
import { laneBits, laneOf, shapeOf } from "./vector-operations.ts";

/** Simplifies operations on vectors; see `fold`. */
export function simplifyVector(
  emitter: Emitter,
  operation: number,
  type: ValueTypeId,
  a: Value,
  aux: number,
): Value {
  const { fn } = emitter;
  if (operation === Operation.splat && isConstant(fn, a)) {
    const width = laneBits[shapeOf(aux)] as number;
    const half = repeated(constantBits(fn, a), width);
    const word = emitter.bits(ValueType.i64, half);
    return emitter.operate(Operation.pair, type, word, word);
  }
  if (operation === Operation.extractLane && fn.operation[a] === Operation.pair) {
    if (type !== ValueType.i64) return none;
    return fn.resolve((laneOf(aux) === 0 ? fn.a[a] : fn.b[a]) as Value);
  }
  return none;
}

/** A lane's bits, repeated to 64. */
function repeated(bits: bigint, width: number): bigint {
  let result = BigInt.asUintN(width, bits);
  for (let filled = width; filled < 64; filled *= 2) result |= result << BigInt(filled);
  return result;
}
