import { RegisterClass } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Form } from "../encoding.ts";
import type { Selector } from "./selector.ts";

/** getVariable: a copy, as the variable may change while the value is still wanted. */
export function selectGetVariable(selector: Selector, value: Value): void {
  if (!selector.hasRegister(value)) return;
  const variable = selector.variableRegister(selector.fn.aux[value] as number, value);
  copy(selector, value, selector.resultRegister(value), variable);
}

/** setVariable. */
export function selectSetVariable(selector: Selector, value: Value): void {
  const { fn } = selector;
  const set = fn.resolve(fn.a[value] as Value);
  const variable = selector.variableRegister(fn.aux[value] as number, set);
  copy(selector, set, variable, selector.registerOf(set));
}

function copy(selector: Selector, like: Value, target: number, source: number): void {
  const isInteger = selector.classOf(like) === RegisterClass.integer;
  selector.draft.registers(isInteger ? Form.mov_r64_rm64 : Form.movaps_x_xm128, target, source);
}
