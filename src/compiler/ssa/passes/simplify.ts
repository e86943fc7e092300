import { isConstant } from "../bits.ts";
import { Builder, branchTest } from "../builder.ts";
import { reversePostorder } from "../control-flow.ts";
import { detachEdge, removeUnreachableBlocks } from "../edges.ts";
import { fold } from "../fold.ts";
import { type Block, type Edge, none, type SsaFunction, type Value } from "../function.ts";
import { Effect, effects, hasArgumentList, Operation, ValueType } from "../operations.ts";
import { removeAliases, resolveOperands } from "../remove-aliases.ts";
import type { Pass } from "./pass.ts";

/**
 * Folds again what later knowledge allows: operations whose operands have become constant, branches
 * on constants, parameters that always get one value; drops what can then no longer be reached.
 */
export const simplify: Pass = {
  name: "simplify",
  run: (fn) => {
    for (let isChanged = true; isChanged; ) {
      removeConstantParameters(fn);
      isChanged = new Simplifier(fn).run();
      if (removeUnreachableBlocks(fn)) isChanged = true;
    }
  },
};

class Simplifier {
  private readonly fn: SsaFunction;
  private readonly builder: Builder;
  private isBranchDecided = false;

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.builder = new Builder(fn);
  }

  /** Returns whether a branch was decided, which may make parameters constant. */
  run(): boolean {
    const { builder, fn } = this;
    for (const block of reversePostorder(fn)) this.simplifyBlock(block);
    builder.finish();
    removeAliases(fn);
    return this.isBranchDecided;
  }

  private simplifyBlock(block: Block): void {
    const { builder, fn } = this;
    const instructions = builder.rebuild(block);
    const edges = outgoingEdges(fn, instructions);
    for (const instruction of instructions) {
      resolveOperands(fn, instruction);
      this.simplifyInstruction(instruction, edges);
      if (!builder.isReachable) return;
    }
  }

  private simplifyInstruction(instruction: Value, edges: readonly Edge[]): void {
    const { builder, fn } = this;
    const operation = fn.operation[instruction] as number;
    fn.currentOrigin = fn.origin[instruction] as number;
    if (operation === Operation.branch) this.simplifyBranch(instruction, edges);
    else if (operation === Operation.switch) this.simplifySwitch(instruction, edges);
    else if (operation === Operation.trapIf) this.simplifyTrapIf(instruction, edges);
    else {
      const known = isFoldable(operation) ? this.foldAgain(instruction) : none;
      if (known === none || known === instruction) builder.append(instruction);
      else fn.alias[instruction] = known;
    }
  }

  private foldAgain(instruction: Value): Value {
    const { builder, fn } = this;
    return fold(
      builder,
      fn.operation[instruction] as number,
      builder.typeOf(instruction),
      fn.a[instruction] as Value,
      fn.b[instruction] as Value,
      fn.c[instruction] as Value,
      fn.aux[instruction] as number,
    );
  }

  private simplifyBranch(instruction: Value, edges: readonly Edge[]): void {
    const { builder, fn } = this;
    const [then, otherwise] = edges as readonly [Edge, Edge];
    const condition = fn.a[instruction] as Value;
    if (isConstant(fn, condition)) {
      this.keepOnly(fn.low[condition] === 0 ? otherwise : then, edges);
      return;
    }
    const test = branchTest(fn, condition);
    if (test.isInverted) {
      const start = fn.b[instruction] as number;
      fn.lists[start] = otherwise;
      fn.lists[start + 1] = then;
    }
    fn.a[instruction] = test.condition;
    builder.append(instruction);
  }

  private simplifySwitch(instruction: Value, edges: readonly Edge[]): void {
    const { builder, fn } = this;
    const index = fn.a[instruction] as Value;
    if (!isConstant(fn, index)) {
      builder.append(instruction);
      return;
    }
    const taken = Math.min((fn.low[index] as number) >>> 0, edges.length - 1);
    this.keepOnly(edges[taken] as Edge, edges);
  }

  private keepOnly(kept: Edge, edges: readonly Edge[]): void {
    const { builder, fn } = this;
    for (const edge of edges) if (edge !== kept) detachEdge(fn, edge);
    builder.emitWithList(Operation.jump, ValueType.none, [kept]);
    this.isBranchDecided = true;
  }

  private simplifyTrapIf(instruction: Value, edges: readonly Edge[]): void {
    const { builder, fn } = this;
    const condition = fn.a[instruction] as Value;
    if (!isConstant(fn, condition)) {
      const test = branchTest(fn, condition);
      if (!test.isInverted) fn.a[instruction] = test.condition;
      builder.append(instruction);
    } else if (fn.low[condition] !== 0) {
      for (const edge of edges) detachEdge(fn, edge);
      builder.trap(fn.aux[instruction] as number);
      this.isBranchDecided = true;
    }
  }
}

/** The edges that leave a block with these instructions. */
function outgoingEdges(fn: SsaFunction, instructions: readonly Value[]): readonly Edge[] {
  const last = instructions[instructions.length - 1] as Value;
  return hasArgumentList[fn.operation[last] as number] === 1 ? [] : fn.listOf(last);
}

const unfoldable = new Set<number>([
  Operation.constant,
  Operation.parameter,
  Operation.symbolAddress,
  Operation.functionReference,
  Operation.result,
]);

function isFoldable(operation: number): boolean {
  if (hasArgumentList[operation] === 1 || unfoldable.has(operation)) return false;
  const effect = effects[operation];
  return effect === Effect.none || effect === Effect.trap;
}

/** Gives parameters that get the same value on every edge that value as an alias. */
function removeConstantParameters(fn: SsaFunction): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (let block = 1; block < fn.blockCount; block++) {
      fn.parametersOf(block).forEach((parameter, index) => {
        const value = onlyArgument(fn, block, parameter, index);
        if (value === none || fn.alias[parameter] !== parameter) return;
        fn.alias[parameter] = value;
        isChanged = true;
      });
    }
    if (isChanged) removeAliases(fn);
  }
}

function onlyArgument(fn: SsaFunction, block: Block, parameter: Value, index: number): Value {
  let only = none;
  for (const edge of fn.predecessorsOf(block)) {
    const value = fn.resolve(fn.argumentsOf(edge)[index] as Value);
    if (value === parameter || value === only) continue;
    if (only !== none) return none;
    only = value;
  }
  return only;
}
