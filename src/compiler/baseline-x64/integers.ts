import { noRegister } from "../machine-x64/assembler.ts";
import { integerScratch } from "../machine-x64/calling-convention.ts";
import { writeDivision } from "../machine-x64/emit/sequences.ts";
import { Form, type FormId, type FormName, forms } from "../machine-x64/encoding.ts";
import { Layout } from "../machine-x64/encoding-layout.ts";
import { Division } from "../machine-x64/pseudo-instructions.ts";
import { Register } from "../machine-x64/registers.ts";
import { ValueType } from "../ssa/operations.ts";
import type { OpcodeName } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { type Operand, Where } from "./operand.ts";

type Width = 32 | 64;

/** Whether an immediate fits into a sign-extended byte. */
export function isByte(immediate: number): boolean {
  return immediate >= -128 && immediate <= 127;
}

function formOf(name: string): FormId {
  return Form[name as FormName];
}

/** Pops the operands of a commutative instruction, the better one to overwrite first. */
function popBoth({ stack }: BaselineFunction, isCommutative: boolean): [Operand, Operand] {
  const right = stack.pop();
  const left = stack.pop();
  const isWorse =
    left.where === Where.constant ||
    (left.where !== Where.register && right.where === Where.register);
  return isCommutative && isWorse ? [right, left] : [left, right];
}

/** add, sub, and, or, xor. */
function binary(name: "add" | "sub" | "and" | "or" | "xor", bits: Width): Handler {
  const form = formOf(`${name}_r${bits}_rm${bits}`);
  const byteForm = formOf(`${name}_rm${bits}_imm8`);
  const immediateForm = formOf(`${name}_rm${bits}_imm32`);
  const sumForm = bits === 64 ? Form.lea_r64_m : Form.lea_r32_m;
  return (fn) => {
    const { mover, stack, writer } = fn;
    const [left, right] = popBoth(fn, name !== "sub");
    const { immediate } = right;
    const source = mover.registerOf(left);
    if (name === "add" && immediate !== undefined && left.where === Where.local && source >= 0) {
      const sum = stack.define(left.type);
      writer.assembler.emitMemory(sumForm, sum.value, source, noRegister, 0, immediate);
      stack.push(sum);
      return;
    }
    const target = stack.own(left);
    if (immediate === undefined) stack.combine(form, target, right);
    else {
      writer.assembler.emitImmediate(
        isByte(immediate) ? byteForm : immediateForm,
        target,
        immediate,
      );
    }
    stack.release(right);
    stack.push(left);
  };
}

function multiply(bits: Width): Handler {
  const form = formOf(`imul_r${bits}_rm${bits}`);
  const byteForm = formOf(`imul_r${bits}_rm${bits}_imm8`);
  const immediateForm = formOf(`imul_r${bits}_rm${bits}_imm32`);
  return (fn) => {
    const { stack } = fn;
    const [left, right] = popBoth(fn, true);
    const { immediate } = right;
    if (immediate === undefined) {
      stack.combine(form, stack.own(left), right);
      stack.release(right);
      stack.push(left);
      return;
    }
    const product = resultFor(fn, left, left.type);
    stack.combine(isByte(immediate) ? byteForm : immediateForm, product.value, left, immediate);
    finish(fn, left, product);
  };
}

/** A register for the result of an instruction with one operand: that of the operand, if it has one. */
export function resultFor(
  { stack }: BaselineFunction,
  operand: Operand,
  type: Operand["type"],
): Operand {
  if (operand.where !== Where.register) return stack.define(type);
  operand.type = type;
  return operand;
}

/** Pushes a result, and releases the operand if that is not the same. */
export function finish({ stack }: BaselineFunction, operand: Operand, result: Operand): void {
  if (result !== operand) stack.release(operand);
  stack.push(result);
}

/** An instruction `form register, operand` whose result is of the operand's register class. */
export function unary(form: FormId, type: Operand["type"]): Handler {
  const merges = ((forms.layout[form] as number) & Layout.merges) !== 0;
  return (fn) => {
    const operand = fn.stack.pop();
    const result = resultFor(fn, operand, type);
    // It would wait for what was there before.
    if (merges && result !== operand) {
      fn.writer.assembler.emit(Form.xorps_x_xm128, result.value, result.value);
    }
    fn.stack.combine(form, result.value, operand);
    finish(fn, operand, result);
  };
}

/** Shifts with the count in any register (BMI2). */
const freeShifts: Readonly<Record<string, string>> = { shl: "shlx", shr: "shrx", sar: "sarx" };

