// The arguments, which are texts of the host's: 64-bit addresses of bytes that a NUL ends.
import * as mmio from "../kernel/base/machine/mmio.as";
import { text } from "../kernel/base/text.as";
import { linuxStringCount, linuxStringPlace } from "../kernel/platform/linux/arguments.as";
import { failAbout, startFailure } from "./failure.as";

const argumentList: u32 = 0;

/** How many there are, the program's own name included. */
export function argumentCount(): u32 {
  return linuxStringCount(argumentList);
}

/** Where one begins. */
export function argumentText(index: u32): u64 {
  return mmio.read64(argumentPlace(index));
}

/** Where its address stands, and behind it those of all that follow, and 0. */
export function argumentPlace(index: u32): u64 {
  return linuxStringPlace(argumentList, index);
}

/** Whether an argument is this `text("...")`. */
export function isArgument(index: u32, word: usize): bool {
  const start = argumentText(index);
  return beginsWith(start, word) && textLength(start) == wordLength(word);
}

/** Bytes of a text of the host's. */
export function textLength(start: u64): u32 {
  let length: u32 = 0;
  while (mmio.read8(start + length) != 0) length++;
  return length;
}

/** The number that an argument is, at most `limit`; ends the process where it is none. */
export function readNumber(index: u32, limit: u64): u64 {
  const start = argumentText(index);
  let value: u64 = 0;
  let at: u64 = 0;
  for (let byte = mmio.read8(start); byte != 0; byte = mmio.read8(start + at)) {
    if (byte - 0x30 > 9 || ++at > 18) failAbout(start, text("is no number"), startFailure);
    value = value * 10 + (byte - 0x30);
  }
  if (at == 0 || value > limit) failAbout(start, text("is out of range"), startFailure);
  return value;
}

/** Whether a text of the host's begins with this `text("...")`. */
export function beginsWith(start: u64, word: usize): bool {
  for (let byte = load<u8>(word); byte != 0; byte = load<u8>(++word)) {
    if (mmio.read8(start++) != byte) return false;
  }
  return true;
}

function wordLength(word: usize): u32 {
  let length: u32 = 0;
  while (load<u8>(word + length) != 0) length++;
  return length;
}
