import { reversePostorder } from "../control-flow.ts";
import { detachEdge, redirectEdges, removeUnreachableBlocks } from "../edges.ts";
import type { Block, Edge, SsaFunction, Value } from "../function.ts";
import { Operation } from "../operations.ts";
import { removeAliases } from "../remove-aliases.ts";
import { useCounts } from "../use-counts.ts";
import type { Pass } from "./pass.ts";

/**
 * Joins a block to the only one that leads to it, leads edges past blocks that only jump on, and
 * makes a jump of a branch whose ways are one.
 */
export const mergeBlocks: Pass = {
  name: "merge-blocks",
  run: (fn) => {
    threadJumps(fn);
    joinBranches(fn);
    joinBlocks(fn);
    removeAliases(fn);
    removeUnreachableBlocks(fn);
  },
};

/**
 * Leads the edges into blocks that only jump on straight to where those jump. Of a chain of such
 * blocks the last comes first, so that each edge is led elsewhere once.
 */
function threadJumps(fn: SsaFunction): void {
  const counts = useCounts(fn);
  for (const block of reversePostorder(fn).reverse()) {
    if (block === 0) continue;
    const onward = onwardEdge(fn, block, counts);
    if (onward === undefined) continue;
    const positions = new Map(fn.parametersOf(block).map((parameter, index) => [parameter, index]));
    const to = fn.edgeTo[onward] as Block;
    redirectEdges(fn, block, to, (edge) => {
      const given = fn.argumentsOf(edge);
      const values = fn.argumentsOf(onward).map((value) => {
        const index = positions.get(value);
        return index === undefined ? value : (given[index] as Value);
      });
      // Uses move from the arguments of `onward` to those of `edge`; counts only grow.
      for (const value of values) counts[value] = (counts[value] as number) + 1;
      return values;
    });
    detachEdge(fn, onward);
    fn.blockInstructions[block] = [fn.create(Operation.trap, 0)];
  }
}

/** The edge of a block that holds nothing but a jump elsewhere and whose parameters serve only it. */
function onwardEdge(fn: SsaFunction, block: Block, counts: Int32Array): Edge | undefined {
  if (fn.instructionsOf(block).length !== 1) return undefined;
  if (fn.operation[fn.terminatorOf(block)] !== Operation.jump) return undefined;
  const [edge] = fn.edgesOf(block);
  if (edge === undefined || fn.edgeTo[edge] === block) return undefined;
  if (isReturnedTo(fn, block)) return undefined;
  const parameters = fn.parametersOf(block);
  if (parameters.length === 0) return edge;
  const uses = new Map<Value, number>();
  for (const value of fn.argumentsOf(edge)) uses.set(value, (uses.get(value) ?? 0) + 1);
  const servesOnly = parameters.every(
    (parameter) => counts[parameter] === (uses.get(parameter) ?? 0),
  );
  return servesOnly ? edge : undefined;
}

/** Whether a call that may unwind returns here: its results arrive at the beginning of the block. */
function isReturnedTo(fn: SsaFunction, block: Block): boolean {
  const [edge] = fn.predecessorsOf(block);
  if (edge === undefined) return false;
  const from = fn.edgeFrom[edge] as Block;
  const unwinds = fn.operation[fn.terminatorOf(from)] === Operation.unwind;
  return unwinds && fn.edgesOf(from)[0] === edge;
}

function joinBranches(fn: SsaFunction): void {
  for (let block = 0; block < fn.blockCount; block++) {
    const terminator = fn.terminatorOf(block);
    const operation = fn.operation[terminator];
    if (operation !== Operation.branch && operation !== Operation.switch) continue;
    const [first, ...others] = fn.edgesOf(block);
    if (first === undefined || !others.every((edge) => areAlike(fn, first, edge))) continue;
    for (const edge of others) detachEdge(fn, edge);
    fn.operation[terminator] = Operation.jump;
    fn.a[terminator] = -1;
    fn.c[terminator] = 1;
  }
}

function areAlike(fn: SsaFunction, one: Edge, other: Edge): boolean {
  if (fn.edgeTo[one] !== fn.edgeTo[other]) return false;
  const values = fn.argumentsOf(other);
  return fn.argumentsOf(one).every((value, index) => value === values[index]);
}

/** Appends to each block those that it alone leads to by a jump. */
function joinBlocks(fn: SsaFunction): void {
  const isJoined = new Uint8Array(fn.blockCount);
  for (let block = 0; block < fn.blockCount; block++) {
    if (isJoined[block] === 1) continue;
    for (let next = soleSuccessor(fn, block); next !== undefined; ) {
      isJoined[next] = 1;
      join(fn, block, next);
      next = soleSuccessor(fn, block);
    }
  }
}

function soleSuccessor(fn: SsaFunction, block: Block): Block | undefined {
  if (fn.operation[fn.terminatorOf(block)] !== Operation.jump) return undefined;
  const next = fn.edgeTo[fn.edgesOf(block)[0] as Edge] as Block;
  return next !== 0 && next !== block && fn.predecessorsOf(next).length === 1 ? next : undefined;
}

function join(fn: SsaFunction, block: Block, next: Block): void {
  const [edge] = fn.edgesOf(block);
  const values = fn.argumentsOf(edge as Edge);
  fn.parametersOf(next).forEach((parameter, index) => {
    fn.alias[parameter] = fn.resolve(values[index] as Value);
  });
  fn.blockParameters[next] = [];
  detachEdge(fn, edge as Edge);
  for (const out of fn.edgesOf(next)) fn.edgeFrom[out] = block;
  const instructions = fn.instructionsOf(block);
  instructions.pop();
  for (const instruction of fn.instructionsOf(next)) instructions.push(instruction);
  fn.blockInstructions[next] = [fn.create(Operation.trap, 0)];
}
