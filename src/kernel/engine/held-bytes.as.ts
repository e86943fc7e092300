// Bytes of JavaScript's that the kernel sends later: a token holds a buffer's value, or a text as
// UTF-8 by its address in the app's memory.
import { isAppRange } from "../memory/app-memory.as";
import {
  bufferStart,
  closeText,
  free,
  hold,
  isObject,
  openText,
  textLength,
  Value,
} from "./quickjs.as";

let length: u32 = 0;

/** Holds the bytes of a string or an ArrayBuffer; 0 when there are none to hold. */
export function holdBytes(value: Value): u64 {
  if (isObject(value)) {
    length = bufferStart(value) == 0 ? 0 : textLength();
    return hold(value);
  }
  const start = openText(value);
  length = start == 0 ? 0 : textLength();
  return start;
}

/** How many bytes `holdBytes` found last. */
export function heldLength(): u32 {
  return length;
}

/** Where held bytes are; 0 when so many are no longer there, because a program moved them on. */
export function heldStart(token: u64, wanted: u32): u32 {
  const isText = token >> 32 == 0;
  const start = isText ? <u32>token : bufferStart(token);
  if (!isText && (start == 0 || textLength() < wanted)) return 0;
  return isAppRange(start, wanted) ? start : 0;
}

/** Gives held bytes back. */
export function releaseToken(token: u64): void {
  if (token >> 32 == 0) closeText(<u32>token);
  else free(token);
}
