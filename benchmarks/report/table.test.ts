import { expect, test } from "vitest";
import { type Finding, skipped, verdictOf } from "./finding.ts";
import { tableLines } from "./table.ts";

const ratio: Finding = {
  area: "process",
  measure: "hello, against static C",
  value: 0.412,
  unit: "x",
  goal: 0.6,
  detail: "0.15 ms : 0.37 ms",
};
const size: Finding = {
  area: "process",
  measure: "image",
  value: 70_000,
  unit: "bytes",
  goal: 65_536,
  detail: "",
};

test("shows the ratio first, then the goal and the figures behind it", () => {
  expect(tableLines([ratio, size])).toEqual([
    "process: an image run directly",
    "  hello, against static C     0.41x  <= 0.60x     met     0.15 ms : 0.37 ms",
    "  image                    68.4 KiB  <= 64.0 KiB  MISSED",
  ]);
});

test("keeps the order of the areas and separates them", () => {
  const later: Finding = { ...size, area: "building" };
  const lines = tableLines([later, ratio]);
  expect(lines.findIndex((line) => line.startsWith("process"))).toBe(0);
  expect(lines.findIndex((line) => line.startsWith("building"))).toBe(3);
});

test("says what was skipped and why", () => {
  const lines = tableLines([skipped("qemu", "first byte", "needs QEMU")]);
  expect(lines[1]).toBe("  first byte  -      skipped: needs QEMU");
});

test("stays within 100 columns whatever a detail says", () => {
  const long = { ...ratio, detail: "because ".repeat(60) };
  expect(Math.max(...tableLines([long, size]).map((line) => line.length))).toBeLessThanOrEqual(100);
});

test.each([
  [1, 1, "met"],
  [1.01, 1, "missed"],
  [undefined, 1, undefined],
])("a value of %s with the goal %d: %s", (value, goal, verdict) => {
  const finding: Finding = { area: "process", measure: "", unit: "x", detail: "", value, goal };
  expect(verdictOf(finding)).toBe(verdict);
});

test("nobody can tell when the goal lies where the true value may lie", () => {
  expect(verdictOf({ ...ratio, range: { low: 0.3, high: 0.7 } })).toBe("unclear");
  expect(verdictOf({ ...ratio, range: { low: 0.3, high: 0.5 } })).toBe("met");
});

test("without a goal nothing is met or missed", () => {
  const { goal: _goal, ...information } = ratio;
  expect(verdictOf(information)).toBeUndefined();
});

test("knows goals that a value must reach", () => {
  const rate: Finding = { ...ratio, value: 0.74, goal: 0.5, isGoalLeast: true };
  expect(tableLines([rate])[1]).toContain("0.74x  >= 0.50x  met");
  expect(verdictOf({ ...rate, value: 0.4 })).toBe("missed");
  expect(verdictOf({ ...rate, range: { low: 0.4, high: 0.9 } })).toBe("unclear");
});
