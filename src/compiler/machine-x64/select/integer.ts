import { Role } from "../../machine/machine-function.ts";
import { none, type Value } from "../../ssa/function.ts";
import { isCommutative, Operation } from "../../ssa/operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { baseAddress } from "../instruction-shape.ts";
import { Division, Pseudo } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import type { Selector } from "./selector.ts";

/** The forms of one two-address operation for one width. */
interface BinaryForms {
  readonly registerMemory: FormId;
  readonly immediate8: FormId;
  readonly immediate32: FormId;
}

function binaryForms(name: "add" | "sub" | "and" | "or" | "xor", bits: 32 | 64): BinaryForms {
  return {
    registerMemory: Form[`${name}_r${bits}_rm${bits}` as "add_r32_rm32"],
    immediate8: Form[`${name}_rm${bits}_imm8` as "add_rm32_imm8"],
    immediate32: Form[`${name}_rm${bits}_imm32` as "add_rm32_imm32"],
  };
}

const binaryNames = new Map<number, "add" | "sub" | "and" | "or" | "xor">([
  [Operation.add, "add"],
  [Operation.subtract, "sub"],
  [Operation.and, "and"],
  [Operation.or, "or"],
  [Operation.xor, "xor"],
]);
const binary32 = new Map([...binaryNames].map(([op, name]) => [op, binaryForms(name, 32)]));
const binary64 = new Map([...binaryNames].map(([op, name]) => [op, binaryForms(name, 64)]));

/** Whether an immediate fits into a sign-extended byte. */
export function fitsByte(immediate: number): boolean {
  return immediate >= -128 && immediate <= 127;
}

/** Copies an operand into a fresh place for a two-address instruction to change. */
export function copyTo(selector: Selector, target: number, operand: Value): void {
  const value = selector.fn.resolve(operand);
  if (selector.operationOf(value) === Operation.constant) selector.loadConstant(target, value);
  else selector.draft.registers(Form.mov_r64_rm64, target, selector.registerOf(value));
}

/** The operands of a binary instruction, the one that may be an immediate or memory second. */
export function orderOperands(selector: Selector, value: Value): [Value, Value] {
  const { fn } = selector;
  const a = fn.resolve(fn.a[value] as number);
  const b = fn.resolve(fn.b[value] as number);
  if (isCommutative[selector.operationOf(value)] === 0) return [a, b];
  if (selector.smallConstant(b) !== undefined) return [a, b];
  const foldable = selector.operationOf(a) === Operation.load && selector.useCount(a) === 1;
  if (selector.smallConstant(a) !== undefined || foldable) return [b, a];
  // The first operand is overwritten: better one that nobody else needs.
  return selector.persistence(a) > selector.persistence(b) ? [b, a] : [a, b];
}

/** add, subtract, and, or, xor. */
export function selectBinary(selector: Selector, value: Value): void {
  const operation = selector.operationOf(value);
  const [a, b] = orderOperands(selector, value);
  if (operation === Operation.and && selector.isLowMask(b)) {
    selectLowHalf(selector, value, a);
    return;
  }
  if (operation === Operation.and && selectAndNot(selector, value, a, b)) return;
  const immediate = selector.smallConstant(b);
  if (operation === Operation.add && selectAddress(selector, value, a, b, immediate)) return;
  const forms = (selector.isWide(value) ? binary64 : binary32).get(operation) as BinaryForms;
  const target = selector.resultRegister(value);
  if (immediate !== undefined) {
    copyTo(selector, target, a);
    const form = fitsByte(immediate) ? forms.immediate8 : forms.immediate32;
    selector.draft.registers(form, target, -1, immediate);
    return;
  }
  const address = selector.foldLoad(b);
  if (address !== undefined) {
    copyTo(selector, target, a);
    selector.draft.memory(forms.registerMemory, target, address);
    return;
  }
  const second = selector.lowRegisterOf(b);
  copyTo(selector, target, a);
  selector.draft.registers(forms.registerMemory, target, second);
}

