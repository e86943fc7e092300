import { trapKinds } from "../../contracts/traps.ts";
import { Condition, conditionForm, invertCondition } from "../machine-x64/conditions.ts";
import { Form } from "../machine-x64/encoding.ts";
import type { BaselineFunction, BlockFrame, Handler } from "./baseline-function.ts";
import { popCondition } from "./comparisons.ts";
import { type Shape, shapeOf } from "./shape.ts";

function blockShape({ reader }: BaselineFunction): Shape {
  const shape = shapeOf(reader.blockType);
  if (shape === undefined) throw new RangeError("a block's type is not covered");
  return shape;
}

function openBlock(fn: BaselineFunction): void {
  const shape = blockShape(fn);
  const height = fn.stack.height - shape.parameters.length;
  fn.stack.settle(height);
  fn.openForward(shape, height);
}

function openLoop(fn: BaselineFunction): void {
  const { stack, writer } = fn;
  const shape = blockShape(fn);
  const height = stack.height - shape.parameters.length;
  stack.settle(height);
  const frame = {
    branchTypes: shape.parameters,
    branchRegisters: shape.parameterRegisters,
    shape,
    isLoop: true,
    height,
    label: writer.assembler.newLabel(),
    isReached: true,
    otherwise: undefined,
  };
  fn.frames.push(frame);
  fn.arrange(frame);
  writer.assembler.bind(frame.label);
}

function openIf(fn: BaselineFunction): void {
  const { stack, writer } = fn;
  const shape = blockShape(fn);
  const condition = popCondition(fn);
  const height = stack.height - shape.parameters.length;
  stack.settle(height);
  // Both ways begin with the parameters in the same places.
  stack.spillTop(shape.parameters.length);
  const otherwise = writer.assembler.newLabel();
  writer.jump(conditionForm(Form.jo_rel32, invertCondition(condition)), otherwise);
  fn.openForward(shape, height, otherwise);
}

/** `else`, and the `end` of an `if` without one. */
function beginElse(fn: BaselineFunction): void {
  const { frame, stack, writer } = fn;
  if (frame.otherwise === undefined) throw new RangeError("else without if");
  if (fn.isReachable) branchTo(fn, frame);
  stack.truncate(frame.height);
  writer.assembler.bind(frame.otherwise);
  frame.otherwise = undefined;
  stack.pushSlots(frame.shape.parameters);
  fn.isReachable = true;
}

function end(fn: BaselineFunction): void {
  const { frame, stack, writer } = fn;
  const { otherwise } = frame;
  if (otherwise !== undefined && frame.branchTypes.length > 0) beginElse(fn);
  else if (otherwise !== undefined) {
    writer.assembler.bind(otherwise);
    fn.isReachable = true;
  }
  fn.frames.pop();
  if (frame.isLoop || !frame.isReached) return;
  if (fn.isReachable) fn.arrange(frame);
  stack.truncate(frame.height);
  writer.assembler.bind(frame.label);
  stack.pushRegisters(frame.branchTypes, frame.branchRegisters);
  fn.isReachable = true;
}

/** Goes on at a frame's label, with what is on the stack. */
function branchTo(fn: BaselineFunction, frame: BlockFrame): void {
  fn.arrange(frame);
  jumpTo(fn, frame, Form.jmp_rel32);
}

function jumpTo(fn: BaselineFunction, frame: BlockFrame, form: number): void {
  frame.isReached = true;
  fn.writer.jump(form, frame.label);
}

function branch(fn: BaselineFunction): void {
  branchTo(fn, fn.frameAt(fn.reader.index));
  fn.leaveReachable();
}

function branchIf(fn: BaselineFunction): void {
  const frame = fn.frameAt(fn.reader.index);
  const condition = popCondition(fn);
  fn.arrange(frame);
  jumpTo(fn, frame, conditionForm(Form.jo_rel32, condition));
}

function branchTable(fn: BaselineFunction): void {
  const { reader, stack, writer } = fn;
  const frames = reader.labels.map((label) => fn.frameAt(label));
  const last = frames.at(-1) as BlockFrame;
  const index = stack.pop();
  if (last.branchRegisters.length > 0) {
    // What is arranged may take every register.
    stack.push(index);
    stack.spillTop(1);
    stack.pop();
    fn.arrange(last);
  }
  const register = stack.read(index);
  const cases = frames.slice(0, -1);
  writer.assembler.emitImmediate(Form.cmp_rm32_imm32, register, cases.length);
  jumpTo(fn, last, conditionForm(Form.jo_rel32, Condition.ae));
  for (const frame of cases) frame.isReached = true;
  const table = writer.createTable(cases.map(({ label }) => label));
  writer.jumpThroughTable(register, table);
  stack.release(index);
  fn.leaveReachable();
}

function functionReturn(fn: BaselineFunction): void {
  branchTo(fn, fn.frames[0] as BlockFrame);
  fn.leaveReachable();
}

function unreachable(fn: BaselineFunction): void {
  fn.writer.trap(trapKinds.unreachable.id);
  fn.leaveReachable();
}

/** Blocks and branches. */
export const controlHandlers = {
  unreachable,
  nop: () => undefined,
  block: openBlock,
  loop: openLoop,
  if: openIf,
  else: beginElse,
  end,
  br: branch,
  br_if: branchIf,
  br_table: branchTable,
  return: functionReturn,
} satisfies Record<string, Handler>;
