import fc from "fast-check";
import { expect, test } from "vitest";
import { leastThatWorks } from "./least-memory.ts";

test("finds the least that works wherever it lies", async () => {
  const range = fc.integer({ min: 1, max: 500 });
  await fc.assert(
    fc.asyncProperty(range, async (least) => {
      expect(await leastThatWorks(1, 500, (value) => value >= least)).toBe(least);
    }),
  );
});

test("says when nothing works", async () => {
  expect(await leastThatWorks(1, 500, () => false)).toBeUndefined();
});
