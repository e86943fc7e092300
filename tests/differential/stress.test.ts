import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { stressModule } from "./stress/stress-module.ts";
import { canRunSubject, codeModes } from "./subject.ts";

/** Any would do: the same in every run, so that a failure can be repeated. */
const firstSeed = 2_000_000;
const modules = 30;

describe.skipIf(!canRunSubject).each(codeModes)(
  "random modules with many live values, %s",
  (_, code) => {
    const seeds = Array.from({ length: modules }, (_unused, index) => firstSeed + index);
    it.each(seeds)(
      "give V8's results: seed %i",
      async (seed) => {
        const comparison = await compare(stressModule(seed), code);
        expect(comparison.differences).toEqual([]);
      },
      30_000,
    );
  },
);
