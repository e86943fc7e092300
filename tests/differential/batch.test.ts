import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandFromBinary } from "./command.ts";
import { compare } from "./compare.ts";
import { canRunSubject, codeModes } from "./subject.ts";

const folder = new URL("batch/", import.meta.url);
const modules = readdirSync(folder).filter((name) => name.endsWith(".wasm"));

describe.skipIf(!canRunSubject).each(codeModes)("modules of Binaryen's fuzzer, %s", (_, code) => {
  it.each(modules)(
    "give V8's results: %s",
    async (name) => {
      const comparison = await compare(
        commandFromBinary(readFileSync(new URL(name, folder))),
        code,
      );
      expect(comparison.differences).toEqual([]);
      expect(comparison.runs).toBeGreaterThan(0);
    },
    30_000,
  );
});
