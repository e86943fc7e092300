import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { stressModule } from "./stress/stress-module.ts";
import { canRunSubject } from "./subject.ts";

/** Any would do: the same in every run, so that a failure can be repeated. */
const firstSeed = 2_000_000;
const modules = 30;

describe.skipIf(!canRunSubject)("random modules with many live values", () => {
  const seeds = Array.from({ length: modules }, (_, index) => firstSeed + index);
  it.each(seeds)(
    "give V8's results: seed %i",
    async (seed) => {
      const comparison = await compare(stressModule(seed));
      expect(comparison.differences).toEqual([]);
    },
    30_000,
  );
});
