import { writeTruncation, writeUnsignedConversion } from "../machine-x64/emit/sequences.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { Truncation } from "../machine-x64/pseudo-instructions.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { unary } from "./integers.ts";
import { Where } from "./operand.ts";

const { i32, i64, f32, f64 } = ValueType;

/** A 32-bit integer as an unsigned one of 64: as they stand in registers they are the same. */
function extendUnsigned({ stack }: BaselineFunction): void {
  const operand = stack.pop();
  if (operand.where !== Where.constant) stack.own(operand);
  operand.type = i64;
  stack.push(operand);
}

/** An instruction `form target, source` between register classes; the target is cleared first. */
function convert(form: FormId, type: ValueTypeId): Handler {
  return ({ stack, writer }) => {
    const operand = stack.pop();
    const result = stack.define(type);
    // Else it would wait for what was there before.
    writer.assembler.emit(Form.xorps_x_xm128, result.value, result.value);
    stack.combine(form, result.value, operand);
    stack.release(operand);
    stack.push(result);
  };
}

function convertUnsigned64(type: ValueTypeId): Handler {
  return ({ stack, writer }) => {
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = stack.define(type);
    writeUnsignedConversion(writer, result.value, source, type === f64);
    stack.release(operand);
    stack.push(result);
  };
}

/** An unsigned 32-bit value is a positive 64-bit one. */
function convertUnsigned32(type: ValueTypeId): Handler {
  const convert64 = convert(type === f64 ? Form.cvtsi2sd_x_rm64 : Form.cvtsi2ss_x_rm64, type);
  return (fn) => {
    extendUnsigned(fn);
    convert64(fn);
  };
}

/** Moves bits between the register files. */
function reinterpret(toInteger: boolean, type: ValueTypeId): Handler {
  const isWide = type === i64 || type === f64;
  const narrowForm = toInteger ? Form.movd_rm32_x : Form.movd_x_rm32;
  const wideForm = toInteger ? Form.movq_rm64_x : Form.movq_x_rm64;
  return ({ stack, writer }) => {
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = stack.define(type);
    writer.assembler.emit(isWide ? wideForm : narrowForm, result.value, source);
    stack.release(operand);
    stack.push(result);
  };
}

function truncate(name: OpcodeName): Handler | undefined {
  const [, to, isSaturating, from, sign] = /^(i\d+)\.trunc_(sat_)?(f\d+)_([su])$/.exec(name) ?? [];
  if (to === undefined) return undefined;
  const type = to === "i64" ? i64 : i32;
  const bits =
    (to === "i64" ? Truncation.wide : 0) |
    (from === "f64" ? Truncation.fromDouble : 0) |
    (sign === "s" ? Truncation.signed : 0) |
    (isSaturating === undefined ? 0 : Truncation.saturating);
  return ({ stack, writer }) => {
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = stack.define(type);
    writeTruncation(writer, result.value, source, bits);
    stack.release(operand);
    stack.push(result);
  };
}

/** Conversions between types. */
export const conversionHandlers: Partial<Record<OpcodeName, Handler>> = {
  "i32.wrap_i64": unary(Form.mov_r32_rm32, i32),
  "i64.extend_i32_s": unary(Form.movsxd_r64_rm32, i64),
  "i64.extend_i32_u": extendUnsigned,
  "f32.demote_f64": unary(Form.cvtsd2ss_x_xm64, f32),
  "f64.promote_f32": unary(Form.cvtss2sd_x_xm32, f64),
  "f32.convert_i32_s": convert(Form.cvtsi2ss_x_rm32, f32),
  "f32.convert_i64_s": convert(Form.cvtsi2ss_x_rm64, f32),
  "f64.convert_i32_s": convert(Form.cvtsi2sd_x_rm32, f64),
  "f64.convert_i64_s": convert(Form.cvtsi2sd_x_rm64, f64),
  "f32.convert_i32_u": convertUnsigned32(f32),
  "f64.convert_i32_u": convertUnsigned32(f64),
  "f32.convert_i64_u": convertUnsigned64(f32),
  "f64.convert_i64_u": convertUnsigned64(f64),
  "i32.reinterpret_f32": reinterpret(true, i32),
  "i64.reinterpret_f64": reinterpret(true, i64),
  "f32.reinterpret_i32": reinterpret(false, f32),
  "f64.reinterpret_i64": reinterpret(false, f64),
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = truncate(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
};