/** `x & 0xffffffff` of 64 bits: a 32-bit move clears the upper half. */
function selectLowHalf(selector: Selector, value: Value, operand: Value): void {
  const low = selector.registerOf(operand);
  selector.draft.registers(Form.mov_r32_rm32, selector.resultRegister(value), low);
}

/** An addition that lea computes without overwriting an operand. */
function selectAddress(
  selector: Selector,
  value: Value,
  a: Value,
  b: Value,
  immediate: number | undefined,
): boolean {
  const form = selector.isWide(value) ? Form.lea_r64_m : Form.lea_r32_m;
  if (immediate !== undefined) {
    const base = selector.registerOf(a);
    selector.draft.memory(form, selector.resultRegister(value), baseAddress(base, immediate));
    return true;
  }
  const scaled = scaledIndex(selector, b) ?? scaledIndex(selector, a);
  if (scaled === undefined) {
    // Where both operands live on, neither can be overwritten.
    if (selector.useCount(a) === 1 || selector.useCount(b) === 1) return false;
    const sum = { ...baseAddress(selector.registerOf(a)), index: selector.registerOf(b) };
    selector.draft.memory(form, selector.resultRegister(value), sum);
    return true;
  }
  const base = selector.registerOf(scaled.shifted === b ? a : b);
  const index = selector.registerOf(scaled.operand);
  const address = { ...baseAddress(base), index, scaleShift: scaled.shift };
  selector.draft.memory(form, selector.resultRegister(value), address);
  return true;
}

/** `operand << 1..3` used once, as the index of an address. */
function scaledIndex(selector: Selector, operand: Value) {
  const shifted = selector.singleUse(operand, Operation.shiftLeft);
  if (shifted === undefined) return undefined;
  const shift = selector.smallConstant(selector.fn.b[shifted] as number);
  if (shift === undefined || shift < 1 || shift > 3) return undefined;
  return { shifted, operand: selector.fn.a[shifted] as number, shift };
}

/** multiply. */
export function selectMultiply(selector: Selector, value: Value): void {
  const wide = selector.isWide(value);
  const [a, b] = orderOperands(selector, value);
  const immediate = selector.smallConstant(b);
  const target = selector.resultRegister(value);
  if (immediate !== undefined) {
    const first = selector.registerOf(a);
    const scaleShift = [3, 5, 9].indexOf(immediate) + 1;
    if (scaleShift > 0) {
      const sum = { ...baseAddress(first), index: first, scaleShift };
      selector.draft.memory(wide ? Form.lea_r64_m : Form.lea_r32_m, target, sum);
      return;
    }
    selector.draft.registers(multiplyImmediateForm(wide, immediate), target, first, immediate);
    return;
  }
  const form = wide ? Form.imul_r64_rm64 : Form.imul_r32_rm32;
  const address = selector.foldLoad(b);
  const second = address === undefined ? selector.registerOf(b) : none;
  copyTo(selector, target, a);
  if (address !== undefined) selector.draft.memory(form, target, address);
  else selector.draft.registers(form, target, second);
}

function multiplyImmediateForm(wide: boolean, immediate: number): FormId {
  if (fitsByte(immediate)) return wide ? Form.imul_r64_rm64_imm8 : Form.imul_r32_rm32_imm8;
  return wide ? Form.imul_r64_rm64_imm32 : Form.imul_r32_rm32_imm32;
}

/** multiplyHigh: `mul` leaves the lower half in rax. */
export function selectMultiplyHigh(selector: Selector, value: Value): void {
  const { draft, fn } = selector;
  const first = selector.registerOf(fn.a[value] as number);
  const second = selector.registerOf(fn.b[value] as number);
  draft.append(Form.mul_rm64);
  draft.operand(second, Role.use);
  draft.fixed(first, Role.use, Register.rax);
  draft.fixed(selector.temporary(), Role.define, Register.rax);
  draft.fixed(selector.resultRegister(value), Role.define, Register.rdx);
}

