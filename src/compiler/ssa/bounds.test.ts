import { describe, expect, it, test } from "vitest";
import { upperBounds } from "./bounds.ts";
import { parse } from "./parse.ts";

const largest = 2 ** 32 - 1;

/** The bound of v9 in a function of one block. */
function boundOf(definitions: string): number {
  const text = `function "f"(i32, i64) -> (i32) {
    block0(v0: i32, v1: i64):
      ${definitions}
      return(v0)
    }`;
  const fn = parse(text);
  const bounds = upperBounds(fn);
  const last = fn.instructionsOf(0).at(-2);
  return bounds[last ?? -1] ?? Number.NaN;
}

test.each([
  ["v2 = i32 constant -1", largest],
  ["v2 = i32 constant 255\nv9 = i32 and v0, v2", 255],
  ["v2 = i32 load.unsigned8.app v0\nv3 = i32 constant 3\nv9 = i32 shiftLeft v2, v3", 2040],
  ["v2 = i32 load.signed8.app v0", largest],
  ["v2 = i32 constant 30\nv9 = i32 shiftRightUnsigned v0, v2", 3],
  ["v2 = i32 constant 7\nv9 = i32 remainderUnsigned v0, v2", 7],
  ["v2 = i32 compare.equal v0, v0\nv3 = i32 constant 9\nv9 = i32 select v0, v2, v3", 9],
  ["v2 = i32 constant 255\nv3 = i32 and v0, v2\nv9 = i32 multiply v3, v3", 255 * 255],
  ["v2 = i64 constant 40\nv3 = i64 shiftRightUnsigned v1, v2\nv9 = i32 wrap v3", 2 ** 24 - 1],
])("a bound of %j is %d", (definitions, bound) => {
  expect(boundOf(definitions)).toBe(bound);
});

test.each([
  ["a sum that may wrap", "v2 = i32 constant 1\nv9 = i32 add v0, v2"],
  ["a shift that may lose bits", "v2 = i32 constant 1\nv9 = i32 shiftLeft v0, v2"],
  ["an i64 cut off", "v9 = i32 wrap v1"],
])("%s has no bound", (_, definitions) => {
  expect(boundOf(definitions)).toBe(largest);
});

/** A counter from `start` by `step`, and on what condition with `limit` the loop goes on. */
interface Counter {
  readonly start: number;
  readonly step: number;
  readonly limit: number;
  readonly condition?: string;
}

/** The bound of a number that starts at `start` and is raised by `step` in each round of a loop. */
function raised(start: number, step: number, counter: Counter): number {
  const fn = parse(`function "f"() -> (i32) {
    block0:
      v0 = i32 constant ${start}
      v1 = i32 constant ${counter.start | 0}
      v2 = i32 constant ${counter.step}
      v3 = i32 constant ${counter.limit}
      v4 = i32 constant ${step}
      jump block1(v1, v0)
    block1(v5: i32, v6: i32):
      v7 = i32 add v5, v2
      v8 = i32 add v6, v4
      v9 = i32 compare.${counter.condition ?? "notEqual"} v7, v3
      branch v9, block1(v7, v8), block2
    block2:
      return(v6)
    }`);
  return upperBounds(fn)[fn.parametersOf(1)[1] ?? -1] ?? Number.NaN;
}

describe("a number that a loop raises", () => {
  it("is bounded by the rounds until a counter arrives", () => {
    expect(raised(100, 8, { start: 0, step: 1, limit: 10 })).toBe(100 + 8 * 9);
    expect(raised(0, 1, { start: -20, step: 2, limit: 0 })).toBe(9);
    expect(raised(0, 4, { start: 5, step: -1, limit: 0 })).toBe(16);
  });

  it("is bounded by the rounds that a counter stays below a limit", () => {
    expect(raised(0, 1, { start: 0, step: 3, limit: 10, condition: "lessUnsigned" })).toBe(3);
    expect(raised(0, 1, { start: 20, step: 1, limit: 10, condition: "lessSigned" })).toBe(0);
  });

  it("has no bound where the counter passes by, or where the number would wrap", () => {
    expect(raised(0, 1, { start: 0, step: 3, limit: 10 })).toBe(largest);
    expect(raised(0, 1 << 30, { start: 0, step: 1, limit: 10 })).toBe(largest);
    expect(raised(5, -1, { start: 0, step: 1, limit: 10 })).toBe(largest);
  });

  it("has no bound where the counter may pass the largest signed number", () => {
    const top = 2 ** 31 - 1;
    expect(raised(0, 1, { start: top, step: 5, limit: 10, condition: "lessSigned" })).toBe(largest);
    expect(raised(0, 1, { start: 0, step: 1, limit: -1, condition: "lessSigned" })).toBe(largest);
    expect(raised(0, 1, { start: 0, step: 5, limit: -3, condition: "lessUnsigned" })).toBe(largest);
  });
});
