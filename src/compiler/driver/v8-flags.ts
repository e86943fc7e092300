import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 optimise the compiler's functions later, and inline less into them. In a process that
 * compiles one large module V8 spends nearly as much time on the compiler's own code as that runs,
 * and most of what it makes is hardly used. A process that goes on is as fast in the end.
 */
export function spareV8(): void {
  setFlagsFromString("--interrupt-budget=400000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=460");
}
