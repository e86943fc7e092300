import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dominatorChildren, dominatorsOf, loopsOf, reversePostorder } from "./control-flow.ts";
import { SsaFunction } from "./function.ts";
import { Operation, ValueType } from "./operations.ts";

/** A function whose blocks hold nothing but edges. */
function graph(successors: readonly (readonly number[])[]): SsaFunction {
  const fn = new SsaFunction("graph", { parameters: [], results: [] });
  for (const _ of successors) fn.createBlock();
  successors.forEach((targets, block) => {
    const edges = targets.map((to) => fn.createEdge(block, to));
    const operation = edges.length === 0 ? Operation.return : Operation.switch;
    const list = fn.createList(edges);
    fn.append(block, fn.create(operation, ValueType.none, -1, list, edges.length));
  });
  return fn;
}

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
