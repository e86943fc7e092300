import type { Block, SsaFunction, Value } from "./function.ts";
import { mapOperands } from "./map-uses.ts";

/**
 * Replaces every use of a value that has an alias, and takes parameters with an alias out of their
 * blocks and edges. Afterwards nothing that stands in a block refers to an alias.
 */
export function removeAliases(fn: SsaFunction): void {
  for (let block = 0; block < fn.blockCount; block++) {
    removeParameters(fn, block);
    for (const instruction of fn.instructionsOf(block)) resolveOperands(fn, instruction);
  }
}

/** Replaces the operands of an instruction by what stands for them. */
export function resolveOperands(fn: SsaFunction, instruction: Value): void {
  mapOperands(fn, instruction, (value) => fn.resolve(value));
}

function removeParameters(fn: SsaFunction, block: Block): void {
  const parameters = fn.parametersOf(block);
  const kept = parameters.filter((parameter) => fn.alias[parameter] === parameter);
  const isKept = parameters.map((parameter) => fn.alias[parameter] === parameter);
  const isShorter = kept.length < parameters.length;
  if (isShorter) {
    fn.blockParameters[block] = kept;
    kept.forEach((parameter, index) => {
      fn.aux[parameter] = index;
    });
  }
  for (const edge of fn.predecessorsOf(block)) {
    const values = fn.argumentsOf(edge);
    const remaining = isShorter ? values.filter((_, index) => isKept[index] === true) : values;
    fn.edgeArguments[edge] = remaining.map((value) => fn.resolve(value));
  }
}
