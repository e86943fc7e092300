import { reversePostorder } from "./control-flow.ts";
import type { Block, Edge, SsaFunction, Value } from "./function.ts";

/** Takes an edge out of the predecessors of its target; the list of its source is the caller's. */
export function detachEdge(fn: SsaFunction, edge: Edge): void {
  const predecessors = fn.predecessorsOf(fn.edgeTo[edge] as Block);
  // From the end: edges that passes lead elsewhere are found where they were added last.
  predecessors.splice(predecessors.lastIndexOf(edge), 1);
}

/** Makes all edges to a block lead to another one, with the arguments that `valuesOf` gives. */
export function redirectEdges(
  fn: SsaFunction,
  from: Block,
  to: Block,
  valuesOf: (edge: Edge) => Value[],
): void {
  const edges = fn.predecessorsOf(from).splice(0);
  for (const edge of edges) {
    fn.edgeArguments[edge] = valuesOf(edge);
    fn.edgeTo[edge] = to;
    fn.predecessorsOf(to).push(edge);
  }
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
