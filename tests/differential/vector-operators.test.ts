import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { compare } from "./compare.ts";
import { canRunSubject } from "./subject.ts";
import { vectorForms, vectorModule } from "./vector-operators.ts";

describe.skipIf(!canRunSubject)("vector instructions at edge values", () => {
  it.each(vectorForms)(
    "give V8's results: %s",
    async (form) => {
      const comparison = await compare(commandFromText(vectorModule(form)));
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBe(1);
    },
    60_000,
  );
});
