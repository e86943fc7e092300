import { trapKinds } from "../../contracts/traps.ts";
import { noRegister } from "../machine-x64/assembler.ts";
import { integerScratch, type Place } from "../machine-x64/calling-convention.ts";
import { Condition } from "../machine-x64/conditions.ts";
import { Form } from "../machine-x64/encoding.ts";
import { ValueType } from "../ssa/operations.ts";
import { type FunctionType, functionTypeOf } from "../wasm/module.ts";
import type { BaselineFunction, Handler } from "./baseline-function.ts";
import { type Operand, Where } from "./operand.ts";
import { isFloatType } from "./operand-registers.ts";
import { type Shape, shapeOf } from "./shape.ts";

const wordBytes = 8;
const entryShift = 3;
const signatureOffset = 4;

function shapeOfCall(type: FunctionType | undefined): Shape {
  const shape = type && shapeOf(type);
  if (shape === undefined) throw new RangeError("a call's type is not covered");
  return shape;
}

function call(fn: BaselineFunction): void {
  const { context, environment, reader, stack, writer } = fn;
  const shape = shapeOfCall(functionTypeOf(context.module, reader.index));
  const values = takeArguments(fn, shape);
  stack.transfer(values, shape.argumentRegisters);
  writer.assembler.jumpToSymbol(Form.call_rel32, environment.functionSymbol(reader.index));
  finishCall(fn, shape, values);
}

function callIndirect(fn: BaselineFunction): void {
  const { context, environment, reader, stack, writer } = fn;
  const shape = shapeOfCall(context.module.types[reader.index]);
  const index = stack.pop();
  const register = stack.read(index);
  const values = takeArguments(fn, shape);
  checkEntry(fn, register);
  const { entries } = environment.table(reader.second);
  const { assembler } = writer;
  const { mov_r32_rm32: form } = Form;
  assembler.emitMemorySymbol(form, integerScratch, noRegister, register, entryShift, entries, 0);
  stack.release(index);
  stack.transfer(values, shape.argumentRegisters);
  assembler.emit(Form.call_rm64, integerScratch);
  finishCall(fn, shape, values);
}

/** Traps unless the table's entry at an index is a function of the current instruction's type. */
function checkEntry(fn: BaselineFunction, index: number): void {
  const { environment, reader, writer } = fn;
  const { assembler } = writer;
  const table = environment.table(reader.second);
  const size = table.sizeVariable;
  if (size === undefined) assembler.emitImmediate(Form.cmp_rm32_imm32, index, table.initial);
  else assembler.emitMemorySymbol(Form.cmp_r32_rm32, index, noRegister, noRegister, 0, size, 0);
  fn.trapIf(Condition.ae, "undefinedElement");
  const compareSignature = (id: number) =>
    assembler.emitMemorySymbol(
      Form.cmp_rm32_imm32,
      0,
      noRegister,
      index,
      entryShift,
      table.entries,
      signatureOffset,
      id,
    );
  compareSignature(environment.signatureId(reader.index) | 0);
  const mismatch = writer.cold(() => {
    compareSignature(0);
    fn.trapIf(Condition.e, "uninitializedElement");
    writer.trap(trapKinds.indirectCallType.id);
  });
  writer.jump(Form.jne_rel32, mismatch);
}

const saves = { scalar: Form.movsd_m64_x, vector: Form.movups_xm128_x };
const restores = { scalar: Form.movsd_x_m64, vector: Form.movups_x_xm128 };

/** Saves the locals whose registers a call destroys, or restores them. */
function moveHomes({ context, mover }: BaselineFunction, forms: typeof saves): void {
  const { homes, localTypes } = context;
  for (const local of homes.saved) {
    const form = localTypes[local] === ValueType.v128 ? forms.vector : forms.scalar;
    const offset = mover.slotOffset(homes.slots[local] as number);
    mover.access(form, homes.registers[local] as number, offset);
  }
}

/**
 * Pops a call's arguments, when all else that it would destroy has been stored. Those that travel on
 * the stack are stored there; the others can then be transferred without the scratch registers.
 */
function takeArguments(fn: BaselineFunction, { callWords, parameters, places }: Shape): Operand[] {
  const { context, mover, stack } = fn;
  fn.outgoingWords = Math.max(fn.outgoingWords, callWords, context.callAreaWords);
  moveHomes(fn, saves);
  stack.peekMany(parameters.length).forEach((operand, index) => {
    const isLoaded = operand.where === Where.constant && isFloatType(operand.type);
    if (isLoaded && (places[index] as Place).register >= 0) stack.own(operand);
  });
  const values = stack.popMany(parameters.length);
  stack.spillRegisters();
  return values.filter((value, index) => {
    const { register, stackWord } = places[index] as Place;
    if (register >= 0) return true;
    mover.store(value, stackWord * wordBytes);
    stack.release(value);
    return false;
  });
}

function finishCall(fn: BaselineFunction, shape: Shape, values: readonly Operand[]): void {
  const { stack } = fn;
  for (const value of values) stack.release(value);
  moveHomes(fn, restores);
  stack.pushRegisters(shape.results, shape.resultRegisters);
}

/** Calls a routine with what is on the stack in these registers; `prepare` comes right before. */
export function callRuntime(
  fn: BaselineFunction,
  routine: string,
  registers: readonly number[],
  prepare?: () => void,
): void {
  const { context, stack, writer } = fn;
  fn.outgoingWords = Math.max(fn.outgoingWords, context.callAreaWords);
  moveHomes(fn, saves);
  const values = stack.popMany(registers.length);
  stack.spillRegisters();
  stack.transfer(values, registers);
  for (const value of values) stack.release(value);
  prepare?.();
  writer.assembler.jumpToSymbol(Form.call_rel32, writer.symbol(routine));
  moveHomes(fn, restores);
}

/** Calls. */
export const callHandlers = {
  call,
  call_indirect: callIndirect,
} satisfies Record<string, Handler>;
