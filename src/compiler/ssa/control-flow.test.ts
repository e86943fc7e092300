import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dominatorChildren, dominatorsOf, reversePostorder } from "./control-flow.ts";
import { graph } from "./graph.fixture.ts";

/** Blocks that can be reached from the entry without passing one of them. */
function reachableWithout(
  successors: readonly (readonly number[])[],
  avoided: number,
): Set<number> {
  const seen = new Set<number>();
  const queue = avoided === 0 ? [] : [0];
  for (let block = queue.pop(); block !== undefined; block = queue.pop()) {
    if (seen.has(block) || block === avoided) continue;
    seen.add(block);
    queue.push(...(successors[block] ?? []));
  }
  return seen;
}

describe("reversePostorder", () => {
  it("starts at the entry, keeps loops together and leaves out what is unreachable", () => {
    const fn = graph([[1], [2, 4], [3], [1], [], [4]]);
    expect(reversePostorder(fn)).toEqual([0, 1, 2, 3, 4]);
  });

  it("is deep enough for the deepest functions", () => {
    const count = 100_000;
    const chain = Array.from({ length: count }, (_, block) =>
      block + 1 < count ? [block + 1] : [],
    );
    expect(reversePostorder(graph(chain)).length).toBe(count);
  });
});

describe("dominatorsOf", () => {
  it("agrees with the definition on arbitrary graphs", () => {
    const shape = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(shape, (successors) => {
        const dominators = dominatorsOf(graph(successors));
        const reachable = reachableWithout(successors, -1);
        for (const dominator of reachable) {
          const others = reachableWithout(successors, dominator);
          for (const block of reachable) {
            expect(dominators.dominates(dominator, block)).toBe(!others.has(block));
          }
        }
      }),
    );
  });

  it("gives the tree in both directions", () => {
    const dominators = dominatorsOf(graph([[1, 2], [3], [3], [4], []]));
    expect([...dominators.immediate]).toEqual([0, 0, 0, 0, 3]);
    expect(dominatorChildren(dominators).map((children) => children.length)).toEqual([
      3, 0, 0, 1, 0,
    ]);
  });
});
