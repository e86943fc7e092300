import { isConstant } from "../ssa/bits.ts";
import type { Block, Value } from "../ssa/function.ts";
import { isNeverZero } from "../ssa/simplify-compare.ts";
import { Opcode } from "../wasm/opcodes.ts";
import { leaveTry } from "./exceptions.ts";
import { blockTypes, leaveForward, leaveFrame, openForward } from "./frames.ts";
import type { Frame, FunctionLowering, Handler } from "./function-lowering.ts";

function lowerBlock(lowering: FunctionLowering): void {
  openForward(lowering, "block", blockTypes(lowering));
}

function lowerLoop(lowering: FunctionLowering): void {
  const { builder, fn } = lowering;
  const { parameterTypes, resultTypes } = blockTypes(lowering);
  const header = lowering.createBlock(parameterTypes);
  builder.jump(header, lowering.popMany(parameterTypes.length));
  lowering.openFrame({
    kind: "loop",
    branchTypes: parameterTypes,
    resultTypes,
    target: header,
    otherwise: undefined,
  });
  builder.continueAt(header);
  for (const parameter of fn.parametersOf(header)) lowering.push(parameter);
}

/** Whether to branch: constant where one way is never taken, so that nothing of it is lowered. */
function popCondition(lowering: FunctionLowering): Value {
  const { builder, fn } = lowering;
  const condition = lowering.pop();
  return isNeverZero(fn, condition) ? builder.i32(1) : condition;
}

function lowerIf(lowering: FunctionLowering): void {
  const { builder, fn, reader } = lowering;
  const types = blockTypes(lowering);
  const condition = popCondition(lowering);
  if (!isConstant(fn, condition)) {
    const then = lowering.createBlock();
    const otherwise = lowering.createBlock();
    builder.branch(condition, then, otherwise);
    openForward(lowering, "if", types, otherwise);
    lowering.enterSealed(then);
    return;
  }
  if (fn.low[condition] === 0) {
    reader.skipBlock();
    if (reader.opcode === Opcode.end) return;
  }
  openForward(lowering, "block", types);
}

/** `else` of an `if`; of one whose condition is known, what follows cannot be reached. */
function lowerElse(lowering: FunctionLowering): void {
  const { builder, frame } = lowering;
  if (builder.isReachable) leaveForward(lowering, frame);
  lowering.unwindTo(frame);
  const { otherwise } = frame;
  if (otherwise === undefined) return;
  frame.otherwise = undefined;
  lowering.enterSealed(otherwise.block);
  for (const value of otherwise.values) lowering.push(value);
}

function lowerEnd(lowering: FunctionLowering): void {
  const { frame } = lowering;
  if (frame.otherwise !== undefined) lowerElse(lowering); // an `if` without `else`
  lowering.frames.pop();
  if (frame.kind === "loop") {
    lowering.variables.seal(frame.target);
    return;
  }
  leaveTry(lowering, frame);
  leaveFrame(lowering, frame);
}

/** Branches to a frame that is open, with the values on the stack. */
function branchTo(lowering: FunctionLowering, frame: Frame): void {
  const values = lowering.popMany(frame.branchTypes.length);
  lowering.builder.jump(lowering.targetOf(frame), values);
}

function lowerBr(lowering: FunctionLowering): void {
  branchTo(lowering, lowering.frameAt(lowering.reader.index));
}

function lowerBrIf(lowering: FunctionLowering): void {
  const { builder, fn } = lowering;
  const frame = lowering.frameAt(lowering.reader.index);
  const condition = popCondition(lowering);
  if (isConstant(fn, condition)) {
    if (fn.low[condition] !== 0) branchTo(lowering, frame);
    return;
  }
  const values = lowering.peekMany(frame.branchTypes.length);
  const next = lowering.createBlock();
  builder.branch(condition, lowering.targetOf(frame), next, values);
  lowering.enterSealed(next);
}

function lowerBrTable(lowering: FunctionLowering): void {
  const { builder, fn, reader } = lowering;
  const { labels } = reader;
  const index = lowering.pop();
  const last = labels.length - 1;
  if (isConstant(fn, index)) {
    const label = Math.min((fn.low[index] as number) >>> 0, last);
    branchTo(lowering, lowering.frameAt(labels[label] as number));
    return;
  }
  const frames = labels.map((label) => lowering.frameAt(label));
  const values = lowering.popMany(lowering.frameAt(labels[last] as number).branchTypes.length);
  const targets = frames.map((frame) => lowering.targetOf(frame));
  if (last === 0) builder.jump(targets[0] as Block, values);
  else builder.switch(index, targets, values);
}

function lowerReturn(lowering: FunctionLowering): void {
  lowering.builder.return(lowering.popMany(lowering.fn.signature.results.length));
}

function lowerUnreachable(lowering: FunctionLowering): void {
  lowering.trapAlways("unreachable");
}

/** Blocks and branches. */
export const controlHandlers = {
  unreachable: lowerUnreachable,
  nop: () => undefined,
  block: lowerBlock,
  loop: lowerLoop,
  if: lowerIf,
  else: lowerElse,
  end: lowerEnd,
  br: lowerBr,
  br_if: lowerBrIf,
  br_table: lowerBrTable,
  return: lowerReturn,
} satisfies Record<string, Handler>;