/** Shifts and rotates: the count is an immediate or in cl, both taken modulo the width. */
function shift(name: "shl" | "shr" | "sar" | "rol" | "ror", bits: Width): Handler {
  const immediateForm = formOf(`${name}_rm${bits}_imm8`);
  const countForm = formOf(`${name}_rm${bits}_cl`);
  const free = freeShifts[name];
  const freeForm = free && formOf(`${free}_r${bits}_r${bits}_v${bits}`);
  return (fn) => {
    const { context, stack, writer } = fn;
    const count = stack.pop();
    const value = stack.pop();
    if (count.where === Where.constant) {
      writer.assembler.emitImmediate(immediateForm, stack.own(value), count.value & (bits - 1));
    } else if (context.hasLevel3 && freeForm !== undefined) {
      const register = stack.read(count);
      const target = stack.own(value);
      writer.assembler.emitThree(freeForm as FormId, target, target, register);
    } else {
      stack.moveTo(count, Register.rcx);
      writer.assembler.emit(countForm, stack.own(value));
    }
    stack.release(count);
    stack.push(value);
  };
}

/** Quotients and remainders: dividend and quotient in rax, the remainder in rdx. */
function divide(kind: "div" | "rem", isSigned: boolean, bits: Width): Handler {
  const always =
    (bits === 64 ? Division.wide : 0) |
    (isSigned ? Division.signed : 0) |
    (kind === "rem" ? Division.remainder : 0);
  return (fn) => {
    const { stack, writer } = fn;
    const divisor = stack.pop();
    const dividend = stack.pop();
    const isConstant = divisor.where === Where.constant;
    const { immediate } = divisor;
    let mayBe = 0;
    if (!isConstant || immediate === 0) mayBe |= Division.mayBeZero;
    if (isSigned && (!isConstant || immediate === -1)) mayBe |= Division.mayBeMinusOne;
    stack.moveTo(dividend, Register.rax);
    const upper = stack.reserve(dividend.type, Register.rdx);
    writeDivision(writer, stack.read(divisor), always | mayBe);
    stack.release(divisor);
    const [result, other] = kind === "rem" ? [upper, dividend] : [dividend, upper];
    stack.release(other);
    stack.push(result);
  };
}

/** clz and ctz: by bsr and bsf, whose result for 0 cmov replaces, or at once (x86-64-v3). */
function countZeros(isLeading: boolean, bits: Width): Handler {
  const counting = formOf(`${isLeading ? "lzcnt" : "tzcnt"}_r${bits}_rm${bits}`);
  const scanning = formOf(`${isLeading ? "bsr" : "bsf"}_r${bits}_rm${bits}`);
  const type = bits === 64 ? ValueType.i64 : ValueType.i32;
  const count = unary(counting, type);
  const scan = unary(scanning, type);
  return (fn) => {
    if (fn.context.hasLevel3) {
      count(fn);
      return;
    }
    const { stack, writer } = fn;
    const { assembler } = writer;
    const absent = isLeading ? 2 * bits - 1 : bits;
    assembler.emitImmediate(Form.mov_r32_imm32, integerScratch, absent);
    scan(fn);
    const result = stack.pop();
    assembler.emit(Form.cmove_r64_rm64, result.value, integerScratch);
    if (isLeading) assembler.emitImmediate(Form.xor_rm32_imm8, result.value, bits - 1);
    stack.push(result);
  };
}

function integerHandlersOf(bits: Width) {
  const type = bits === 64 ? ValueType.i64 : ValueType.i32;
  const wide = bits === 64 ? "r64" : "r32";
  return {
    clz: countZeros(true, bits),
    ctz: countZeros(false, bits),
    popcnt: unary(formOf(`popcnt_r${bits}_rm${bits}`), type),
    add: binary("add", bits),
    sub: binary("sub", bits),
    mul: multiply(bits),
    div_s: divide("div", true, bits),
    div_u: divide("div", false, bits),
    rem_s: divide("rem", true, bits),
    rem_u: divide("rem", false, bits),
    and: binary("and", bits),
    or: binary("or", bits),
    xor: binary("xor", bits),
    shl: shift("shl", bits),
    shr_s: shift("sar", bits),
    shr_u: shift("shr", bits),
    rotl: shift("rol", bits),
    rotr: shift("ror", bits),
    extend8_s: unary(formOf(`movsx_${wide}_rm8`), type),
    extend16_s: unary(formOf(`movsx_${wide}_rm16`), type),
  };
}

function prefixed(prefix: string, handlers: Readonly<Record<string, Handler>>) {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [`${prefix}.${name}`, handler]),
  );
}

/** Arithmetic of integers. */
export const integerHandlers: Partial<Record<OpcodeName, Handler>> = {
  ...prefixed("i32", integerHandlersOf(32)),
  ...prefixed("i64", integerHandlersOf(64)),
  "i64.extend32_s": unary(Form.movsxd_r64_rm32, ValueType.i64),
};
