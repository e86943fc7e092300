import type { SsaFunction } from "./function.ts";
import { addressOffsets } from "./passes/address-offsets.ts";
import { boundsChecks } from "./passes/bounds-checks.ts";
import { deadCode } from "./passes/dead-code.ts";
import { loadForwarding } from "./passes/load-forwarding.ts";
import { loopInvariants } from "./passes/loop-invariants.ts";
import { loopUnrolling } from "./passes/loop-unrolling.ts";
import { mergeBlocks } from "./passes/merge-blocks.ts";
import type { Pass } from "./passes/pass.ts";
import { reassociation } from "./passes/reassociation.ts";
import { simplify } from "./passes/simplify.ts";
import { valueNumbering } from "./passes/value-numbering.ts";
import { verify } from "./verify.ts";

/** The passes in the order in which they run; some run twice. */
export const pipeline: readonly Pass[] = [
  simplify,
  mergeBlocks,
  valueNumbering,
  boundsChecks,
  loadForwarding,
  addressOffsets,
  loopInvariants,
  loopUnrolling,
  simplify,
  addressOffsets,
  deadCode,
  mergeBlocks,
  reassociation,
];

/** How to run the pipeline. */
export interface PipelineOptions {
  /** Names of passes to leave out, to find one that goes wrong. */
  readonly without?: readonly string[];
  /** Verify the function after each pass. */
  readonly isVerifying?: boolean;
  /** Told behind each pass. */
  readonly after?: (pass: Pass) => void;
}

/** Runs the passes over a valid function, in place. */
export function runPipeline(fn: SsaFunction, options: PipelineOptions = {}): void {
  for (const pass of pipeline) {
    if (options.without?.includes(pass.name) === true) continue;
    pass.run(fn);
    if (options.isVerifying === true) verify(fn);
    options.after?.(pass);
  }
}
