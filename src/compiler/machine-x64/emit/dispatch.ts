import type { MachineFunction } from "../../machine/machine-function.ts";
import { Pseudo } from "../pseudo-instructions.ts";

/** How long what fetches and decodes an interpreter's next instruction may be. */
const longestDispatch = 16;
/** With fewer cases, or less that comes back from them, a switch is not an interpreter's. */
const fewestCases = 8;
const fewestWays = 4;

/**
 * Whether a block that ends in a jump to another had better end with a copy of it: with what an
 * interpreter's loop begins each round with, up to a choice among many cases by a table. Each case
 * then jumps to the next from a place of its own. Registers are allocated by now, so that the copy is
 * the same instructions.
 */
export function isDispatch(code: MachineFunction, from: number, target: number): boolean {
  const start = code.blockStart[target] as number;
  const last = (code.blockStart[target + 1] as number) - 1;
  if (code.opcode[last] !== Pseudo.switch || last - start >= longestDispatch) return false;
  const depth = code.blockLoopDepth[target] as number;
  if (depth === 0 || (code.blockLoopDepth[from] as number) < depth) return false;
  const cases = (code.immediateLow[last] as number) - 1;
  const ways = (code.blockPredecessors[target] as number[]).length;
  return cases >= fewestCases && ways >= fewestWays;
}
