import type { SsaFunction } from "../ssa/function.ts";
import { removeAliases } from "../ssa/remove-aliases.ts";
import { invalid, UnsupportedError, withDecodeErrors } from "../wasm/errors.ts";
import type { Module } from "../wasm/module.ts";
import type { LoweringEnvironment } from "./environment.ts";
import { FunctionLowering } from "./function-lowering.ts";
import { handlers } from "./handlers.ts";
import { LocalTracker } from "./local-tracker.ts";

/**
 * Values that one function may become. Loops within loops, each with thousands of locals, need as many
 * as their product, of which a small module can ask for more than any memory holds.
 */
const valueLimit = 3_000_000;

/**
 * Lowers one function of a valid module to SSA: locals are values, what constants show to be
 * unreachable is left out, blocks take no parameter that always stands for one value. Instructions
 * come from (`origin`) places in the module's bytes. Throws an
 * `UnsupportedError` for features that are not compiled yet.
 */
export function lowerFunction(
  module: Module,
  functionIndex: number,
  environment: LoweringEnvironment,
): SsaFunction {
  return withDecodeErrors(() => {
    const lowering = new FunctionLowering(module, functionIndex, environment);
    lowerBody(lowering, environment.trackedLocals(functionIndex));
    lowerEnd(lowering);
    lowering.builder.finish();
    removeAliases(lowering.fn);
    return lowering.fn;
  });
}

function lowerBody(lowering: FunctionLowering, tracked: ReadonlySet<number>): void {
  const { builder, frames, reader } = lowering;
  const tracker = tracked.size === 0 ? undefined : new LocalTracker(lowering, tracked);
  while (frames.length > 0) {
    if (builder.isReachable) reader.next();
    else {
      reader.skipBlock();
      lowering.unwindTo(lowering.frame);
    }
    lowering.fn.currentOrigin = reader.offset;
    const handler = handlers[reader.opcode];
    if (handler === undefined) throw invalid(reader.offset, "unexpected opcode");
    handler(lowering);
    tracker?.follow();
    if (lowering.fn.count > valueLimit) {
      const feature = `more than ${valueLimit} values in one function`;
      throw new UnsupportedError(feature, reader.offset, lowering.fn.name);
    }
  }
}

function lowerEnd(lowering: FunctionLowering): void {
  const { builder, reader } = lowering;
  if (!reader.atEnd) throw invalid(reader.offset, "instructions behind the end of the function");
  const { results } = lowering.fn.signature;
  if (builder.isReachable) builder.return(lowering.popMany(results.length));
}
