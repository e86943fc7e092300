import { type Block, type Edge, none, type SsaFunction } from "./function.ts";

/** Blocks that can be reached, each before its successors except along back edges; entry first. */
export function reversePostorder(fn: SsaFunction): Block[] {
  const postorder: Block[] = [];
  const seen = new Uint8Array(fn.blockCount);
  const stack: { readonly block: Block; readonly edges: readonly Edge[]; next: number }[] = [];
  const visit = (block: Block) => {
    seen[block] = 1;
    const edges = fn.edgesOf(block);
    stack.push({ block, edges, next: edges.length - 1 });
  };
  visit(0);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const edge = top.edges[top.next--];
    if (edge === undefined) {
      postorder.push(top.block);
      stack.pop();
      continue;
    }
    const to = fn.edgeTo[edge] as Block;
    if (seen[to] === 0) visit(to);
  }
  return postorder.reverse();
}

/** Which blocks every way to a block leads through. */
export interface Dominators {
  /** The blocks that can be reached, in reverse postorder. */
  readonly order: readonly Block[];
  /** The closest dominator of each block; the entry's is itself, an unreachable block's `none`. */
  readonly immediate: Int32Array;
  /** Whether every way to `block` leads through `dominator` (a block dominates itself). */
  dominates(dominator: Block, block: Block): boolean;
}

/** Computes dominators. */
export function dominatorsOf(fn: SsaFunction): Dominators {
  const order = reversePostorder(fn);
  const immediate = immediateDominators(fn);
  const intervals = numberTree(order, immediate);
  return {
    order,
    immediate,
    dominates: (dominator, block) =>
      (intervals.first[dominator] as number) <= (intervals.first[block] as number) &&
      (intervals.last[block] as number) <= (intervals.last[dominator] as number),
  };
}

/**
 * The closest dominator of each block, by the algorithm "semi-NCA" (Georgiadis, Tarjan, Werneck 2006,
 * "Finding dominators in practice"): unlike the simple iterative one it stays near linear when
 * thousands of blocks stand within one another. Vertices are numbered in preorder.
 */
function immediateDominators(fn: SsaFunction): Int32Array {
  const { blocks, parents, numbers } = spanningTree(fn);
  const forest = new CompressedForest(parents);
  const { semidominators } = forest;
  for (let vertex = blocks.length - 1; vertex > 0; vertex--) {
    let lowest = parents[vertex] as number;
    for (const edge of fn.predecessorsOf(blocks[vertex] as Block)) {
      const from = numbers[fn.edgeFrom[edge] as Block] as number;
      if (from === none) continue;
      lowest = Math.min(lowest, semidominators[forest.lowestAbove(from, vertex)] as number);
    }
    semidominators[vertex] = lowest;
  }
  const closest = parents.slice();
  for (let vertex = 1; vertex < blocks.length; vertex++) {
    let candidate = closest[vertex] as number;
    while (candidate > (semidominators[vertex] as number)) candidate = closest[candidate] as number;
    closest[vertex] = candidate;
  }
  const immediate = new Int32Array(fn.blockCount).fill(none);
  blocks.forEach((block, vertex) => {
    immediate[block] = blocks[closest[vertex] as number] as Block;
  });
  return immediate;
}

/** The blocks that can be reached, in preorder, with their parents (the entry's is itself). */
function spanningTree(fn: SsaFunction) {
  const blocks: Block[] = [];
  const parents: number[] = [];
  const numbers = new Int32Array(fn.blockCount).fill(none);
  const waiting: { readonly block: Block; readonly parent: number }[] = [{ block: 0, parent: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (numbers[next.block] !== none) continue;
    const parent = blocks.length;
    numbers[next.block] = parent;
    blocks.push(next.block);
    parents.push(next.parent);
    for (const edge of fn.edgesOf(next.block)) {
      waiting.push({ block: fn.edgeTo[edge] as Block, parent });
    }
  }
  return { blocks, parents: Int32Array.from(parents), numbers };
}

/** A spanning tree whose vertices join a forest from the last on; paths shorten as they are walked. */
class CompressedForest {
  readonly semidominators: Int32Array;
  private readonly ancestors: Int32Array;
  /** The vertex with the lowest semidominator between a vertex and its ancestor. */
  private readonly labels: Int32Array;

  constructor(parents: Int32Array) {
    this.ancestors = parents.slice();
    this.labels = parents.map((_, vertex) => vertex);
    this.semidominators = this.labels.slice();
  }

  /** The vertex with the lowest semidominator from `start` up to the vertices that come after `last`. */
  lowestAbove(start: number, last: number): number {
    const { ancestors, labels, semidominators } = this;
    const path: number[] = [];
    let vertex = start;
    while ((ancestors[vertex] as number) > last) {
      path.push(vertex);
      vertex = ancestors[vertex] as number;
    }
    for (let above = vertex, at = path.pop(); at !== undefined; above = at, at = path.pop()) {
      const label = labels[above] as number;
      const own = labels[at] as number;
      if ((semidominators[label] as number) < (semidominators[own] as number)) labels[at] = label;
      ancestors[at] = ancestors[above] as number;
    }
    return labels[start] as number;
  }
}

/** Numbers the dominator tree so that a subtree's numbers stand between its root's two. */
function numberTree(order: readonly Block[], immediate: Int32Array) {
  const first = new Int32Array(immediate.length).fill(none);
  const last = new Int32Array(immediate.length).fill(none);
  const sizes = new Int32Array(immediate.length);
  for (const block of [...order].reverse()) {
    const size = (sizes[block] as number) + 1;
    sizes[block] = size;
    const parent = immediate[block] as Block;
    if (parent !== block) sizes[parent] = (sizes[parent] as number) + size;
  }
  const nextFree = new Int32Array(immediate.length);
  for (const block of order) {
    const parent = immediate[block] as Block;
    const start = parent === block ? 0 : (nextFree[parent] as number);
    first[block] = start;
    last[block] = start + (sizes[block] as number) - 1;
    nextFree[block] = start + 1;
    if (parent !== block) nextFree[parent] = start + (sizes[block] as number);
  }
  return { first, last };
}

/** The blocks that each block is the closest dominator of, in reverse postorder. */
export function dominatorChildren({ order, immediate }: Dominators): readonly (readonly Block[])[] {
  const children: Block[][] = Array.from(immediate, () => []);
  for (const block of order) {
    const parent = immediate[block] as Block;
    if (parent !== block) children[parent]?.push(block);
  }
  return children;
}
