/** How often a block is taken to run for each run of the function, by the number of its loops. */
export function loopFrequency(depth: number): number {
  return 8 ** Math.min(depth, 10);
}
