import { expect, test } from "vitest";
import { parseRuns } from "./runs.ts";

test("sorts the runs of each command in the order of the rounds", () => {
  const printed = "0 0 0 1500000\n1 3 0 2000000\n1 3 0 2500000\n0 0 0 1000000\n";
  expect(parseRuns(printed, "exit", [0, 3])).toEqual([
    [1.5, 1],
    [2, 2.5],
  ]);
});

test("takes the first byte's time where that is asked for", () => {
  expect(parseRuns("0 1 700000 9000000\n", "byte", [1])).toEqual([[0.7]]);
});

test.each([
  ["another status", "0 127 0 1\n", "ended with 127"],
  ["a signal", "0 -9 5 6\n", "ended with -9"],
  ["no output", "0 0 -1 6\n", "said nothing"],
])("refuses %s", (_what, printed, message) => {
  expect(() => parseRuns(printed, "byte", [0])).toThrow(message);
});
