import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { compare } from "./compare.ts";
import { operatorForms, operatorModule } from "./operators.ts";
import { canRunSubject } from "./subject.ts";

describe.skipIf(!canRunSubject)("numeric operators at edge values", () => {
  it.each(operatorForms)(
    "give V8's results: %s",
    async (form) => {
      const comparison = await compare(commandFromText(operatorModule(form)));
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBeGreaterThan(0);
    },
    60_000,
  );
});
