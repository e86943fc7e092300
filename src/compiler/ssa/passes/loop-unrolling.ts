import { BlockCopies } from "../block-copies.ts";
import { closeLoops } from "../close-loops.ts";
import { dominatorsOf } from "../control-flow.ts";
import { detachEdge } from "../edges.ts";
import type { Block, Edge, SsaFunction } from "../function.ts";
import { hasLoop, type Loops, loopsOf } from "../loops.ts";
import { Effect, effects, Operation } from "../operations.ts";
import type { Pass } from "./pass.ts";

/** How many rounds a loop's code holds at most. */
const maximumRounds = 4;
/** Instructions of all rounds together, at most, for each loop around them: those run oftener. */
const instructionsOfDepth = 48;
const maximumInstructions = 128;
const maximumBlocks = 4;
/** A loop that no other surrounds runs once a call: most of a C library's, which images would carry. */
const leastDepth = 2;

/**
 * Writes the rounds of small loops within others one behind the other, each with its own exits: jumps
 * and copies between registers then come once in several rounds, and what a round computed or
 * loaded already is known in the next.
 */
export const loopUnrolling: Pass = {
  name: "loop-unrolling",
  run: (fn) => {
    if (!hasLoop(fn)) return;
    const dominators = dominatorsOf(fn);
    const loops = loopsOf(fn, dominators);
    const bodies = smallLoops(fn, dominators.order, loops);
    if (bodies.size === 0) return;
    const closed = closeLoops(fn, dominators, loops, new Set(bodies.keys()));
    for (const [header, blocks] of bodies) {
      if (closed.has(header)) unroll(fn, blocks, roundsOf(fn, blocks, loops));
    }
  },
};

/** The blocks of the loops that are worth it, by header, which comes first. */
function smallLoops(fn: SsaFunction, order: readonly Block[], loops: Loops): Map<Block, Block[]> {
  const bodies = new Map<Block, Block[]>(loops.headers.map((header) => [header, []]));
  for (const header of loops.headers) bodies.delete(loops.outer[header] as Block);
  for (const block of order) bodies.get(loops.innermost[block] as Block)?.push(block);
  for (const [header, blocks] of bodies) {
    const isSmall = blocks.length <= maximumBlocks && roundsOf(fn, blocks, loops) > 1;
    if (!isSmall || !blocks.every((block) => isSimple(fn, block))) bodies.delete(header);
  }
  return bodies;
}

function roundsOf(fn: SsaFunction, blocks: readonly Block[], { depths }: Loops): number {
  const size = blocks.reduce((sum, block) => sum + fn.instructionsOf(block).length, 0);
  const depth = depths[blocks[0] as Block] as number;
  const affordable = Math.min(maximumInstructions, instructionsOfDepth * depth);
  return depth < leastDepth ? 1 : Math.min(maximumRounds, Math.floor(affordable / size));
}

/** Whether a block does nothing beside which a jump costs nothing, like a call. */
function isSimple(fn: SsaFunction, block: Block): boolean {
  return fn.instructionsOf(block).every((instruction) => {
    const operation = fn.operation[instruction] as number;
    if (effects[operation] === Effect.end) {
      return operation === Operation.jump || operation === Operation.branch;
    }
    if (effects[operation] !== Effect.write) return true;
    return operation === Operation.store || operation === Operation.storeSymbol;
  });
}

/** Copies a loop's blocks; the end of each round leads to the next copy, the last to the first. */
function unroll(fn: SsaFunction, blocks: readonly Block[], rounds: number): void {
  const header = blocks[0] as Block;
  const body = new Set(blocks);
  const isBack = (edge: Edge) => body.has(fn.edgeFrom[edge] as Block);
  const headers = [header];
  const backEdges = [fn.predecessorsOf(header).filter(isBack)];
  for (let round = 1; round < rounds; round++) {
    const copies = new BlockCopies(fn, fn);
    copies.copy(blocks, (edge, values, from) =>
      fn.createEdge(from, fn.edgeTo[edge] as Block, values),
    );
    const copy = copies.blocks.get(header) as Block;
    headers.push(copy);
    backEdges.push([...fn.predecessorsOf(copy)]);
  }
  backEdges.forEach((edges, round) => {
    const next = headers[(round + 1) % rounds] as Block;
    for (const edge of edges) {
      detachEdge(fn, edge);
      fn.edgeTo[edge] = next;
      fn.predecessorsOf(next).push(edge);
    }
  });
}
