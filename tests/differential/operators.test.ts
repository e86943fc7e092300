import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { compare } from "./compare.ts";
import { operatorForms, operatorModule } from "./operators.ts";
import { canRunSubject, codeModes } from "./subject.ts";

/** No operator touches memory. */
const modes = codeModes.filter(([, { memory }]) => memory === "reserved");

describe.skipIf(!canRunSubject).each(modes)("numeric operators at edge values, %s", (_, code) => {
  it.each(operatorForms)(
    "give V8's results: %s",
    async (form) => {
      const comparison = await compare(commandFromText(operatorModule(form)), code);
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBeGreaterThan(0);
    },
    60_000,
  );
});
