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

const digitLimit: u32 = 15;
const digits = memory.data(16);

/** There is no such variable. */
export const notInherited: i32 = -1;

/** There is, but its value is no descriptor's number, as a line has said. */
export const malformedDescriptor: i32 = -2;

/** The descriptor that a variable names; `name` is text("..."). */
export function inheritedDescriptor(name: usize): i32 {
  const length = copySetting(name, digits, digitLimit);
  if (length <= 0) return length == tooLong ? malformedDescriptor : notInherited;
  let value: i32 = 0;
  for (let index = 0; index < length; index++) {
    const digit = load<u8>(digits + index) - 0x30;
    if (digit > 9 || value > 0xff_ffff) return reportMalformed(name);
    value = value * 10 + digit;
  }
  return value;
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
