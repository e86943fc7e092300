import type { SsaFunction } from "./function.ts";

/** How often each value is used by the instructions and edges of all blocks. */
export function useCounts(fn: SsaFunction): Int32Array {
  const counts = new Int32Array(fn.count);
  const count = (value: number) => {
    counts[value] = (counts[value] as number) + 1;
  };
  for (let block = 0; block < fn.blockCount; block++) {
    const instructions = fn.instructionsOf(block);
    if (instructions.length === 0) continue;
    for (const instruction of instructions) fn.forEachOperand(instruction, count);
    for (const edge of fn.edgesOf(block)) fn.argumentsOf(edge).forEach(count);
  }
  return counts;
}
