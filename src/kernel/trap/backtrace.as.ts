// The functions that were active at a trap, innermost first.
import * as config from "../base/config.as";
import {
  clearLine,
  lineLength,
  lineStart,
  putByte,
  putBytes,
  putDecimal,
  putHexadecimal,
  putText,
} from "../base/line.as";
import { text } from "../base/text.as";
import { writeError } from "../console/streams.as";
import { findFunction, frameBytesOf, functionName, functionStart } from "./program-map.as";

const frameLimit: u32 = 32;

/** Writes a line for each active function, up to a limit. */
export function writeBacktrace(programCounter: u64, stackPointer: u64): void {
  let record = findFunction(programCounter);
  writeFrame(record, programCounter);
  if (record == 0) return;
  let slot = returnSlot(record, programCounter, stackPointer);
  let count: u32 = 1;
  while (isOnStack(slot)) {
    const caller = load<u64>(<usize>slot);
    // The call may be a function's last instruction, so its own bytes decide whose it is.
    record = findFunction(caller - 1);
    if (record == 0) break;
    if (count < frameLimit) writeFrame(record, caller);
    count++;
    slot += 8 + <u64>frameBytesOf(record);
  }
  if (count > frameLimit) writeOmission(count - frameLimit);
}

/** Whether a return address may be loaded from here. */
export function isOnStack(slot: u64): bool {
  return (slot & 7) == 0 && slot >= <u64>config.stackLow && slot + 8 <= <u64>config.stackHigh;
}

/** Where the innermost function's return address lies; its prologue may be under way. */
function returnSlot(record: usize, programCounter: u64, stackPointer: u64): u64 {
  let pushed: u64 = 0;
  let pointer: usize = functionStart(record);
  while (<u64>pointer < programCounter) {
    const length = pushLength(pointer);
    if (length == 0) return stackPointer + frameBytesOf(record);
    pointer += length;
    pushed += 8;
  }
  return stackPointer + pushed;
}

/** Length of the `push register` at an address, 0 when there is none (Intel SDM, PUSH). */
function pushLength(pointer: usize): u32 {
  const hasPrefix = load<u8>(pointer) == 0x41;
  const opcode = load<u8>(pointer + <u32>hasPrefix);
  if ((opcode & 0xf8) != 0x50) return 0;
  return hasPrefix ? 2 : 1;
}

function writeFrame(record: usize, address: u64): void {
  clearLine();
  putText(text("    at "));
  const name: usize = functionName(record);
  if (name == 0) {
    putHexadecimal(address);
  } else {
    putBytes(name + 2, load<u16>(name));
    putByte(0x2b);
    putHexadecimal(address - functionStart(record));
  }
  endLine();
}

function writeOmission(count: u32): void {
  clearLine();
  putText(text("    ... "));
  putDecimal(count);
  putText(text(" more"));
  endLine();
}

function endLine(): void {
  putByte(10);
  writeError(lineStart(), lineLength());
}
