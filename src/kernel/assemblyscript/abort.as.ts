// What code made by asc imports from `env` (contracts/guest-abi.ts).
import { putByte, putCodePoint, putDecimal, putText } from "../base/line.as";
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import { exit } from "../boot/exit.as";
import { beginMessage, endMessage } from "../console/message.as";
import { isAppRange } from "../memory/app-memory.as";
import { randomBits } from "../random/random.as";

/** 128 + SIGABRT. */
const abortExitStatus: u32 = 134;

const unitLimit: u32 = 200;

/** asc's `abort`: says where and why, and exits with 134. */
export function abort(message: u32, fileName: u32, line: u32, column: u32): void {
  beginMessage(text("abort: "));
  putString(message);
  putText(text(" at "));
  putString(fileName);
  putByte(0x3a);
  putDecimal(line);
  putByte(0x3a);
  putDecimal(column);
  endMessage();
  exit(abortExitStatus);
}

/** asc's `trace`: one line on standard error with up to five numbers. */
export function trace(
  message: u32, count: u32, first: f64, second: f64, third: f64, fourth: f64, fifth: f64,
): void {
  beginMessage(text("trace: "));
  putString(message);
  if (count > 0) putNumber(text(" "), first);
  if (count > 1) putNumber(text(", "), second);
  if (count > 2) putNumber(text(", "), third);
  if (count > 3) putNumber(text(", "), fourth);
  if (count > 4) putNumber(text(", "), fifth);
  endMessage();
}

/** asc's `seed`: a number for Math.random to start from. */
export function seed(): f64 {
  return <f64>(randomBits() >> 11);
}

/** Appends a UTF-16 string of the app as far as it is one; a null pointer is empty. */
function putString(pointer: u32): void {
  if (pointer < 4 || !isAppRange(pointer - 4, 4)) return;
  const lengthBytes = app.load32(pointer - 4);
  if (!isAppRange(pointer, lengthBytes)) return;
  const end = pointer + min(lengthBytes >> 1, unitLimit) * 2;
  while (pointer < end) {
    let code = app.load16(pointer);
    pointer += 2;
    if ((code & 0xfc00) == 0xd800 && pointer < end) {
      const low = app.load16(pointer);
      if ((low & 0xfc00) == 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        pointer += 2;
      }
    }
    putCodePoint(code);
  }
}

/** Appends a number: whole as it is, else rounded to six decimals. */
function putNumber(separator: usize, value: f64): void {
  putText(separator);
  if (value != value) {
    putText(text("NaN"));
    return;
  }
  if (value < 0) {
    putByte(0x2d);
    value = -value;
  }
  if (value >= 1e18) {
    putText(value == Infinity ? text("Infinity") : text("(more than 1e18)"));
    return;
  }
  let whole = <u64>value;
  let millionths = <u64>((value - <f64>whole) * 1e6 + 0.5);
  if (millionths >= 1_000_000) {
    whole++;
    millionths -= 1_000_000;
  }
  putDecimal(whole);
  if (millionths == 0) return;
  putByte(0x2e);
  for (let scale: u64 = 100_000; millionths != 0; scale /= 10) {
    putByte(0x30 + <u32>(millionths / scale));
    millionths %= scale;
  }
}
