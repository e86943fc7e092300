// The app's buffers: lists of (u32 address, u32 length).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";

/** Checks the list, every buffer in it, their sum and the place for the result. */
export function checkVectors(list: u32, count: u32, result: u32): u32 {
  if (!isAppRange(list, <u64>count * 8) || !isAppRange(result, 4)) return errno.fault;
  let total: u64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const length = app.load32(list + index * 8 + 4);
    if (!isAppRange(app.load32(list + index * 8), length)) return errno.fault;
    total += length;
  }
  // The sum must fit the result (POSIX writev: SSIZE_MAX).
  return total > 0x7fff_ffff ? errno.invalid : errno.success;
}

/** Gives the app the bytes moved; a negated error number becomes the error. */
export function finishTransfer(outcome: i64, result: u32): u32 {
  if (outcome < 0) return <u32>-outcome;
  app.store32(result, <u32>outcome);
  return errno.success;
}
