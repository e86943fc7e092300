// The texts of WebAssembly's traps (contracts/traps.ts).
import { text } from "../base/text.as";

/** An access outside the app's memory. */
export const memoryOutOfBounds: u32 = 4;

/** The native stack is used up. */
export const stackOverflow: u32 = 9;

/** A processor exception that no app can cause: a bug of ours. */
export const machineFault: u32 = 10;

/** The text of a kind of trap. */
export function trapMessage(kind: u32): usize {
  switch (kind) {
    case 0: return text("unreachable");
    case 1: return text("integer divide by zero");
    case 2: return text("integer overflow");
    case 3: return text("invalid conversion to integer");
    case 4: return text("out of bounds memory access");
    case 5: return text("out of bounds table access");
    case 6: return text("undefined element");
    case 7: return text("uninitialized element");
    case 8: return text("indirect call type mismatch");
    case 9: return text("call stack exhausted");
    case 11: return text("null exception reference");
    case 12: return text("uncaught exception");
    case 13: return text("unaligned atomic");
    case 14: return text("expected shared memory");
    case 15: return text("deadlock: the only thread waits for a notification");
    default: return text("unexpected processor exception");
  }
}
