import { exceptionLayout } from "../../contracts/exceptions.ts";
import { wellKnownSymbols } from "../object/symbols.ts";
import { type Block, none, type Value } from "../ssa/function.ts";
import {
  Access,
  Condition,
  Operation,
  Space,
  ValueType,
  type ValueTypeId,
} from "../ssa/operations.ts";
import { tagTypesOf } from "../wasm/module.ts";
import { blockTypes, leaveForward, leaveFrame, openForward } from "./frames.ts";
import type { Frame, FunctionLowering, Handler } from "./function-lowering.ts";
import { valueTypeOf, wholeAccess } from "./types.ts";

/** Ends the block behind a call that may throw, where something in the function catches. */
export function catchAtCall(lowering: FunctionLowering): void {
  const landing = landingBlock(lowering, 0);
  if (landing === undefined) return;
  const next = lowering.createBlock();
  lowering.builder.unwind(next, landing);
  lowering.enterSealed(next);
}

/** Where exceptions go in the frame that a label means; undefined: out of the function. */
function landingBlock(lowering: FunctionLowering, label: number): Block | undefined {
  const { frames } = lowering;
  for (let index = frames.length - 1 - label; index >= 0; index--) {
    const landing = frames[index]?.landing;
    if (landing === undefined) continue;
    if (landing.block === none) landing.block = lowering.createBlock();
    return landing.block;
  }
  return undefined;
}

/** Throws an exception, an i64, in the frame that a label means. */
function raise(lowering: FunctionLowering, exception: Value, label = 0): void {
  const { builder, environment } = lowering;
  const symbol = environment.symbol(wellKnownSymbols.exception);
  const access = Access.whole64;
  const { call, storeSymbol } = Operation;
  builder.emit(storeSymbol, ValueType.none, exception, none, none, access, symbol);
  const landing = landingBlock(lowering, label);
  if (landing !== undefined) {
    builder.jump(landing);
    return;
  }
  const low = environment.symbol(wellKnownSymbols.throw);
  builder.emitWithList(call, ValueType.none, [], { low });
  lowering.trapAlways("unreachable");
}

/** Goes on where a frame's exceptions land; gives the one that did. */
function enterLanding(lowering: FunctionLowering, block: Block): Value {
  const { builder, environment } = lowering;
  lowering.enterSealed(block);
  const symbol = environment.symbol(wellKnownSymbols.exception);
  const { loadSymbol } = Operation;
  return builder.emit(loadSymbol, ValueType.i64, none, none, none, Access.whole64, symbol);
}

function lowerThrow(lowering: FunctionLowering): void {
  const { builder, environment, module, reader } = lowering;
  const types = tagTypesOf(module, reader.index).map(valueTypeOf);
  const values = lowering.popMany(types.length);
  const low = environment.symbol(wellKnownSymbols.allocateException);
  const { call, store } = Operation;
  const { offsets, words } = layoutOf(types);
  const size = [builder.i32(words)];
  const place = builder.emitWithList(call, ValueType.i32, size, { low, aux: 1 });
  const write = (value: Value, access: number, offset: number) => {
    const aux = access | (Space.kernel << 4);
    builder.emit(store, ValueType.none, place, value, none, aux, offset);
  };
  write(builder.i32(reader.index), Access.unsigned32, exceptionLayout.tagOffset);
  values.forEach((value, index) => {
    write(value, wholeAccess[types[index] ?? 0] ?? 0, offsets[index] ?? 0);
  });
  raise(lowering, builder.extendUnsigned(place));
}

/** Where an exception holds values of these types, and how many 8-byte words they take. */
function layoutOf(types: readonly ValueTypeId[]) {
  let words = 0;
  const offsets = types.map((type) => {
    const offset = exceptionLayout.valuesOffset + 8 * words;
    words += type === ValueType.v128 ? 2 : 1;
    return offset;
  });
  return { offsets, words };
}

/** What an exception of a tag carries. */
function loadValues(lowering: FunctionLowering, exception: Value, tag: number): Value[] {
  const { builder, module } = lowering;
  const place = builder.operate(Operation.wrap, ValueType.i32, exception);
  const types = tagTypesOf(module, tag).map(valueTypeOf);
  const { offsets } = layoutOf(types);
  return types.map((type, index) => {
    const aux = (wholeAccess[type] ?? 0) | (Space.kernel << 4);
    return builder.emit(Operation.load, type, place, none, none, aux, offsets[index]);
  });
}

