import fc from "fast-check";
import { expect, test } from "vitest";
import {
  estimate,
  geometricMean,
  median,
  pairedDifference,
  pairedRatio,
  quantile,
} from "./statistics.ts";

test.each([
  [[3], 3],
  [[1, 9, 2], 2],
  [[4, 1, 3, 2], 2.5],
])("the median of %j is %d", (values, middle) => {
  expect(median(values)).toBe(middle);
});

test("an empty series has no median", () => {
  expect(median([])).toBeNaN();
});

test("quantiles lie between the neighbours", () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([0, 1], 0.75)).toBe(0.75);
});

const times = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1 });

test("a median depends on the values only, not on their order", () => {
  fc.assert(
    fc.property(times, (values) => {
      expect(median(values.toReversed())).toBe(median(values));
      expect(median(values)).toBeGreaterThanOrEqual(Math.min(...values));
      expect(median(values)).toBeLessThanOrEqual(Math.max(...values));
    }),
  );
});

test("load that slows both of a pair leaves the ratio alone", () => {
  const quiet = [1, 1, 1, 1, 1];
  const load = [1, 5, 2, 9, 3];
  const values = quiet.map((value, round) => value * (load[round] ?? 1));
  const peers = quiet.map((value, round) => 2 * value * (load[round] ?? 1));
  expect(pairedRatio(values, peers)).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
});

test("differences are taken within each round", () => {
  expect(pairedDifference([11, 101, 51], [10, 100, 40]).value).toBe(1);
});

test("the more runs, the closer the interval around the median", () => {
  const spread = (count: number) => {
    const { low, high } = estimate(Array.from({ length: count }, (_, run) => run / count));
    return high - low;
  };
  expect(spread(3)).toBeGreaterThan(0.6);
  expect(spread(100)).toBeCloseTo(0.2);
  expect(spread(10_000)).toBeCloseTo(0.02);
});

test("a median lies within its interval", () => {
  fc.assert(
    fc.property(times, (values) => {
      const { value, low, high } = estimate(values);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }),
  );
});

test("a ratio and its inverse have the geometric mean 1", () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1);
  expect(geometricMean([2, 8])).toBeCloseTo(4);
});
