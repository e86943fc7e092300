import { dominatorsOf } from "./control-flow.ts";
import { type Block, none, type SsaFunction } from "./function.ts";

/** The loops of a function; a loop is what reaches a back edge from its target, the header. */
export interface Loops {
  /** The headers, those of outer loops before those of the loops in them. */
  readonly headers: readonly Block[];
  /** How many loops each block stands in. */
  readonly depths: Int32Array;
  /** The header of the innermost loop that each block stands in, or `none`. */
  readonly innermost: Int32Array;
  /** The header of the loop around the one of each header, or `none`. */
  readonly outer: Int32Array;
  /** Whether a loop, by its header, is another one or holds it; `none` stands for what is in none. */
  readonly contains: (outer: Block, inner: Block) => boolean;
  /** How many loops two blocks stand in together: how often an edge between them may be taken. */
  readonly commonDepth: (one: Block, other: Block) => number;
}

/** Whether a function may have loops: in whatever order blocks are numbered, one leads back then. */
export function hasLoop(fn: SsaFunction): boolean {
  return fn.blockPredecessors.some((edges, block) =>
    edges.some((edge) => (fn.edgeFrom[edge] as Block) >= block),
  );
}

/** Finds the loops. */
export function loopsOf(fn: SsaFunction, dominators = dominatorsOf(fn)): Loops {
  const depths = new Int32Array(fn.blockCount);
  const innermost = new Int32Array(fn.blockCount).fill(none);
  const outer = new Int32Array(fn.blockCount).fill(none);
  const headers: Block[] = [];
  for (const header of dominators.order) {
    const latches = fn
      .predecessorsOf(header)
      .map((edge) => fn.edgeFrom[edge] as Block)
      .filter((from) => dominators.immediate[from] !== none && dominators.dominates(header, from));
    if (latches.length === 0) continue;
    headers.push(header);
    outer[header] = innermost[header] as Block;
    for (const block of loopBody(fn, header, latches)) {
      depths[block] = (depths[block] as number) + 1;
      innermost[block] = header;
    }
  }
  const contains = (container: Block, inner: Block): boolean => {
    const depth = depths[container] as number;
    let header = inner;
    while (header !== none && (depths[header] as number) > depth) header = outer[header] as Block;
    return header === container;
  };
  const commonDepth = (one: Block, other: Block): number => {
    let first = innermost[one] as Block;
    let second = innermost[other] as Block;
    while (first !== second) {
      if (first === none || second === none) return 0;
      if ((depths[first] as number) >= (depths[second] as number)) first = outer[first] as Block;
      else second = outer[second] as Block;
    }
    return first === none ? 0 : (depths[first] as number);
  };
  return { headers, depths, innermost, outer, contains, commonDepth };
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

/**
 * Blocks in reverse postorder with each loop in one piece: what a loop leaves to stands behind it,
 * though the order alone may put it between two of the loop's blocks.
 */
export function keepLoopsWhole(order: readonly Block[], loops: Loops): Block[] {
  const { innermost, outer } = loops;
  const isHeader = new Set(loops.headers);
  /** What stands directly in each loop, in order: blocks, and headers for the loops within. */
  const members = new Map<Block, Block[]>([[none, []]]);
  for (const block of order) {
    if (isHeader.has(block)) {
      members.get(outer[block] as Block)?.push(block);
      members.set(block, []);
    } else members.get(innermost[block] as Block)?.push(block);
  }
  const whole: Block[] = [];
  const waiting = [...(members.get(none) ?? [])].reverse();
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    whole.push(block);
    for (const member of (members.get(block) ?? []).reverse()) waiting.push(member);
  }
  return whole;
}
