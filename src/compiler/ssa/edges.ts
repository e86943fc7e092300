import { reversePostorder } from "./control-flow.ts";
import type { Block, Edge, SsaFunction, Value } from "./function.ts";

/** Takes an edge out of the predecessors of its target; the list of its source is the caller's. */
export function detachEdge(fn: SsaFunction, edge: Edge): void {
  const predecessors = fn.predecessorsOf(fn.edgeTo[edge] as Block);
  predecessors.splice(predecessors.indexOf(edge), 1);
}

/** Makes an edge lead to another block, with other arguments. */
export function redirectEdge(
  fn: SsaFunction,
  edge: Edge,
  to: Block,
  values: readonly Value[],
): void {
  detachEdge(fn, edge);
  fn.edgeTo[edge] = to;
  fn.edgeArguments[edge] = [...values];
  fn.predecessorsOf(to).push(edge);
}

/**
 * Drops the blocks that cannot be reached and numbers the others in reverse postorder. Returns
 * whether there were any to drop.
 */
export function removeUnreachableBlocks(fn: SsaFunction): boolean {
  const order = reversePostorder(fn);
  const isComplete = order.length === fn.blockCount;
  const numbers = new Map<Block, Block>(order.map((block, index) => [block, index]));
  const instructions = order.map((block) => fn.instructionsOf(block));
  const parameters = order.map((block) => fn.parametersOf(block));
  const predecessors = order.map((block) =>
    fn.predecessorsOf(block).filter((edge) => numbers.has(fn.edgeFrom[edge] as Block)),
  );
  for (const [index, block] of order.entries()) {
    for (const edge of fn.edgesOf(block)) {
      fn.edgeFrom[edge] = index;
      fn.edgeTo[edge] = numbers.get(fn.edgeTo[edge] as Block) as Block;
    }
  }
  fn.blockInstructions = instructions;
  fn.blockParameters = parameters;
  fn.blockPredecessors = predecessors;
  return !isComplete;
}
