import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { compare } from "./compare.ts";
import { canRunSubject, codeModes } from "./subject.ts";

const folder = new URL("cases/", import.meta.url);
const cases = readdirSync(folder).filter((name) => name.endsWith(".wat"));

describe.skipIf(!canRunSubject).each(codeModes)("hand-written modules, %s", (_, code) => {
  it.each(cases)(
    "give V8's results: %s",
    async (name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      const comparison = await compare(commandFromText(text), code);
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBeGreaterThan(0);
    },
    60_000,
  );
});
