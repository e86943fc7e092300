import { type Block, none } from "../ssa/function.ts";
import type { ValueTypeId } from "../ssa/operations.ts";
import type { Frame, FunctionLowering } from "./function-lowering.ts";
import { valueTypeOf } from "./types.ts";

interface BlockTypes {
  readonly parameterTypes: readonly ValueTypeId[];
  readonly resultTypes: readonly ValueTypeId[];
}

/** The SSA types of the block that the current instruction opens. */
export function blockTypes({ reader }: FunctionLowering): BlockTypes {
  return {
    parameterTypes: reader.blockType.parameters.map(valueTypeOf),
    resultTypes: reader.blockType.results.map(valueTypeOf),
  };
}

/** Opens a frame that branches leave forwards; its parameters stay on the stack. */
export function openForward(
  lowering: FunctionLowering,
  kind: "block" | "if" | "try",
  { parameterTypes, resultTypes }: BlockTypes,
  otherwise: Block = none,
): Frame {
  const values = lowering.popMany(parameterTypes.length);
  const frame = lowering.openFrame({
    kind,
    branchTypes: resultTypes,
    resultTypes,
    target: none,
    otherwise: otherwise === none ? undefined : { block: otherwise, values },
  });
  for (const value of values) lowering.push(value);
  return frame;
}

/** Ends a way through a frame: goes on behind it with its results. */
export function leaveForward(lowering: FunctionLowering, frame: Frame): void {
  const results = lowering.popMany(frame.resultTypes.length);
  lowering.builder.jump(lowering.targetOf(frame), results);
}

/** Goes on behind a frame that is closed, with its results. */
export function leaveFrame(lowering: FunctionLowering, frame: Frame): void {
  const { builder, fn } = lowering;
  if (frame.target === none) {
    if (!builder.isReachable) lowering.unwindTo(frame);
    return;
  }
  if (builder.isReachable) leaveForward(lowering, frame);
  lowering.unwindTo(frame);
  lowering.enterSealed(frame.target);
  for (const parameter of fn.parametersOf(frame.target)) lowering.push(parameter);
}