/** Goes on only with exceptions of a tag; gives where others go. */
function enterIfTagged(lowering: FunctionLowering, exception: Value, tag: number): Block {
  const { builder } = lowering;
  const place = builder.operate(Operation.wrap, ValueType.i32, exception);
  const aux = Access.unsigned32 | (Space.kernel << 4);
  const { tagOffset } = exceptionLayout;
  const found = builder.emit(Operation.load, ValueType.i32, place, none, none, aux, tagOffset);
  const fits = lowering.createBlock();
  const rest = lowering.createBlock();
  builder.branch(builder.compare(Condition.equal, found, builder.i32(tag)), fits, rest);
  lowering.enterSealed(fits);
  return rest;
}

/** The first `catch` ends the body: from here on nothing catches in this `try`. */
function beginCatches(lowering: FunctionLowering, frame: Frame): void {
  const block = frame.landing?.block ?? none;
  frame.landing = undefined;
  if (block === none) return;
  frame.caught = { exception: enterLanding(lowering, block), rest: lowering.builder.block };
}

/** Ends what stands before a `catch`, and goes on with the exceptions that nothing has caught. */
function enterCatch(lowering: FunctionLowering): Frame {
  const { builder, frame } = lowering;
  if (builder.isReachable) leaveForward(lowering, frame);
  lowering.unwindTo(frame);
  if (frame.landing !== undefined) beginCatches(lowering, frame);
  else if (frame.caught !== undefined && frame.caught.rest !== none) {
    lowering.enterSealed(frame.caught.rest);
  }
  return frame;
}

function lowerCatch(lowering: FunctionLowering): void {
  const tag = lowering.reader.index;
  const { caught } = enterCatch(lowering);
  if (caught === undefined || !lowering.builder.isReachable) return;
  caught.rest = enterIfTagged(lowering, caught.exception, tag);
  for (const value of loadValues(lowering, caught.exception, tag)) lowering.push(value);
}

function lowerCatchAll(lowering: FunctionLowering): void {
  const { caught } = enterCatch(lowering);
  if (caught !== undefined) caught.rest = none;
}

function lowerDelegate(lowering: FunctionLowering): void {
  const { frame, frames, reader } = lowering;
  frames.pop();
  const block = frame.landing?.block ?? none;
  if (block !== none) {
    if (lowering.builder.isReachable) leaveForward(lowering, frame);
    lowering.unwindTo(frame);
    raise(lowering, enterLanding(lowering, block), reader.index);
  }
  leaveFrame(lowering, frame);
}

/** At the end of a `try` or `try_table`, already closed: what its exceptions that are left do. */
export function leaveTry(lowering: FunctionLowering, frame: Frame): void {
  const { builder } = lowering;
  const { caught, landing } = frame;
  const block = landing?.block ?? caught?.rest ?? none;
  if (block === none) return;
  if (builder.isReachable) leaveForward(lowering, frame);
  lowering.unwindTo(frame);
  if (landing === undefined) lowering.enterSealed(block);
  const exception = caught?.exception ?? enterLanding(lowering, block);
  for (const { hasReference, label, tag } of landing?.catches ?? []) {
    const rest = tag === undefined ? none : enterIfTagged(lowering, exception, tag);
    const values = tag === undefined ? [] : loadValues(lowering, exception, tag);
    if (hasReference) values.push(exception);
    builder.jump(lowering.targetOf(lowering.frameAt(label)), values);
    if (rest === none) return;
    lowering.enterSealed(rest);
  }
  raise(lowering, exception);
}

function lowerRethrow(lowering: FunctionLowering): void {
  const { caught } = lowering.frameAt(lowering.reader.index);
  if (caught !== undefined) raise(lowering, caught.exception);
}

function lowerThrowReference(lowering: FunctionLowering): void {
  const { builder } = lowering;
  const exception = lowering.pop();
  const isNull = builder.compare(Condition.equal, exception, builder.i64(0n));
  lowering.trapIf(isNull, "nullException");
  if (builder.isReachable) raise(lowering, exception);
}

/** Exceptions: the older `try` with its catches, and `try_table`. */
export const exceptionHandlers = {
  try: (lowering) => {
    const frame = openForward(lowering, "try", blockTypes(lowering));
    frame.landing = { block: none, catches: [] };
  },
  catch: lowerCatch,
  catch_all: lowerCatchAll,
  delegate: lowerDelegate,
  throw: lowerThrow,
  rethrow: lowerRethrow,
  throw_ref: lowerThrowReference,
  try_table: (lowering) => {
    const frame = openForward(lowering, "block", blockTypes(lowering));
    frame.landing = { block: none, catches: lowering.reader.catches };
  },
} satisfies Record<string, Handler>;
