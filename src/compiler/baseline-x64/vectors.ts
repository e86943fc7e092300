import { noRegister } from "../machine-x64/assembler.ts";
import { floatScratch, integerScratch } from "../machine-x64/calling-convention.ts";
import type { CodeWriter } from "../machine-x64/emit/code-writer.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { halfForms } from "../machine-x64/select/vector.ts";
import { packedForm } from "../machine-x64/select/vector-code.ts";
import {
  isFullVector,
  isZeroVector,
  type VectorBits,
  vectorOfBytes,
  vectorSymbol,
} from "../machine-x64/select/vector-constants.ts";
import {
  type BinaryRow,
  binaryRows,
  type UnaryRow,
  unaryRows,
} from "../machine-x64/select/vector-forms.table.ts";
import { directShifts, laneWidths } from "../machine-x64/select/vector-shifts.ts";
import { Access, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { OpcodeName } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { finish, resultFor } from "./integers.ts";
import { load, store } from "./memory.ts";
import { Where } from "./operand.ts";

const { f32, f64, i32, i64, v128 } = ValueType;

/** An instruction of vectors with a constant in memory. */
function applyConstant(writer: CodeWriter, form: FormId, target: number, bits: VectorBits): void {
  const symbol = writer.symbol(vectorSymbol(bits));
  writer.assembler.emitMemorySymbol(form, target, noRegister, noRegister, 0, symbol, 0);
}

function constant({ reader, stack, writer }: BaselineFunction): void {
  const bits = vectorOfBytes([...reader.vector]);
  const result = stack.define(v128);
  const { assembler } = writer;
  if (isZeroVector(bits)) assembler.emit(Form.xorps_x_xm128, result.value, result.value);
  else if (isFullVector(bits)) assembler.emit(Form.pcmpeqd_x_xm128, result.value, result.value);
  else applyConstant(writer, Form.movaps_x_xm128, result.value, bits);
  stack.push(result);
}

/** Inverts all bits of a register. */
function invert({ assembler }: CodeWriter, register: number): void {
  assembler.emit(Form.pcmpeqd_x_xm128, floatScratch, floatScratch);
  assembler.emit(Form.pxor_x_xm128, register, floatScratch);
}

function binary({ form: name, immediate, isInverted, order }: BinaryRow): Handler {
  const form = packedForm(name);
  return ({ stack, writer }) => {
    const right = stack.pop();
    const left = stack.pop();
    const [changed, other] = order === "exchanged" ? [right, left] : [left, right];
    const source = stack.read(other);
    const target = stack.own(changed);
    writer.assembler.emit(form, target, source, immediate);
    if (isInverted) invert(writer, target);
    stack.release(other);
    stack.push(changed);
  };
}

/** An instruction `form target, source` from one register to another of the same file. */
function unary(form: FormId, immediate = 0, type: ValueTypeId = v128): Handler {
  return (fn) => {
    const { stack } = fn;
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = resultFor(fn, operand, type);
    fn.writer.assembler.emit(form, result.value, source, immediate);
    finish(fn, operand, result);
  };
}

function not({ stack, writer }: BaselineFunction): void {
  const operand = stack.pop();
  invert(writer, stack.own(operand));
  stack.push(operand);
}

/** ((a ^ b) & c) ^ b. */
function bitSelect({ stack, writer }: BaselineFunction): void {
  const { assembler } = writer;
  const mask = stack.pop();
  const second = stack.pop();
  const first = stack.pop();
  const other = stack.read(second);
  const target = stack.own(first);
  assembler.emit(Form.pxor_x_xm128, target, other);
  assembler.emit(Form.pand_x_xm128, target, stack.read(mask));
  assembler.emit(Form.pxor_x_xm128, target, other);
  stack.release(mask);
  stack.release(second);
  stack.push(first);
}

/** Lanes of two vectors: those of each are shuffled alone, all others cleared. */
function shuffle({ reader, stack, writer }: BaselineFunction): void {
  const lanes = [...reader.vector];
  const cleared = 0x80;
  const second = stack.pop();
  const first = stack.pop();
  const target = stack.own(first);
  const other = stack.own(second);
  const form = Form.pshufb_x_xm128;
  const masks = [
    lanes.map((lane) => (lane < 16 ? lane : cleared)),
    lanes.map((lane) => (lane < 16 ? cleared : lane - 16)),
  ].map(vectorOfBytes);
  [target, other].forEach((register, index) => {
    applyConstant(writer, form, register, masks[index] as VectorBits);
  });
  writer.assembler.emit(Form.por_x_xm128, target, other);
  stack.release(second);
  stack.push(first);
}

/** A shift by a count modulo the lanes' width. */
function shift(name: string, width: number): Handler {
  const forms: Readonly<Record<string, FormId>> = Form;
  const immediateForm = forms[`${name}_x_imm8`] as FormId;
  const countForm = forms[`${name}_x_xm128`] as FormId;
  return ({ stack, writer }) => {
    const { assembler } = writer;
    const count = stack.pop();
    const value = stack.pop();
    if (count.where === Where.constant) {
      assembler.emitImmediate(immediateForm, stack.own(value), count.value & (width - 1));
    } else {
      assembler.emit(Form.mov_r32_rm32, integerScratch, stack.read(count));
      assembler.emitImmediate(Form.and_rm32_imm8, integerScratch, width - 1);
      const target = stack.own(value);
      assembler.emit(Form.movd_x_rm32, floatScratch, integerScratch);
      assembler.emit(countForm, target, floatScratch);
    }
    stack.release(count);
    stack.push(value);
  };
}

/** A scalar of a general register in all lanes: moved, then spread. */
function splatInteger(move: FormId, spread: FormId): Handler {
  return ({ stack, writer }) => {
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = stack.define(v128);
    writer.assembler.emit(move, result.value, source);
    writer.assembler.emit(spread, result.value, result.value);
    stack.release(operand);
    stack.push(result);
  };
}

function extractInteger(form: FormId, type: ValueTypeId): Handler {
  return ({ reader, stack, writer }) => {
    const operand = stack.pop();
    const source = stack.read(operand);
    const result = stack.define(type);
    writer.assembler.emit(form, result.value, source, reader.lane);
    stack.release(operand);
    stack.push(result);
  };
}

/** The lane of a float comes first; what stands behind it is of no matter. */
function extractFloat(type: ValueTypeId): Handler {
  const lanes = type === f64 ? [0x44, 0xee] : [0, 1, 2, 3];
  const extractions = lanes.map((order) => unary(Form.pshufd_x_xm128_imm8, order, type));
  return (fn) => extractions[fn.reader.lane]?.(fn);
}

function replaceLane(form: FormId): Handler {
  return ({ reader, stack, writer }) => {
    const scalar = stack.pop();
    const vector = stack.pop();
    const source = stack.read(scalar);
    writer.assembler.emit(form, stack.own(vector), source, reader.lane);
    stack.release(scalar);
    stack.push(vector);
  };
}

function replaceDouble({ reader, stack, writer }: BaselineFunction): void {
  const scalar = stack.pop();
  const vector = stack.pop();
  const source = stack.read(scalar);
  const form = reader.lane === 0 ? Form.movsd_x_x : Form.movlhps_x_x;
  writer.assembler.emit(form, stack.own(vector), source);
  stack.release(scalar);
  stack.push(vector);
}

/** Two instructions one after the other, of which the second takes what the first gives. */
function both(first: Handler, second: Handler): Handler {
  return (fn) => {
    first(fn);
    second(fn);
  };
}

function entries<Row>(rows: Iterable<readonly [string, Row]>, handler: (row: Row) => Handler) {
  return Object.fromEntries([...rows].map(([name, row]) => [name, handler(row)]));
}

const half = load(v128, Access.zero64, Form.movsd_x_m64);
const splatSingle = unary(Form.pshufd_x_xm128_imm8);
const splatDouble = unary(Form.movddup_x_xm64);

/** Loads that are followed by an instruction on vectors. */
const composedLoads = {
  "v128.load8x8_s": both(half, unary(Form.pmovsxbw_x_xm64)),
  "v128.load8x8_u": both(half, unary(Form.pmovzxbw_x_xm64)),
  "v128.load16x4_s": both(half, unary(Form.pmovsxwd_x_xm64)),
  "v128.load16x4_u": both(half, unary(Form.pmovzxwd_x_xm64)),
  "v128.load32x2_s": both(half, unary(Form.pmovsxdq_x_xm64)),
  "v128.load32x2_u": both(half, unary(Form.pmovzxdq_x_xm64)),
  "v128.load32_splat": both(load(f32, Access.float32, Form.movss_x_m32), splatSingle),
  "v128.load64_splat": both(load(f64, Access.float64, Form.movsd_x_m64), splatDouble),
} satisfies Record<string, Handler>;

/** The vector instructions that are one or two of the processor's, and shuffles. */
export const vectorHandlers: Partial<Record<OpcodeName, Handler>> = {
  "v128.const": constant,
  "v128.load": load(v128, Access.whole128, Form.movups_x_xm128),
  "v128.load32_zero": load(v128, Access.zero32, Form.movss_x_m32),
  "v128.load64_zero": half,
  "v128.store": store(Access.whole128),
  ...composedLoads,
  ...entries(Object.entries<BinaryRow>(binaryRows), binary),
  ...entries(Object.entries<UnaryRow>(unaryRows), ({ form, immediate }) =>
    unary(packedForm(form), immediate),
  ),
  ...entries(halfForms, (form) => unary(form)),
  ...Object.fromEntries(
    Object.entries(directShifts).map(([name, instruction]) => [
      name,
      shift(instruction, laneWidths[name.split(".")[0] ?? ""] ?? 0),
    ]),
  ),
  "v128.not": not,
  "v128.bitselect": bitSelect,
  "i8x16.shuffle": shuffle,
  "i32x4.splat": splatInteger(Form.movd_x_rm32, Form.pshufd_x_xm128_imm8),
  "i64x2.splat": splatInteger(Form.movq_x_rm64, Form.punpcklqdq_x_xm128),
  "f32x4.splat": splatSingle,
  "f64x2.splat": splatDouble,
  "i32x4.extract_lane": extractInteger(Form.pextrd_rm32_x_imm8, i32),
  "i64x2.extract_lane": extractInteger(Form.pextrq_rm64_x_imm8, i64),
  "f32x4.extract_lane": extractFloat(f32),
  "f64x2.extract_lane": extractFloat(f64),
  "i32x4.replace_lane": replaceLane(Form.pinsrd_x_rm32_imm8),
  "i64x2.replace_lane": replaceLane(Form.pinsrq_x_rm64_imm8),
  "f64x2.replace_lane": replaceDouble,
};
