import { Condition, type ConditionCode, invertCondition } from "../machine-x64/conditions.ts";
import { Form } from "../machine-x64/encoding.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { isByte } from "./integers.ts";
import { Operand, Where } from "./operand.ts";

const { a, ae, b, be, e, g, ge, l, le, ne } = Condition;

/** Comparisons of integers by what stands behind `i32.` or `i64.`: the condition, and that with the operands exchanged. */
const integerConditions: Readonly<Record<string, readonly [ConditionCode, ConditionCode]>> = {
  eq: [e, e],
  ne: [ne, ne],
  lt_s: [l, g],
  lt_u: [b, a],
  gt_s: [g, l],
  gt_u: [a, b],
  le_s: [le, ge],
  le_u: [be, ae],
  ge_s: [ge, le],
  ge_u: [ae, be],
};

/** Comparisons of floats that one condition tells, which NaN never meets; some with the operands exchanged. */
const floatConditions: Readonly<
  Record<string, { condition: ConditionCode; isExchanged: boolean }>
> = {
  lt: { condition: a, isExchanged: true },
  gt: { condition: a, isExchanged: false },
  le: { condition: ae, isExchanged: true },
  ge: { condition: ae, isExchanged: false },
};

/** Pushes a truth value that the flags tell. */
function pushFlags({ stack }: BaselineFunction, condition: ConditionCode): void {
  stack.push(new Operand(ValueType.i32, Where.flags, condition));
}

/** Pops a truth value and sets the flags by it: the condition that holds if it is not 0. */
export function popCondition(fn: BaselineFunction): ConditionCode {
  const operand = fn.stack.pop();
  if (operand.where === Where.flags) return operand.value as ConditionCode;
  testZero(fn, operand);
  return ne;
}

/** Compares a value with 0, and releases it. */
function testZero({ mover, stack, writer }: BaselineFunction, operand: Operand): void {
  const isWide = operand.type === ValueType.i64;
  if (mover.memoryOf(operand) >= 0) {
    stack.combineImmediate(isWide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8, operand, 0);
  } else {
    const register = stack.read(operand);
    writer.assembler.emit(isWide ? Form.test_rm64_r64 : Form.test_rm32_r32, register, register);
  }
  stack.release(operand);
}

function isZero(fn: BaselineFunction): void {
  pushFlags(fn, invertCondition(popCondition(fn)));
}

function compareIntegers(
  type: ValueTypeId,
  conditions: readonly [ConditionCode, ConditionCode],
): Handler {
  const isWide = type === ValueType.i64;
  return (fn) => {
    const { stack } = fn;
    let right = stack.pop();
    let left = stack.pop();
    const isExchanged = left.immediate !== undefined && right.immediate === undefined;
    if (isExchanged) [left, right] = [right, left];
    const { immediate } = right;
    if (immediate === 0) testZero(fn, left);
    else {
      if (immediate === undefined) {
        const form = isWide ? Form.cmp_r64_rm64 : Form.cmp_r32_rm32;
        stack.combine(form, stack.read(left), right);
      } else stack.combineImmediate(compareForm(isWide, immediate), left, immediate);
      stack.release(left);
    }
    stack.release(right);
    pushFlags(fn, conditions[isExchanged ? 1 : 0]);
  };
}

function compareForm(isWide: boolean, immediate: number): number {
  if (isByte(immediate)) return isWide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8;
  return isWide ? Form.cmp_rm64_imm32 : Form.cmp_rm32_imm32;
}

/** Sets the flags by two floats that are popped. */
function compareFloats({ stack }: BaselineFunction, type: ValueTypeId, isExchanged: boolean): void {
  const right = stack.pop();
  const left = stack.pop();
  const [first, second] = isExchanged ? [right, left] : [left, right];
  const form = type === ValueType.f64 ? Form.ucomisd_x_xm64 : Form.ucomiss_x_xm32;
  stack.combine(form, stack.read(first), second);
  stack.release(first);
  stack.release(second);
}

/** Floats are equal if the flags say so, and do not say that one is NaN. */
function compareFloatsEqual(type: ValueTypeId, isEqual: boolean): Handler {
  return (fn) => {
    const { stack, writer } = fn;
    const { assembler } = writer;
    compareFloats(fn, type, false);
    const result = stack.define(ValueType.i32);
    const ordered = stack.define(ValueType.i32);
    assembler.emit(isEqual ? Form.setnp_rm8 : Form.setp_rm8, ordered.value);
    assembler.emit(isEqual ? Form.sete_rm8 : Form.setne_rm8, result.value);
    const join = isEqual ? Form.and_r8_rm8 : Form.or_r8_rm8;
    assembler.emit(join, result.value, ordered.value);
    assembler.emit(Form.movzx_r32_rm8, result.value, result.value);
    stack.release(ordered);
    stack.push(result);
  };
}

function comparison(name: OpcodeName): Handler | undefined {
  const [prefix = "", suffix = ""] = name.split(".");
  if (signatureOf(name)?.parameters.length !== 2) return undefined;
  if (prefix === "i32" || prefix === "i64") {
    const conditions = integerConditions[suffix];
    return conditions && compareIntegers(ValueType[prefix], conditions);
  }
  if (prefix !== "f32" && prefix !== "f64") return undefined;
  const type = ValueType[prefix];
  if (suffix === "eq" || suffix === "ne") return compareFloatsEqual(type, suffix === "eq");
  const test = floatConditions[suffix];
  return (
    test &&
    ((fn) => {
      compareFloats(fn, type, test.isExchanged);
      pushFlags(fn, test.condition);
    })
  );
}

/** Comparisons: their results stay in the flags until something else wants these. */
export const comparisonHandlers: Partial<Record<OpcodeName, Handler>> = {
  "i32.eqz": isZero,
  "i64.eqz": isZero,
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = comparison(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
};
