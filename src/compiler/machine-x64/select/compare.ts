import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Access, Operation, Condition as Test, ValueType } from "../../ssa/operations.ts";
import { Condition, conditionForm, invertCondition } from "../conditions.ts";
import { Form } from "../encoding.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { selectBitTest } from "./bit-tests.ts";
import { copyTo, fitsByte } from "./integer.ts";
import { accessOf, type Selector } from "./selector.ts";
import { selectVectorFlags } from "./vector-tests.ts";

const { e, ne, l, b, g, a, le, be, ge, ae } = Condition;

/** x86 conditions of the integer tests, by the test's number. */
const integerConditions = [e, ne, l, b, g, a, le, be, ge, ae];

/** The same of numbers that are not negative. */
const unsignedConditions = [e, ne, b, b, a, a, be, be, ae, ae];

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
  const value = selector.fn.resolve(truth);
  const tested = selectVectorFlags(selector, value);
  if (tested !== undefined) return { kind: "condition", condition: tested };
  const bit = selectBitTest(selector, value);
  if (bit !== undefined) return { kind: "condition", condition: bit };
  compareWithZero(selector, { value, mayFold: true, isEquality: true });
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
function selectComparison(selector: Selector, comparison: Value): FlagsTest {
  const { fn } = selector;
  const first = fn.resolve(fn.a[comparison] as number);
  const second = fn.resolve(fn.b[comparison] as number);
  const test = fn.aux[comparison] as number;
  const type = fn.type[first];
  if (type === ValueType.f32 || type === ValueType.f64) {
    return compareFloats(selector, comparison, [first, second], test);
  }
  if ((test === Test.equal || test === Test.notEqual) && selector.smallConstant(second) === 0) {
    const bit = selectBitTest(selector, first);
    if (bit !== undefined) {
      const isSet = test === Test.notEqual;
      return { kind: "condition", condition: isSet ? bit : invertCondition(bit as typeof e) };
    }
  }
  if (compareByte(selector, comparison, first, second)) {
    return { kind: "condition", condition: byteConditions(selector, first)[test] as number };
  }
  if (selector.smallConstant(first) !== undefined && selector.smallConstant(second) === undefined) {
    compareIntegers(selector, comparison, second, first);
    return { kind: "condition", condition: exchangedConditions[test] as number };
  }
  compareIntegers(selector, comparison, first, second);
  return { kind: "condition", condition: integerConditions[test] as number };
}

/**
 * Compares a byte in memory with a constant of its range, where that is all that the byte is loaded
 * for; an unsigned byte's sign is then no longer there.
 */
function compareByte(selector: Selector, comparison: Value, first: Value, second: Value): boolean {
  const immediate = selector.smallConstant(second);
  if (immediate === undefined || selector.useCount(comparison) !== 1) return false;
  if (selector.isWide(first)) return false;
  const extended = isUnsignedByte(selector, first) ? immediate & 0xff : (immediate << 24) >> 24;
  if (extended !== immediate) return false;
  const address = selector.foldByteLoad(first);
  if (address === undefined) return false;
  selector.draft.memory(Form.cmp_rm8_imm8, -1, address, (immediate << 24) >> 24);
  return true;
}

function isUnsignedByte(selector: Selector, load: Value): boolean {
  return accessOf(selector.fn.aux[load] as number) === Access.unsigned8;
}

/** A byte without sign is compared without sign, whatever the comparison of its 32-bit value. */
function byteConditions(selector: Selector, load: Value): readonly number[] {
  return isUnsignedByte(selector, load) ? unsignedConditions : integerConditions;
}

function compareIntegers(selector: Selector, comparison: Value, first: Value, second: Value): void {
  const { draft } = selector;
  const wide = selector.isWide(first);
  const immediate = selector.smallConstant(second);
  if (immediate === 0) {
    const condition = selector.fn.aux[comparison];
    const isEquality = condition === Test.equal || condition === Test.notEqual;
    compareWithZero(selector, {
      value: first,
      mayFold: selector.useCount(comparison) === 1,
      isEquality,
    });
    return;
  }
  if (immediate !== undefined) {
    const narrow = wide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8;
    const full = wide ? Form.cmp_rm64_imm32 : Form.cmp_rm32_imm32;
    const form = fitsByte(immediate) ? narrow : full;
    const address = foldOperand(selector, comparison, first);
    if (address !== undefined) draft.memory(form, -1, address, immediate);
    else draft.registers(form, selector.lowRegisterOf(first), -1, immediate);
    return;
  }
  const form = wide ? Form.cmp_r64_rm64 : Form.cmp_r32_rm32;
  const address = foldOperand(selector, comparison, second);
  if (address !== undefined) {
    draft.memory(form, selector.lowRegisterOf(first), address);
    return;
  }
  const right = selector.lowRegisterOf(second);
  const leftAddress = foldOperand(selector, comparison, first);
  if (leftAddress === undefined) draft.registers(form, selector.lowRegisterOf(first), right);
  else draft.memory(wide ? Form.cmp_rm64_r64 : Form.cmp_rm32_r32, right, leftAddress);
}

/** A value to be compared with 0. */
interface ZeroTest {
  readonly value: Value;
  /** Whether memory may be read here instead of where the value is loaded. */
  readonly mayFold: boolean;
  /** Whether only the zero flag is looked at, so that fewer bits tell as much. */
  readonly isEquality: boolean;
}

function compareWithZero(selector: Selector, test: ZeroTest): void {
  const { draft, fn } = selector;
  const wide = selector.isWide(test.value);
  const masked = selector.singleUse(test.value, Operation.and);
  if (masked === undefined) {
    if (test.mayFold && compareMemoryWithZero(selector, test)) return;
    const register = selector.lowRegisterOf(test.value);
    draft.registers(wide ? Form.test_rm64_r64 : Form.test_rm32_r32, register, register);
    return;
  }
  const mask = selector.smallConstant(fn.b[masked] as number);
  if (test.mayFold && test.isEquality && testByte(selector, masked, mask)) return;
  const register = selector.lowRegisterOf(fn.a[masked] as number);
  if (mask === undefined) {
    const second = selector.lowRegisterOf(fn.b[masked] as number);
    draft.registers(wide ? Form.test_rm64_r64 : Form.test_rm32_r32, register, second);
  } else {
    draft.registers(wide ? Form.test_rm64_imm32 : Form.test_rm32_imm32, register, -1, mask);
  }
}

function compareMemoryWithZero(selector: Selector, { value, isEquality }: ZeroTest): boolean {
  const whole = selector.foldLoad(value);
  const address = whole ?? (isEquality ? selector.foldByteLoad(value) : undefined);
  if (address === undefined) return false;
  const wholeForm = selector.isWide(value) ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8;
  selector.draft.memory(whole === undefined ? Form.cmp_rm8_imm8 : wholeForm, -1, address, 0);
  return true;
}

/** Tests bits of a byte in memory. */
function testByte(selector: Selector, masked: Value, mask: number | undefined): boolean {
  if (mask === undefined || (mask & 0xff) !== mask) return false;
  const address = selector.foldByteLoad(selector.fn.a[masked] as number);
  if (address === undefined) return false;
  selector.draft.memory(Form.test_rm8_imm8, -1, address, (mask << 24) >> 24);
  return true;
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