/** divideSigned, divideUnsigned, remainderSigned, remainderUnsigned. */
export function selectDivision(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const operation = selector.operationOf(value);
  const divisor = fn.resolve(fn.b[value] as number);
  const signed = operation === Operation.divideSigned || operation === Operation.remainderSigned;
  const remainder =
    operation === Operation.remainderSigned || operation === Operation.remainderUnsigned;
  let bits = selector.isWide(value) ? Division.wide : 0;
  if (signed) bits |= Division.signed;
  if (remainder) bits |= Division.remainder;
  const constant = selector.operationOf(divisor) === Operation.constant;
  const { low, high } = selector.immediateOf(divisor);
  if (!constant || (low === 0 && high === 0)) bits |= Division.mayBeZero;
  const minusOne = low === -1 && (high === -1 || !selector.isWide(divisor));
  if (signed && (!constant || minusOne)) bits |= Division.mayBeMinusOne;
  const dividend = selector.registerOf(fn.a[value] as number);
  const divisorRegister = selector.registerOf(divisor);
  const result = selector.resultRegister(value);
  const discarded = selector.temporary();
  draft.append(Pseudo.divide, bits);
  draft.operand(divisorRegister, Role.use);
  draft.fixed(dividend, Role.use, Register.rax);
  draft.fixed(remainder ? discarded : result, Role.define, Register.rax);
  draft.fixed(remainder ? result : discarded, Role.earlyDefine, Register.rdx);
}

/** leadingZeros and trailingZeros by bsr and bsf, whose result for 0 cmov replaces, or at once. */
export function selectCountZeros(selector: Selector, value: Value): void {
  const { draft } = selector;
  const wide = selector.isWide(value);
  const leading = selector.operationOf(value) === Operation.leadingZeros;
  if (selector.environment.hasLevel3) {
    const counts = leading ? Form.lzcnt_r32_rm32 : Form.tzcnt_r32_rm32;
    const wideCounts = leading ? Form.lzcnt_r64_rm64 : Form.tzcnt_r64_rm64;
    selectUnary(selector, value, wide ? wideCounts : counts);
    return;
  }
  const bits = wide ? 64 : 32;
  const operand = selector.registerOf(selector.fn.a[value] as number);
  const found = selector.temporary();
  const absent = selector.temporary();
  const target = selector.resultRegister(value);
  draft.registers(Form.mov_r32_imm32, absent, -1, leading ? 2 * bits - 1 : bits);
  draft.registers(Form.mov_r32_imm32, found, -1, 0);
  if (leading) draft.registers(wide ? Form.bsr_r64_rm64 : Form.bsr_r32_rm32, found, operand);
  else draft.registers(wide ? Form.bsf_r64_rm64 : Form.bsf_r32_rm32, found, operand);
  draft.registers(wide ? Form.cmove_r64_rm64 : Form.cmove_r32_rm32, found, absent);
  draft.registers(Form.mov_r64_rm64, target, found);
  if (leading) draft.registers(Form.xor_rm32_imm8, target, -1, bits - 1);
}

/** populationCount. */
export function selectPopulationCount(selector: Selector, value: Value): void {
  const form = selector.isWide(value) ? Form.popcnt_r64_rm64 : Form.popcnt_r32_rm32;
  selectUnary(selector, value, form);
}

/** One instruction from a register or memory operand to a register. */
export function selectUnary(selector: Selector, value: Value, form: FormId): void {
  const operand = selector.registerOf(selector.fn.a[value] as number);
  selector.draft.registers(form, selector.resultRegister(value), operand);
}

interface ShiftForms {
  readonly immediate: FormId;
  readonly variable: FormId;
}

const shiftNames = new Map<number, "shl" | "sar" | "shr" | "rol" | "ror">([
  [Operation.shiftLeft, "shl"],
  [Operation.shiftRightSigned, "sar"],
  [Operation.shiftRightUnsigned, "shr"],
  [Operation.rotateLeft, "rol"],
  [Operation.rotateRight, "ror"],
]);

