import type { SsaFunction, Value } from "./function.ts";
import type { ValueTypeId } from "./operations.ts";

/** What simplification may ask for: constants, and other operations in place of the given one. */
export interface Emitter {
  readonly fn: SsaFunction;
  /** An i32 constant. */
  i32(value: number): Value;
  /** A constant by its bits, in one integer. */
  bits(type: ValueTypeId, bits: bigint): Value;
  /** The result of an operation without list and immediate, folded where possible. */
  operate(
    operation: number,
    type: ValueTypeId,
    a: Value,
    b?: Value,
    c?: Value,
    aux?: number,
  ): Value;
}
