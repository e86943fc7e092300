import { describe, expect, it } from "vitest";
import { reversePostorder } from "./control-flow.ts";
import { graph } from "./graph.fixture.ts";
import { keepLoopsWhole, loopsOf } from "./loops.ts";

describe("loopsOf", () => {
  it("counts the loops around each block", () => {
    const fn = graph([[1], [2, 5], [3], [2, 4], [1], []]);
    expect([...loopsOf(fn).depths]).toEqual([0, 1, 2, 2, 1, 0]);
  });

  it("counts the loops around two blocks together", () => {
    // 1 holds the loops 2 to 3 and 4, which follow one another.
    const { depths, commonDepth } = loopsOf(graph([[1], [2, 6], [3], [2, 4], [4, 5], [1], []]));
    expect([...depths]).toEqual([0, 1, 2, 2, 2, 1, 0]);
    expect(commonDepth(2, 3)).toBe(2);
    expect(commonDepth(3, 4)).toBe(1);
    expect(commonDepth(4, 4)).toBe(2);
    expect(commonDepth(4, 1)).toBe(1);
    expect(commonDepth(2, 6)).toBe(0);
  });
});

describe("keepLoopsWhole", () => {
  it("puts what loops leave to behind their last blocks", () => {
    // 1 leaves to 2 before it goes on with 3; 4 is a loop within, which leaves both.
    const fn = graph([[1], [2, 3], [], [4, 1], [5, 4], []]);
    const order = reversePostorder(fn);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(keepLoopsWhole(order, loopsOf(fn))).toEqual([0, 1, 3, 2, 4, 5]);
  });

  it("keeps loops within loops whole too", () => {
    const fn = graph([[1], [6, 2], [3], [4, 5], [], [2, 1], []]);
    const whole = keepLoopsWhole(reversePostorder(fn), loopsOf(fn));
    expect(whole).toEqual([0, 1, 2, 3, 5, 6, 4]);
  });
});
