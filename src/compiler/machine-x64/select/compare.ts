import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation, Condition as Test, ValueType } from "../../ssa/operations.ts";
import { Condition, conditionForm, invertCondition } from "../conditions.ts";
import { Form } from "../encoding.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { copyTo, fitsByte } from "./integer.ts";
import type { Selector } from "./selector.ts";
import { selectVectorFlags } from "./vector-tests.ts";

const { e, ne, l, b, g, a, le, be, ge, ae } = Condition;

/** x86 conditions of the integer tests, by the test's number. */
const integerConditions = [e, ne, l, b, g, a, le, be, ge, ae];

/** The same with the operands exchanged. */
const exchangedConditions = [e, ne, g, a, l, b, ge, ae, le, be];

/**
 * What the flags say after `selectFlags`: an x86 condition, or that two floats are equal (`ZF` and
 * not `PF`) or not, which takes two tests.
 */
export type FlagsTest =
  | { readonly kind: "condition"; readonly condition: number }
  | { readonly kind: "floatEqual" | "floatNotEqual" };

/** Sets the flags by an i32 that is a truth value, and says how to test them. */
export function selectFlags(selector: Selector, truth: Value): FlagsTest {
  const comparison = comparisonOf(selector, truth);
  if (comparison !== undefined) return selectComparison(selector, comparison);
  const tested = selectVectorFlags(selector, selector.fn.resolve(truth));
  if (tested !== undefined) return { kind: "condition", condition: tested };
  const register = selector.registerOf(truth);
  selector.draft.registers(Form.test_rm32_r32, register, register);
  return { kind: "condition", condition: ne };
}

/**
 * The comparison that a truth value comes from, unless its value is wanted in a register anyway: to
 * compare once more is cheaper than to make a truth value and to test it.
 */
function comparisonOf(selector: Selector, truth: Value): Value | undefined {
  const value = selector.fn.resolve(truth);
  const isComparison = selector.operationOf(value) === Operation.compare;
  return isComparison && !selector.hasRegister(value) ? value : undefined;
}

/** The address of a load that only this comparison reads, and that is compared only once. */
function foldOperand(selector: Selector, comparison: Value, operand: Value) {
  return selector.useCount(comparison) === 1 ? selector.foldLoad(operand) : undefined;
}

/** Compares the operands of a `compare`. */
export function selectComparison(selector: Selector, comparison: Value): FlagsTest {
  const { fn } = selector;
  const first = fn.resolve(fn.a[comparison] as number);
  const second = fn.resolve(fn.b[comparison] as number);
  const test = fn.aux[comparison] as number;
  const type = fn.type[first];
  if (type === ValueType.f32 || type === ValueType.f64) {
    return compareFloats(selector, comparison, [first, second], test);
  }
  if (selector.smallConstant(first) !== undefined && selector.smallConstant(second) === undefined) {
    compareIntegers(selector, comparison, second, first);
    return { kind: "condition", condition: exchangedConditions[test] as number };
  }
  compareIntegers(selector, comparison, first, second);
  return { kind: "condition", condition: integerConditions[test] as number };
}

function compareIntegers(selector: Selector, comparison: Value, first: Value, second: Value): void {
  const { draft } = selector;
  const wide = selector.isWide(first);
  const immediate = selector.smallConstant(second);
  if (immediate === 0) {
    compareWithZero(selector, first, wide);
    return;
  }
  if (immediate !== undefined) {
    const narrow = wide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8;
    const full = wide ? Form.cmp_rm64_imm32 : Form.cmp_rm32_imm32;
    const form = fitsByte(immediate) ? narrow : full;
    const address = foldOperand(selector, comparison, first);
    if (address !== undefined) draft.memory(form, -1, address, immediate);
    else draft.registers(form, selector.registerOf(first), -1, immediate);
    return;
  }
  const form = wide ? Form.cmp_r64_rm64 : Form.cmp_r32_rm32;
  const address = foldOperand(selector, comparison, second);
  const left = selector.registerOf(first);
  if (address !== undefined) draft.memory(form, left, address);
  else draft.registers(form, left, selector.registerOf(second));
}

