// The search for the function that catches an exception (contracts/exceptions.ts).
import { isOnStack } from "../trap/backtrace.as";
import { findFunction, frameBytesOf } from "../trap/program-map.as";
import { trap } from "../trap/trap.as";

/** The kind of trap that an exception becomes when nothing catches it (contracts/traps.ts). */
const uncaughtException: u32 = 12;

const markBytes: u32 = 0x801f0f;

/**
 * Where an exception that ends the function at a return address lands: the code in the high half,
 * the stack pointer there in the low one. Nobody restores registers: code that catches keeps
 * nothing in them. When nothing catches, it is a trap where the exception was thrown.
 */
export function unwind(returnAddress: u64, stackPointer: u64): u64 {
  let caller = returnAddress;
  let pointer = stackPointer;
  for (;;) {
    const record = findFunction(caller - 1);
    if (record == 0) break;
    const landing = landingAt(<usize>caller);
    if (landing != 0) return (<u64>landing << 32) | pointer;
    const slot = pointer + <u64>frameBytesOf(record);
    if (!isOnStack(slot)) break;
    caller = load<u64>(<usize>slot);
    pointer = slot + 8;
  }
  trap(uncaughtException, returnAddress - 1, stackPointer, 0);
  return 0;
}

/** The code to which the mark behind a call leads, 0 when there is none. */
function landingAt(address: usize): usize {
  if ((load<u32>(address) & 0xffffff) != markBytes) return 0;
  const distance = load<i32>(address, 3);
  return distance == 0 ? 0 : address + distance;
}
