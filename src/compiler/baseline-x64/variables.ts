import { noRegister } from "../machine-x64/assembler.ts";
import { conditionForm, invertCondition } from "../machine-x64/conditions.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { popCondition } from "./comparisons.ts";
import { Operand, Where } from "./operand.ts";
import { isFloatType } from "./operand-registers.ts";

function getLocal(fn: BaselineFunction): void {
  fn.stack.push(new Operand(fn.localType(), Where.local, fn.reader.index));
}

/** Writes a value to the current local's home; gives the operand if the value is still in it. */
function writeLocal(fn: BaselineFunction): Operand {
  const { context, mover, reader, stack } = fn;
  const local = reader.index;
  const { registers, slots } = context.homes;
  const value = stack.pop();
  const isSame = value.where === Where.local && value.value === local;
  if (isSame) return value;
  stack.detachLocal(local);
  const home = registers[local] as number;
  if (home >= 0) mover.load(value, home);
  else mover.store(value, mover.slotOffset(slots[local] as number));
  return value;
}

function setLocal(fn: BaselineFunction): void {
  fn.stack.release(writeLocal(fn));
}

function teeLocal(fn: BaselineFunction): void {
  const { stack } = fn;
  const isInRegister = (fn.context.homes.registers[fn.reader.index] as number) >= 0;
  if (isInRegister) {
    setLocal(fn);
    getLocal(fn);
    return;
  }
  const value = stack.pop();
  // Once more from its slot would take longer.
  if (value.where !== Where.constant) stack.own(value);
  stack.push(value);
  stack.push(writeLocal(fn));
}

/** Forms that load and store a whole variable, by type. */
const loads: readonly FormId[] = [
  -1,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
  Form.movss_x_m32,
  Form.movsd_x_m64,
];
const stores: readonly FormId[] = [
  -1,
  Form.mov_rm32_r32,
  Form.mov_rm64_r64,
  Form.movss_m32_x,
  Form.movsd_m64_x,
];

function accessGlobal(fn: BaselineFunction, form: FormId, register: number): void {
  const symbol = fn.environment.globalSymbol(fn.reader.index);
  fn.writer.assembler.emitMemorySymbol(form, register, noRegister, noRegister, 0, symbol, 0);
}

function getGlobal(fn: BaselineFunction): void {
  const { environment, reader, stack } = fn;
  const type = fn.globalType();
  const constant = environment.globalConstant(reader.index);
  if (constant !== undefined) {
    stack.pushConstant(type, constant.low, constant.high);
    return;
  }
  const value = stack.define(type);
  accessGlobal(fn, loads[type] as FormId, value.value);
  stack.push(value);
}

function setGlobal(fn: BaselineFunction): void {
  const { stack } = fn;
  const value = stack.pop();
  accessGlobal(fn, stores[fn.globalType()] as FormId, stack.read(value));
  stack.release(value);
}

function drop({ stack }: BaselineFunction): void {
  stack.release(stack.pop());
}

function select(fn: BaselineFunction): void {
  const { mover, stack, writer } = fn;
  const condition = popCondition(fn);
  const otherwise = stack.pop();
  const then = stack.pop();
  const target = stack.own(then);
  const inverted = invertCondition(condition);
  if (!isFloatType(then.type)) {
    stack.combine(conditionForm(Form.cmovo_r64_rm64, inverted), target, otherwise);
  } else {
    const source = stack.read(otherwise);
    const done = writer.assembler.newLabel();
    writer.assembler.jump(conditionForm(Form.jo_rel8, condition), done);
    mover.copy(then.type, target, source);
    writer.assembler.bind(done);
  }
  stack.release(otherwise);
  stack.push(then);
}

function constantOf(type: ValueTypeId): Handler {
  const isWide = type === ValueType.i64 || type === ValueType.f64;
  return ({ reader, stack }) => stack.pushConstant(type, reader.low, isWide ? reader.high : 0);
}

/** Constants, locals, globals and the operand stack. */
export const variableHandlers = {
  "i32.const": constantOf(ValueType.i32),
  "i64.const": constantOf(ValueType.i64),
  "f32.const": constantOf(ValueType.f32),
  "f64.const": constantOf(ValueType.f64),
  "local.get": getLocal,
  "local.set": setLocal,
  "local.tee": teeLocal,
  "global.get": getGlobal,
  "global.set": setGlobal,
  drop,
  select,
  select_typed: select,
} satisfies Record<string, Handler>;
