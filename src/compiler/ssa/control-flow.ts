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

/** Computes dominators (Cooper, Harvey, Kennedy 2001, "A simple, fast dominance algorithm"). */
export function dominatorsOf(fn: SsaFunction): Dominators {
  const order = reversePostorder(fn);
  const positions = new Int32Array(fn.blockCount).fill(none);
  order.forEach((block, position) => {
    positions[block] = position;
  });
  const immediate = new Int32Array(fn.blockCount).fill(none);
  immediate[0] = 0;
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const block of order) {
      if (block === 0) continue;
      const closest = closestDominator(fn, block, immediate, positions);
      if (immediate[block] === closest) continue;
      immediate[block] = closest;
      isChanged = true;
    }
  }
  const intervals = numberTree(order, immediate);
  return {
    order,
    immediate,
    dominates: (dominator, block) =>
      (intervals.first[dominator] as number) <= (intervals.first[block] as number) &&
      (intervals.last[block] as number) <= (intervals.last[dominator] as number),
  };
}

function closestDominator(
  fn: SsaFunction,
  block: Block,
  immediate: Int32Array,
  positions: Int32Array,
): Block {
  let closest: Block = none;
  for (const edge of fn.predecessorsOf(block)) {
    const from = fn.edgeFrom[edge] as Block;
    if (immediate[from] === none) continue;
    closest = closest === none ? from : commonDominator(closest, from, immediate, positions);
  }
  return closest;
}

function commonDominator(
  first: Block,
  second: Block,
  immediate: Int32Array,
  positions: Int32Array,
): Block {
  let one = first;
  let other = second;
  while (one !== other) {
    if ((positions[one] as number) > (positions[other] as number)) one = immediate[one] as Block;
    else other = immediate[other] as Block;
  }
  return one;
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

/** How many loops each block stands in; a loop is what reaches a back edge from its target. */
export function loopDepths(fn: SsaFunction, dominators = dominatorsOf(fn)): Int32Array {
  const depths = new Int32Array(fn.blockCount);
  for (const header of dominators.order) {
    const latches = fn
      .predecessorsOf(header)
      .map((edge) => fn.edgeFrom[edge] as Block)
      .filter((from) => dominators.immediate[from] !== none && dominators.dominates(header, from));
    if (latches.length === 0) continue;
    for (const block of loopBody(fn, header, latches))
      depths[block] = (depths[block] as number) + 1;
  }
  return depths;
}

function loopBody(fn: SsaFunction, header: Block, latches: readonly Block[]): Set<Block> {
  const body = new Set<Block>([header]);
  const queue = [...latches];
  for (let block = queue.pop(); block !== undefined; block = queue.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    for (const edge of fn.predecessorsOf(block)) queue.push(fn.edgeFrom[edge] as Block);
  }
  return body;
}
