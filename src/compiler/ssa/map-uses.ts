import type { Block, SsaFunction, Value } from "./function.ts";
import { hasArgumentList, operandCounts } from "./operations.ts";

/** Replaces what the instructions of a block and the edges out of it use by what `replace` says. */
export function mapUses(fn: SsaFunction, block: Block, replace: (value: Value) => Value): void {
  for (const instruction of fn.instructionsOf(block)) mapOperands(fn, instruction, replace);
  for (const edge of fn.edgesOf(block)) {
    fn.edgeArguments[edge] = fn.argumentsOf(edge).map(replace);
  }
}

/** Replaces the operands of an instruction by what `replace` says. */
export function mapOperands(
  fn: SsaFunction,
  instruction: Value,
  replace: (value: Value) => Value,
): void {
  const operation = fn.operation[instruction] as number;
  const count = operandCounts[operation] as number;
  const { a, b, c } = fn;
  if (count > 0) a[instruction] = replace(a[instruction] as Value);
  if (count > 1) b[instruction] = replace(b[instruction] as Value);
  if (count > 2) c[instruction] = replace(c[instruction] as Value);
  if (hasArgumentList[operation] === 0) return;
  const start = b[instruction] as number;
  const end = start + (c[instruction] as number);
  for (let index = start; index < end; index++) {
    fn.lists[index] = replace(fn.lists[index] as Value);
  }
}