function shiftForms(bits: 32 | 64): Map<number, ShiftForms> {
  return new Map(
    [...shiftNames].map(([operation, name]) => [
      operation,
      {
        immediate: Form[`${name}_rm${bits}_imm8` as "shl_rm32_imm8"],
        variable: Form[`${name}_rm${bits}_cl` as "shl_rm32_cl"],
      },
    ]),
  );
}

const shifts32 = shiftForms(32);
const shifts64 = shiftForms(64);

/** Shifts and rotates: the count is an immediate or in cl, taken modulo the width by both. */
export function selectShift(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const wide = selector.isWide(value);
  const forms = (wide ? shifts64 : shifts32).get(selector.operationOf(value)) as ShiftForms;
  const target = selector.resultRegister(value);
  const count = fn.resolve(fn.b[value] as number);
  const { hasLevel3 } = selector.environment;
  if (selector.operationOf(count) === Operation.constant) {
    const masked = selector.immediateOf(count).low & (wide ? 63 : 31);
    if (hasLevel3 && selectRotation(selector, value, masked)) return;
    copyTo(selector, target, fn.a[value] as number);
    draft.registers(forms.immediate, target, -1, masked);
    return;
  }
  const countRegister = selector.registerOf(count);
  const free = hasLevel3 ? (wide ? freeShifts64 : freeShifts32).get(forms.variable) : undefined;
  if (free !== undefined) {
    const operand = selector.registerOf(fn.a[value] as number);
    draft.threeRegisters(free, target, operand, countRegister);
    return;
  }
  copyTo(selector, target, fn.a[value] as number);
  draft.append(forms.variable);
  draft.operand(target, Role.useDefine);
  draft.fixed(countRegister, Role.use, Register.rcx);
}

/** Shifts with the count in any register and another result, by the forms that want it in cl (BMI2). */
const freeShifts32 = new Map<FormId, FormId>([
  [Form.shl_rm32_cl, Form.shlx_r32_r32_v32],
  [Form.shr_rm32_cl, Form.shrx_r32_r32_v32],
  [Form.sar_rm32_cl, Form.sarx_r32_r32_v32],
]);
const freeShifts64 = new Map<FormId, FormId>([
  [Form.shl_rm64_cl, Form.shlx_r64_r64_v64],
  [Form.shr_rm64_cl, Form.shrx_r64_r64_v64],
  [Form.sar_rm64_cl, Form.sarx_r64_r64_v64],
]);

/** A rotation by a constant into another register (BMI2), where it is one. */
function selectRotation(selector: Selector, value: Value, count: number): boolean {
  const operation = selector.operationOf(value);
  const isLeft = operation === Operation.rotateLeft;
  if (!isLeft && operation !== Operation.rotateRight) return false;
  const wide = selector.isWide(value);
  const width = wide ? 64 : 32;
  const right = isLeft ? (width - count) % width : count;
  const operand = selector.registerOf(selector.fn.a[value] as number);
  const form = wide ? Form.rorx_r64_rm64_imm8 : Form.rorx_r32_rm32_imm8;
  selector.draft.registers(form, selector.resultRegister(value), operand, right);
  return true;
}

/** `a & ~b` in one instruction (BMI1), where an operand is a complement that nobody else uses. */
function selectAndNot(selector: Selector, value: Value, a: Value, b: Value): boolean {
  if (!selector.environment.hasLevel3) return false;
  for (const [complement, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const found = selector.singleUse(complement, Operation.xor);
    if (found === undefined || selector.smallConstant(selector.fn.b[found] as number) !== -1) {
      continue;
    }
    if (selector.smallConstant(other) !== undefined) continue;
    const inverted = selector.registerOf(selector.fn.a[found] as number);
    const form = selector.isWide(value) ? Form.andn_r64_v64_r64 : Form.andn_r32_v32_r32;
    const target = selector.resultRegister(value);
    selector.draft.threeRegisters(form, target, inverted, selector.registerOf(other));
    return true;
  }
  return false;
}