function compareWithZero(selector: Selector, value: Value, wide: boolean): void {
  const { draft, fn } = selector;
  const form = wide ? Form.test_rm64_r64 : Form.test_rm32_r32;
  const masked = selector.singleUse(value, Operation.and);
  if (masked === undefined) {
    const register = selector.registerOf(value);
    draft.registers(form, register, register);
    return;
  }
  const mask = selector.smallConstant(fn.b[masked] as number);
  const register = selector.registerOf(fn.a[masked] as number);
  if (mask === undefined) {
    draft.registers(form, register, selector.registerOf(fn.b[masked] as number));
  } else {
    draft.registers(wide ? Form.test_rm64_imm32 : Form.test_rm32_imm32, register, -1, mask);
  }
}

function compareFloats(
  selector: Selector,
  comparison: Value,
  [first, second]: readonly [Value, Value],
  test: number,
): FlagsTest {
  const form = selector.isWide(first) ? Form.ucomisd_x_xm64 : Form.ucomiss_x_xm32;
  const exchange = test === Test.floatLess || test === Test.floatLessEqual;
  const left = exchange ? second : first;
  const right = exchange ? first : second;
  const address = foldOperand(selector, comparison, right);
  const leftRegister = selector.registerOf(left);
  if (address !== undefined) selector.draft.memory(form, leftRegister, address);
  else selector.draft.registers(form, leftRegister, selector.registerOf(right));
  if (test === Test.floatEqual) return { kind: "floatEqual" };
  if (test === Test.floatNotEqual) return { kind: "floatNotEqual" };
  // After the exchange "above" is never true of NaN, as less and greater must not be.
  const strict = test === Test.floatLess || test === Test.floatGreater;
  return { kind: "condition", condition: strict ? a : ae };
}

/** compare whose truth value is wanted in a register. */
export function selectCompare(selector: Selector, value: Value): void {
  const { draft } = selector;
  const test = selectComparison(selector, value);
  const truth = selector.temporary();
  if (test.kind === "condition") {
    draft.registers(conditionForm(Form.seto_rm8, test.condition as typeof e), truth);
  } else {
    const equal = test.kind === "floatEqual";
    const ordered = selector.temporary();
    draft.registers(equal ? Form.sete_rm8 : Form.setne_rm8, truth);
    draft.registers(equal ? Form.setnp_rm8 : Form.setp_rm8, ordered);
    draft.registers(equal ? Form.and_r32_rm32 : Form.or_r32_rm32, truth, ordered);
  }
  draft.registers(Form.movzx_r32_rm8, selector.resultRegister(value), truth);
}

/** Sets the flags and returns one x86 condition for "true", through a register where it takes two. */
export function selectCondition(selector: Selector, truth: Value): number {
  const comparison = comparisonOf(selector, truth);
  if (comparison === undefined || !needsTwoTests(selector, comparison)) {
    const test = selectFlags(selector, truth);
    if (test.kind === "condition") return test.condition;
  }
  const register = selector.registerOf(truth);
  selector.draft.registers(Form.test_rm32_r32, register, register);
  return ne;
}

function needsTwoTests(selector: Selector, comparison: Value): boolean {
  const test = selector.fn.aux[comparison];
  return test === Test.floatEqual || test === Test.floatNotEqual;
}

/** select of integers by cmov, of floats by a short jump. */
export function selectSelect(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const integer = selector.classOf(value) === 0;
  const chosen = selector.registerOf(fn.b[value] as number);
  const target = selector.resultRegister(value);
  if (integer) copyTo(selector, target, fn.c[value] as number);
  else copyFloat(selector, target, fn.c[value] as number);
  const condition = selectCondition(selector, fn.a[value] as number);
  if (integer) {
    const family = selector.isWide(value) ? Form.cmovo_r64_rm64 : Form.cmovo_r32_rm32;
    draft.registers(conditionForm(family, condition as typeof e), target, chosen);
    return;
  }
  draft.append(Pseudo.floatSelect, invertCondition(condition as typeof e));
  draft.operand(target, Role.useDefine);
  draft.operand(chosen, Role.use);
}

/** Copies a float into a fresh place for a two-address instruction to change. */
export function copyFloat(selector: Selector, target: number, operand: Value): void {
  const value = selector.fn.resolve(operand);
  if (selector.isConstant(value)) selector.loadConstant(target, value);
  else selector.draft.registers(Form.movaps_x_xm128, target, selector.registerOf(value));
}
