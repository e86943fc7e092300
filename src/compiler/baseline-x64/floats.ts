import { noRegister } from "../machine-x64/assembler.ts";
import { writeMinimumMaximum } from "../machine-x64/emit/sequences.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { ValueType } from "../ssa/operations.ts";
import type { OpcodeName } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { finish, resultFor, unary } from "./integers.ts";
import type { Operand } from "./operand.ts";

type FloatType = 3 | 4;

function binary(form: FormId): Handler {
  return ({ stack }) => {
    const right = stack.pop();
    const left = stack.pop();
    stack.combine(form, stack.own(left), right);
    stack.release(right);
    stack.push(left);
  };
}

function minimumMaximum(isMinimum: boolean, type: FloatType): Handler {
  const kind = { isMinimum, isWide: type === ValueType.f64 };
  return ({ stack, writer }) => {
    const right = stack.pop();
    const left = stack.pop();
    const other = stack.read(right);
    writeMinimumMaximum(writer, stack.own(left), other, kind);
    stack.release(right);
    stack.push(left);
  };
}

/** roundss and roundsd: the mode, inexact exceptions suppressed. */
function rounding(mode: number, type: FloatType): Handler {
  const form = type === ValueType.f64 ? Form.roundsd_x_xm64_imm8 : Form.roundss_x_xm32_imm8;
  return (fn) => {
    const operand = fn.stack.pop();
    const result = resultFor(fn, operand, type);
    fn.stack.combine(form, result.value, operand, mode);
    finish(fn, operand, result);
  };
}

/** Applies a mask constant, of the sign or of all else, to an operand. */
function applyMask(
  { stack, writer }: BaselineFunction,
  form: FormId,
  operand: Operand,
  part: "sign" | "magnitude",
): number {
  const register = stack.own(operand);
  const symbol = writer.symbol(
    `mask.${operand.type === ValueType.f64 ? "double" : "single"}.${part}`,
  );
  writer.assembler.emitMemorySymbol(form, register, noRegister, noRegister, 0, symbol, 0);
  return register;
}

function masked(form: FormId, part: "sign" | "magnitude"): Handler {
  return (fn) => {
    const operand = fn.stack.pop();
    applyMask(fn, form, operand, part);
    fn.stack.push(operand);
  };
}

/** The magnitude of the first with the sign of the second. */
function copySign(fn: BaselineFunction): void {
  const { stack, writer } = fn;
  const right = stack.pop();
  const left = stack.pop();
  const sign = applyMask(fn, Form.andps_x_xm128, right, "sign");
  const magnitude = applyMask(fn, Form.andps_x_xm128, left, "magnitude");
  writer.assembler.emit(Form.orps_x_xm128, magnitude, sign);
  stack.release(right);
  stack.push(left);
}

function floatHandlersOf(type: FloatType, forms: Readonly<Record<string, FormId>>) {
  return {
    add: binary(forms.add as FormId),
    sub: binary(forms.sub as FormId),
    mul: binary(forms.mul as FormId),
    div: binary(forms.div as FormId),
    sqrt: unary(forms.sqrt as FormId, type),
    min: minimumMaximum(true, type),
    max: minimumMaximum(false, type),
    nearest: rounding(8, type),
    floor: rounding(9, type),
    ceil: rounding(10, type),
    trunc: rounding(11, type),
    abs: masked(Form.andps_x_xm128, "magnitude"),
    neg: masked(Form.xorps_x_xm128, "sign"),
    copysign: copySign,
  } satisfies Record<string, Handler>;
}

const single = {
  add: Form.addss_x_xm32,
  sub: Form.subss_x_xm32,
  mul: Form.mulss_x_xm32,
  div: Form.divss_x_xm32,
  sqrt: Form.sqrtss_x_xm32,
};

const double = {
  add: Form.addsd_x_xm64,
  sub: Form.subsd_x_xm64,
  mul: Form.mulsd_x_xm64,
  div: Form.divsd_x_xm64,
  sqrt: Form.sqrtsd_x_xm64,
};

function prefixed(prefix: string, handlers: Readonly<Record<string, Handler>>) {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [`${prefix}.${name}`, handler]),
  );
}

/** Arithmetic of floats. */
export const floatHandlers: Partial<Record<OpcodeName, Handler>> = {
  ...prefixed("f32", floatHandlersOf(ValueType.f32, single)),
  ...prefixed("f64", floatHandlersOf(ValueType.f64, double)),
};
