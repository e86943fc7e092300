import { lowerFunction } from "../lower-wasm/lower-function.ts";
import type { SsaFunction } from "../ssa/function.ts";
import { inlineCalls, isInlinable } from "../ssa/inlining.ts";
import { loopUnrolling } from "../ssa/passes/loop-unrolling.ts";
import { runPipeline } from "../ssa/pipeline.ts";
import type { UnitEnvironment } from "./environment.ts";

/** Longer bodies become more instructions than are inlined; nobody needs to lower them to know. */
const maximumBodyBytes = 128;
/** How often calls are looked for, those in copies too: functions may call each other in a circle. */
const rounds = 3;

/** The small functions of each unit by index, as they are copied; undefined for others. */
const smallFunctions = new WeakMap<UnitEnvironment, Map<number, SsaFunction | undefined>>();

/**
 * Puts copies of a unit's small functions in the place of calls. Only of the unit's own: then a
 * function's code depends on nothing but its module, by which objects are kept. What is copied does not
 * depend on what was compiled before, or else threads would make different code.
 */
export function inlineSmallFunctions(fn: SsaFunction, environment: UnitEnvironment): void {
  const known = smallFunctions.get(environment) ?? new Map<number, SsaFunction | undefined>();
  smallFunctions.set(environment, known);
  const calleeOf = (symbol: number) => {
    const index = environment.ownFunction(symbol);
    if (index === undefined) return undefined;
    if (!known.has(index)) known.set(index, smallFunction(environment, index));
    return known.get(index);
  };
  for (let round = 0; round < rounds && inlineCalls(fn, calleeOf); round++);
}

function smallFunction(environment: UnitEnvironment, index: number): SsaFunction | undefined {
  const { module } = environment.unit;
  const { body } = module.functions[index] ?? {};
  if (body === undefined || body.end - body.start > maximumBodyBytes) return undefined;
  const fn = lowerFunction(module, index, environment);
  runPipeline(fn, { without: [loopUnrolling.name] });
  return isInlinable(fn) ? fn : undefined;
}
