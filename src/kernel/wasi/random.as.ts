// WASI: random_get.
import * as errno from "../base/errno.as";
import { isAppRange } from "../memory/app-memory.as";
import { randomFill } from "../random/random.as";

/** WASI random_get: fills a buffer with bytes fit for keys. */
export function random_get(buffer: u32, length: u32): u32 {
  return isAppRange(buffer, length) ? randomFill(buffer, length) : errno.fault;
}
