import { BlockCopies } from "./block-copies.ts";
import { reversePostorder } from "./control-flow.ts";
import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import { Effect, effects, Operation, ValueType } from "./operations.ts";
import { removeAliases } from "./remove-aliases.ts";

/** The function that a symbol stands for, if copies of it may stand where it is called. */
export type InlinableOf = (symbol: number) => SsaFunction | undefined;

/** Instructions, constants apart, of a function that calls nothing and is worth copying. */
const maximumInstructions = 16;
/** And of one that calls another: its copy takes no more room than the call of it did. */
const maximumAroundCall = 4;
/** How much longer one function may become: a module can hold millions of calls. */
const maximumGrowth = 32_768;

const unsuitable = new Set<number>([
  Operation.unwind,
  Operation.tailCall,
  Operation.tailCallPointer,
  Operation.trap,
]);

/**
 * Whether a function is so small that its copies pay. A trap is to tell where it was: what checks or
 * ends something by one keeps its frame, what only accesses memory does not.
 */
export function isInlinable(fn: SsaFunction): boolean {
  let instructions = 0;
  let calls = 0;
  for (let block = 0; block < fn.blockCount; block++) {
    for (const instruction of fn.instructionsOf(block)) {
      const operation = fn.operation[instruction] as number;
      if (unsuitable.has(operation) || effects[operation] === Effect.trap) return false;
      if (operation === Operation.call || operation === Operation.callPointer) calls++;
      if (operation !== Operation.constant) instructions++;
    }
  }
  if (calls > 1) return false;
  return instructions <= (calls === 0 ? maximumInstructions : maximumAroundCall);
}

/**
 * Puts copies of functions in the place of calls, but for calls whose exceptions are caught. What is
 * copied comes from where the call stood. Returns whether there was anything to do.
 */
export function inlineCalls(fn: SsaFunction, inlinableOf: InlinableOf): boolean {
  const { blockCount } = fn;
  const limit = fn.count + maximumGrowth;
  let isChanged = false;
  for (let block = 0; block < blockCount; block++) {
    const callees = calleesIn(fn, block, inlinableOf);
    if (callees.size === 0) continue;
    inlineInBlock(fn, block, callees, limit);
    isChanged = true;
  }
  if (isChanged) removeAliases(fn);
  return isChanged;
}

function calleesIn(fn: SsaFunction, block: Block, inlinableOf: InlinableOf) {
  const callees = new Map<Value, SsaFunction>();
  const isCaught = fn.operation[fn.terminatorOf(block)] === Operation.unwind;
  const instructions = fn.instructionsOf(block);
  instructions.forEach((instruction, index) => {
    if (fn.operation[instruction] !== Operation.call) return;
    if (isCaught && index === instructions.length - 2) return;
    const callee = inlinableOf(fn.low[instruction] as number);
    if (callee !== undefined) callees.set(instruction, callee);
  });
  return callees;
}

/** Cuts a block at the calls, and leads it through the copies, until there are so many instructions. */
function inlineInBlock(
  fn: SsaFunction,
  block: Block,
  callees: ReadonlyMap<Value, SsaFunction>,
  limit: number,
): void {
  const instructions = fn.instructionsOf(block);
  const leaving = fn.edgesOf(block);
  const results = new Map<Value, readonly Value[]>();
  fn.blockInstructions[block] = [];
  let at = block;
  for (const instruction of instructions) {
    const callee = callees.get(instruction);
    const isResult = fn.operation[instruction] === Operation.result;
    const returned = isResult ? results.get(fn.a[instruction] as Value) : undefined;
    if (callee !== undefined && fn.count < limit) {
      at = inlineCall(fn, at, instruction, callee);
      results.set(instruction, fn.parametersOf(at));
      fn.alias[instruction] = fn.parametersOf(at)[0] ?? instruction;
    } else if (returned !== undefined) {
      fn.alias[instruction] = returned[fn.aux[instruction] as number] as Value;
    } else {
      fn.append(at, instruction);
    }
  }
  for (const edge of leaving) fn.edgeFrom[edge] = at;
}

/** Goes from a block through a copy of a function; returns the block behind, its results as parameters. */
function inlineCall(fn: SsaFunction, from: Block, call: Value, callee: SsaFunction): Block {
  const firstCopy = fn.count;
  const order = reversePostorder(callee);
  const copies = new BlockCopies(callee, fn);
  copies.copy(order, (edge) => {
    throw new RangeError(`edge ${edge} leaves its function`);
  });
  const behind = fn.createBlock();
  callee.signature.results.forEach((type, index) => {
    const parameter = fn.create(Operation.parameter, type, none, none, none, index);
    fn.parametersOf(behind).push(parameter);
  });
  appendJump(fn, from, copies.blocks.get(0) as Block, fn.listOf(call));
  for (const copy of copies.blocks.values()) {
    const end = fn.terminatorOf(copy);
    if (fn.operation[end] !== Operation.return) continue;
    fn.instructionsOf(copy).pop();
    appendJump(fn, copy, behind, fn.listOf(end));
  }
  fn.origin.fill(fn.origin[call] as number, firstCopy, fn.count);
  return behind;
}

function appendJump(fn: SsaFunction, from: Block, to: Block, values: Value[]): void {
  const edges = fn.createList([fn.createEdge(from, to, values)]);
  fn.append(from, fn.create(Operation.jump, ValueType.none, none, edges, 1));
}
