// What JavaScript calls for an HTTP server (contracts/engine-interface.ts, by their numbers).
import { integerValue, Value } from "./quickjs.as";

const notImplemented: i32 = -52; // ENOSYS

/** Calls one of these functions; its arguments are read by `argument(list, index)`. */
export function callHttpFunction(_number: u32, _list: u32, _count: u32): Value {
  return integerValue(notImplemented);
}
