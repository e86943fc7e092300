import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { localMaximum } from "../../ssa/maximum.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { selectCondition, selectFlags } from "./compare.ts";
import type { Selector } from "./selector.ts";

/** trapIf. */
export function selectTrapIf(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const condition = selectCondition(selector, fn.a[value] as number);
  draft.append(Pseudo.trapIf, condition, fn.aux[value]);
}

/** trap. */
export function selectTrap(selector: Selector, value: Value): void {
  selector.draft.append(Pseudo.trap, selector.fn.aux[value]);
}

/** branch: returns whether its two successors must be exchanged. */
export function selectBranch(selector: Selector, value: Value): boolean {
  const { fn, draft } = selector;
  const test = selectFlags(selector, fn.a[value] as number);
  if (test.kind === "condition") {
    draft.append(Pseudo.branch, test.condition);
    return false;
  }
  draft.append(Pseudo.branchFloatEqual);
  return test.kind === "floatNotEqual";
}

/** switch: an index that is known to lie within the table, or within one twice as long, is not compared. */
export function selectSwitch(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const index = fn.resolve(fn.a[value] as number);
  const edges = fn.c[value] as number;
  const indices = localMaximum(fn, index) + 1;
  const isWithin = indices <= 2 * (edges - 1);
  const register = selector.registerOf(index);
  draft.append(Pseudo.switch, edges, isWithin ? indices : 0);
  draft.operand(register, Role.use);
}
