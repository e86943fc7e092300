import type { Block, SsaFunction } from "./function.ts";

/** The reachable blocks, each before those it dominates; loops stay together. */
export function reversePostorder(fn: SsaFunction): Block[] {
  const visited = new Uint8Array(fn.blockCount);
  const order: Block[] = [];
  const path: { block: Block; successors: Block[]; next: number }[] = [];
  const enter = (block: Block) => {
    visited[block] = 1;
    const successors = fn.edgesOf(block).map((edge) => fn.edgeTo[edge] as Block);
    path.push({ block, successors, next: successors.length - 1 });
  };
  enter(0);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    // The last successor is visited first, so that the first one comes next in the result.
    const successor = top.successors[top.next];
    if (successor === undefined) {
      order.push(top.block);
      path.pop();
    } else {
      top.next--;
      if (visited[successor] === 0) enter(successor);
    }
  }
  return order.reverse();
}

/** The immediate dominator of each block (Cooper, Harvey, Kennedy 2001), -1 if unreachable. */
export function immediateDominators(fn: SsaFunction, order: readonly Block[]): Int32Array {
  const position = new Int32Array(fn.blockCount).fill(-1);
  order.forEach((block, index) => {
    position[block] = index;
  });
  const dominators = new Int32Array(fn.blockCount).fill(-1);
  dominators[0] = 0;
  const meet = (first: Block, second: Block): Block => {
    let a = first;
    let b = second;
    while (a !== b) {
      while ((position[a] as number) > (position[b] as number)) a = dominators[a] as Block;
      while ((position[b] as number) > (position[a] as number)) b = dominators[b] as Block;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order.slice(1)) {
      let dominator = -1;
      for (const edge of fn.predecessorsOf(block)) {
        const from = fn.edgeFrom[edge] as Block;
        if (dominators[from] === -1) continue;
        dominator = dominator === -1 ? from : meet(dominator, from);
      }
      if (dominators[block] === dominator) continue;
      dominators[block] = dominator;
      changed = true;
    }
  }
  return dominators;
}

/** How many natural loops each block lies in. */
export function loopDepths(fn: SsaFunction): Int32Array {
  const order = reversePostorder(fn);
  const dominators = immediateDominators(fn, order);
  const depths = new Int32Array(fn.blockCount);
  for (const header of order) {
    const latches = fn
      .predecessorsOf(header)
      .map((edge) => fn.edgeFrom[edge] as Block)
      .filter((block) => dominators[block] !== -1 && dominates(dominators, header, block));
    if (latches.length === 0) continue;
    for (const block of loopBody(fn, header, latches)) {
      depths[block] = (depths[block] as number) + 1;
    }
  }
  return depths;
}

function dominates(dominators: Int32Array, dominator: Block, block: Block): boolean {
  let current = block;
  while (current !== dominator && current !== 0) current = dominators[current] as Block;
  return current === dominator;
}

function loopBody(fn: SsaFunction, header: Block, latches: readonly Block[]): Set<Block> {
  const body = new Set<Block>([header]);
  const waiting = [...latches];
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    for (const edge of fn.predecessorsOf(block)) waiting.push(fn.edgeFrom[edge] as Block);
  }
  return body;
}
