import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { compare } from "./compare.ts";
import { canRunSubject, codeModes } from "./subject.ts";
import { vectorForms, vectorModule } from "./vector-operators.ts";

const modes = codeModes.filter(([, { memory }]) => memory === "reserved");

describe.skipIf(!canRunSubject).each(modes)("vector instructions at edge values, %s", (_, code) => {
  it.each(vectorForms)(
    "give V8's results: %s",
    async (form) => {
      const comparison = await compare(commandFromText(vectorModule(form)), code);
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBe(1);
    },
    60_000,
  );
});
