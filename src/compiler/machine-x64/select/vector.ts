import { none, type Value } from "../../ssa/function.ts";
import { vectorNames } from "../../ssa/vector-operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { copyFloat } from "./compare.ts";
import { SelectionError } from "./selection-error.ts";
import type { Selector } from "./selector.ts";
import { packedForm, type Recipe, VectorCode } from "./vector-code.ts";
import { floatRecipes } from "./vector-floats.ts";
import { binaryRows, unaryRows } from "./vector-forms.table.ts";
import { integerRecipes } from "./vector-integers.ts";

const recipes = new Map<string, Recipe>(Object.entries({ ...integerRecipes, ...floatRecipes }));

/** Operations on the lower half of a vector, which may be a load of 8 bytes. */
export const halfForms = new Map<string, FormId>([
  ["i16x8.extend_low_i8x16_s", Form.pmovsxbw_x_xm64],
  ["i32x4.extend_low_i16x8_s", Form.pmovsxwd_x_xm64],
  ["i64x2.extend_low_i32x4_s", Form.pmovsxdq_x_xm64],
  ["i16x8.extend_low_i8x16_u", Form.pmovzxbw_x_xm64],
  ["i32x4.extend_low_i16x8_u", Form.pmovzxwd_x_xm64],
  ["i64x2.extend_low_i32x4_u", Form.pmovzxdq_x_xm64],
  ["f64x2.promote_low_f32x4", Form.cvtps2pd_x_xm64],
  ["f64x2.convert_low_i32x4_s", Form.cvtdq2pd_x_xm64],
]);

/** vectorUnary. */
export function selectVectorUnary(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const name = nameOf(selector, value);
  const operand = fn.a[value] as Value;
  const target = selector.resultRegister(value);
  const half = halfForms.get(name);
  if (half !== undefined) {
    const address = selector.foldLoad(operand, 8);
    if (address === undefined) draft.registers(half, target, selector.registerOf(operand));
    else draft.memory(half, target, address);
    return;
  }
  const row = unaryRows[name];
  if (row === undefined) {
    const register = selector.registerOf(operand);
    recipeOf(selector, name)(new VectorCode(selector), target, register, none);
    return;
  }
  const form = packedForm(row.form);
  const address = selector.foldVectorLoad(operand);
  if (address !== undefined) draft.memory(form, target, address, row.immediate);
  else draft.registers(form, target, selector.registerOf(operand), row.immediate);
}

/** vectorBinary. */
export function selectVectorBinary(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const name = nameOf(selector, value);
  const row = binaryRows[name];
  let a = fn.resolve(fn.a[value] as Value);
  let b = fn.resolve(fn.b[value] as Value);
  const target = selector.resultRegister(value);
  if (row === undefined) {
    const first = selector.registerOf(a);
    recipeOf(selector, name)(new VectorCode(selector), target, first, selector.registerOf(b));
    return;
  }
  if (row.order === "exchanged" || (row.order === "either" && isBetterSecond(selector, a, b))) {
    [a, b] = [b, a];
  }
  const form = packedForm(row.form);
  const address = selector.foldVectorLoad(b);
  const second = address === undefined ? selector.registerOf(b) : none;
  copyFloat(selector, target, a);
  if (address !== undefined) draft.memory(form, target, address, row.immediate);
  else draft.registers(form, target, second, row.immediate);
  if (row.isInverted) new VectorCode(selector).invert(target);
}

/** Constants and loads may stay in memory; a value that nobody else needs may be overwritten. */
function isBetterSecond(selector: Selector, a: Value, b: Value): boolean {
  if (selector.isConstant(b) || selector.isFoldableVector(b)) return false;
  if (selector.isConstant(a) || selector.isFoldableVector(a)) return true;
  return selector.useCount(a) > 1 && selector.useCount(b) === 1;
}

/** bitSelect: ((a ^ b) & c) ^ b. */
export function selectBitSelect(selector: Selector, value: Value): void {
  const { fn } = selector;
  const a = selector.registerOf(fn.a[value] as Value);
  const b = selector.registerOf(fn.b[value] as Value);
  const c = selector.registerOf(fn.c[value] as Value);
  const code = new VectorCode(selector);
  const target = code.copy(a, selector.resultRegister(value));
  code.apply("pxor", target, b);
  code.apply("pand", target, c);
  code.apply("pxor", target, b);
}

function nameOf({ fn }: Selector, value: Value): string {
  return vectorNames[fn.aux[value] as number] ?? "";
}

function recipeOf({ fn }: Selector, name: string): Recipe {
  const recipe = recipes.get(name);
  if (recipe === undefined) throw new SelectionError(`no instructions for ${name}`, fn.name);
  return recipe;
}
