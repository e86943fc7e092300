import { createHash } from "node:crypto";

/** What the generator makes one module of. */
export interface ModuleRecipe {
  readonly random: Uint8Array;
  readonly passes: readonly string[];
}

const smallestBytes = 1_000;
const largestBytes = 25_000;

/** Passes that give code another shape than the fuzzer's own. */
const shapes: readonly (readonly string[])[] = [
  [],
  ["-O1"],
  [],
  ["--flatten", "--simplify-locals-notee-nostructure"],
  ["--rse", "--coalesce-locals", "--merge-blocks"],
];

/** The recipe of one module: the same for the same seed and number. */
export function moduleRecipe(seed: number, number: number): ModuleRecipe {
  const choice = bytesOf(`${seed}.${number}.choice`, 4);
  const [first = 0, second = 0, third = 0] = choice;
  // Squared, so that small modules, which find faults at the least cost, are the most frequent.
  const share = ((first * 256 + second) / 65_536) ** 2;
  const length = Math.round(smallestBytes + share * (largestBytes - smallestBytes));
  return {
    random: bytesOf(`${seed}.${number}`, length),
    passes: shapes[third % shapes.length] ?? [],
  };
}

function bytesOf(text: string, outputLength: number): Uint8Array {
  return createHash("shake256", { outputLength }).update(text).digest();
}
