// Descriptors that a process was handed, by variables that name them; before the seal.
import * as host from "../../base/machine/host.as";
import { putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { copySetting, tooLong } from "../../launch/setting.as";

const close = 3;
const fcntl = 72;
const dup3 = 292;

const setStatusFlags: u64 = 4; // F_SETFL
const nonBlocking: u64 = 0x800; // O_NONBLOCK
const closeOnExec: u64 = 0x8_0000;

const listLimitBytes: u32 = 31;
const list = memory.data(32);
const single = memory.data(4, 4);
const comma: u32 = 0x2c;

/** There is no such variable. */
export const notInherited: i32 = -1;

/** There is, but its value is not what it should be, as a line has said. */
export const malformedDescriptor: i32 = -2;

/** The descriptor that a variable names; `name` is text("..."). */
export function inheritedDescriptor(name: usize): i32 {
  const count = inheritedDescriptors(name, single, 1);
  return count < 0 ? count : load<i32>(single);
}

/**
 * Puts the descriptors that a variable names, with commas between them, at `target`, an i32 each;
 * how many there are, at most `limit`.
 */
export function inheritedDescriptors(name: usize, target: usize, limit: i32): i32 {
  const length = copySetting(name, list, listLimitBytes);
  if (length <= 0) return length == tooLong ? malformedDescriptor : notInherited;
  let count: i32 = 0;
  for (let place = list, end = list + length; place <= end; place++, count++) {
    const start = place;
    let value: i32 = 0;
    for (; place < end && load<u8>(place) != comma; place++) {
      const digit = load<u8>(place) - 0x30;
      if (digit > 9 || value > 0xff_ffff) return reportMalformed(name);
      value = value * 10 + digit;
    }
    if (place == start || count == limit) return reportMalformed(name);
    store<i32>(target + count * 4, value);
  }
  return count;
}

function reportMalformed(name: usize): i32 {
  beginMessage(name);
  putText(text(": is no descriptor's number"));
  endMessage();
  return malformedDescriptor;
}

/** Gives a descriptor the number by which the seal knows it; false when there is none. */
export function moveDescriptor(from: u64, to: u64): bool {
  if (host.setup(dup3, from, to, closeOnExec, 0, 0, 0) < 0) return false;
  host.setup(close, from, 0, 0, 0, 0, 0);
  return true;
}

/** Has a descriptor never wait. */
export function makeNonBlocking(descriptor: u64): void {
  host.setup(fcntl, descriptor, setStatusFlags, nonBlocking, 0, 0, 0);
}
