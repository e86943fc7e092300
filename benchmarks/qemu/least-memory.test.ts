import fc from "fast-check";
import { expect, test } from "vitest";
import { leastThatWorks } from "./least-memory.ts";

test("finds the least that works wherever it lies", () => {
  const range = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(range, (least) => {
      expect(leastThatWorks(1, 500, (value) => value >= least)).toBe(least);
    }),
  );
});

test("says when nothing works", () => {
  expect(leastThatWorks(1, 500, () => false)).toBeUndefined();
});
