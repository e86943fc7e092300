import { lowerFunction } from "../lower-wasm/lower-function.ts";
import type { SsaFunction } from "../ssa/function.ts";
import { inlineCalls, isInlinable } from "../ssa/inlining.ts";
import { loopUnrolling } from "../ssa/passes/loop-unrolling.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import type { UnitEnvironment } from "./environment.ts";

/** Longer bodies become more instructions than are inlined; nobody needs to lower them to know. */
const maximumBodyBytes = 128;

const inliningOf = new WeakMap<UnitEnvironment, Inlining>();

/**
 * Puts copies of a unit's small functions in the place of calls. Only of the unit's own: then a
 * function's code depends on nothing but its module, by which objects are kept.
 */
export function inlineSmallFunctions(fn: SsaFunction, environment: UnitEnvironment): void {
  let inlining = inliningOf.get(environment);
  if (inlining === undefined) {
    inlining = new Inlining(environment);
    inliningOf.set(environment, inlining);
  }
  inlining.inlineInto(fn);
}

/** The small functions of a unit, each lowered and improved once. */
class Inlining {
  /** By index; undefined for a function that is not inlined, or whose turn it is. */
  private readonly known = new Map<number, SsaFunction | undefined>();

  constructor(private readonly environment: UnitEnvironment) {}

  inlineInto(fn: SsaFunction): boolean {
    return inlineCalls(fn, (symbol) => {
      const index = this.environment.ownFunction(symbol);
      return index === undefined ? undefined : this.inlinable(index);
    });
  }

  private inlinable(index: number): SsaFunction | undefined {
    const { known } = this;
    if (known.has(index)) return known.get(index);
    // What calls itself, be it by way of others, is not copied into itself.
    known.set(index, undefined);
    const fn = this.lowered(index);
    known.set(index, fn);
    return fn;
  }

  private lowered(index: number): SsaFunction | undefined {
    const { module } = this.environment.unit;
    const { body } = module.functions[index] ?? {};
    if (body === undefined || body.end - body.start > maximumBodyBytes) return undefined;
    const fn = lowerFunction(module, index, this.environment);
    this.inlineInto(fn);
    runPipeline(fn, { without: [loopUnrolling.name] });
    return isInlinable(fn) ? fn : undefined;
  }
}
