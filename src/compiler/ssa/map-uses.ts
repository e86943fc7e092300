import { type Block, none, type SsaFunction, type Value } from "./function.ts";
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
  const a = count > 0 ? replace(fn.a[instruction] as Value) : none;
  const b = count > 1 ? replace(fn.b[instruction] as Value) : none;
  const c = count > 2 ? replace(fn.c[instruction] as Value) : none;
  // Only now: values that `replace` creates may move the columns.
  if (count > 0) fn.a[instruction] = a;
  if (count > 1) fn.b[instruction] = b;
  if (count > 2) fn.c[instruction] = c;
  if (hasArgumentList[operation] === 0) return;
  const start = fn.b[instruction] as number;
  const end = start + (fn.c[instruction] as number);
  for (let index = start; index < end; index++) {
    fn.lists[index] = replace(fn.lists[index] as Value);
  }
}
