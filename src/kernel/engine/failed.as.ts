// What functions give that fail (contracts/engine-interface.ts).
import { integerValue, Value } from "./quickjs.as";

/** The value of a WASI error number. */
export function failed(error: u32): Value {
  return integerValue(-<i32>error);
}
