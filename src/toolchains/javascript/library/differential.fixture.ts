/**
 * Runs the same cases in Node, whose own implementation is the peer that is trusted, and in the
 * engine, and compares what they give.
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Cases } from "./cases.fixture.ts";
import { runCases } from "./cases.fixture.ts";
import { runInEngine } from "./engine-run.fixture.ts";

/** Declares a test for each case of a suite, which lies beside the test. */
export async function compareWithNode(suite: URL): Promise<void> {
  const file = fileURLToPath(suite);
  const { cases } = (await import(file)) as { readonly cases: Cases };
  const { reports, errors } = await runInEngine(file);
  const found = new Map(reports as [string, unknown][]);
  const expected = await runCases(cases);
  describe(`${basename(file, ".suite.ts")} in the engine and in Node`, () => {
    it("writes no errors", () => expect(errors).toBe(""));
    it.each(expected)("%s", (name, result) => expect(found.get(name)).toEqual(result));
  });
}
