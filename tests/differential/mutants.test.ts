import { describe, expect, it } from "vitest";
import { mutant, mutationSources } from "./mutant.ts";
import { refusalOf } from "./refusal.ts";

/** Any would do: the same in every run, so that a failure can be repeated. */
const firstSeed = 1_000_000;
const seedsInTest = 40;
const tests = 5;

describe("modules with something wrong in them", () => {
  const sources = mutationSources();
  const firsts = Array.from({ length: tests }, (_, index) => firstSeed + index * seedsInTest);

  it.each(firsts)(
    "become images or are refused by name: 40 seeds from %i",
    async (first) => {
      for (let seed = first; seed < first + seedsInTest; seed++) {
        const refusal = await refusalOf(mutant(sources, seed));
        expect(refusal?.fault, `seed ${seed}`).toBeUndefined();
      }
    },
    60_000,
  );
});
