// The JavaScript engine as the kernel sees it: QuickJS's C interface, which the app exports. Its
// twin in the build is src/toolchains/javascript/quickjs.ts; nothing else knows QuickJS.
//
// A value is 64 bits (quickjs.h, JS_NAN_BOXING): a tag above a payload, or a double whose bits are
// moved out of the tags' way. Objects and strings are counted: `free` what you were given to own.
import * as app from "../base/machine/app.as";

/** A JavaScript value. */
export type Value = u64;

@external("engine", "qjs_get_context_ptr")
declare function getContext(): u32;
@external("engine", "qjs_get_runtime_ptr")
declare function getRuntime(): u32;
@external("engine", "qjs_set_interrupt_handler")
declare function setInterruptHandler(isWanted: u32): void;
@external("engine", "wasm_malloc")
declare function malloc(length: u32): u32;
@external("engine", "wasm_free")
declare function freeRoom(pointer: u32): void;
@external("engine", "JS_GetGlobalObject")
declare function getGlobalObject(context: u32): Value;
@external("engine", "JS_GetPropertyStr")
declare function getPropertyStr(context: u32, object: Value, name: u32): Value;
@external("engine", "JS_GetPropertyUint32")
declare function getPropertyUint32(context: u32, object: Value, index: u32): Value;
@external("engine", "JS_DefinePropertyValueUint32")
declare function definePropertyValueUint32(
  context: u32, object: Value, index: u32, value: Value, flags: u32,
): i32;
@external("engine", "JS_FreeValue")
declare function freeValue(context: u32, value: Value): void;
@external("engine", "JS_Call")
declare function callFunction(
  context: u32, callee: Value, self: Value, count: i32, list: u32,
): Value;
@external("engine", "JS_DupValue")
declare function dupValue(context: u32, value: Value): Value;
@external("engine", "JS_GetException")
declare function getException(context: u32): Value;
@external("engine", "JS_IsJobPending")
declare function isJobPending(runtime: u32): i32;
@external("engine", "JS_ExecutePendingJob")
declare function executePendingJob(runtime: u32, context: u32): i32;
@external("engine", "JS_NewStringLen")
declare function newStringLen(context: u32, pointer: u32, length: u32): Value;
@external("engine", "JS_NewArray")
declare function newArrayValue(context: u32): Value;
@external("engine", "JS_NewArrayBufferCopy")
declare function newArrayBufferCopy(context: u32, pointer: u32, length: u32): Value;
@external("engine", "JS_GetArrayBuffer")
declare function getArrayBuffer(context: u32, length: u32, value: Value): u32;
@external("engine", "JS_ToCStringLen2")
declare function toCStringLen(context: u32, length: u32, value: Value, flags: u32): u32;
@external("engine", "JS_FreeCString")
declare function freeCString(context: u32, pointer: u32): void;
@external("engine", "JS_IsError")
declare function isErrorValue(value: Value): i32;
@external("engine", "qjs_eval_bytecode")
declare function evalBytecode(pointer: u32, length: u32): u32;
@external("engine", "JS_PromiseState")
declare function getPromiseState(context: u32, promise: Value): i32;
@external("engine", "JS_PromiseMarkAsHandled")
declare function promiseMarkAsHandled(context: u32, promise: Value): void;
@external("engine", "JS_PromiseResult")
declare function getPromiseResult(context: u32, promise: Value): Value;

const tagInteger: u64 = 0;
const tagBoolean: u64 = 1;
const objectTag: i64 = -1;
const floatTags: u32 = 17; // JS_TAG_FLOAT64 - JS_TAG_FIRST
const firstTag: i64 = -9;
const floatOffset: u64 = 0x7ff8_000a_0000_0000;
const notANumber: Value = 0xffff_fff6_0000_0000; // tag -10

/** `null`. */
export const nullValue: Value = 0x2_0000_0000;

/** `undefined`. */
export const undefinedValue: Value = 0x3_0000_0000;

/** What a call gives that has thrown. */
export const exception: Value = 0x6_0000_0000;

/** Where a context keeps the state of Math.random (quickjs.c, JSContext.random_state). */
const randomStateOffset: u32 = 280;

/** Writable, enumerable and configurable (quickjs.h, JS_PROP_C_W_E). */
const plainProperty: u32 = 7;

// Room in the app's memory: arguments and lengths, then text.
const lengthOffset: u32 = 64;
const vectorOffset: u32 = 80;
const textOffset: u32 = 96;
const scratchBytes: u32 = 4096;
const textCapacity: u32 = 4000;

let context: u32 = 0;
let runtime: u32 = 0;
let scratch: u32 = 0;

/** Finds the engine in the app's memory; `seed` renews what it draws random numbers from. */
export function openEngine(seed: u64): void {
  context = getContext();
  runtime = getRuntime();
  scratch = malloc(scratchBytes);
  setInterruptHandler(1);
  // xorshift never leaves 0.
  app.store64(context + randomStateOffset, seed | 1);
}

/** The value of a whole number. */
@inline
export function integerValue(number: i32): Value {
  return (tagInteger << 32) | <u64>(<u32>number);
}

/** The value of a number. */
export function numberValue(number: f64): Value {
  return number == number ? reinterpret<u64>(number) - floatOffset : notANumber;
}

/** A whole number as a value; small ones as the engine likes them best. */
export function wholeNumber(number: f64): Value {
  const isSmall = number > -2147483649.0 && number < 2147483648.0;
  return isSmall ? integerValue(<i32>number) : numberValue(number);
}

/** Whether a value is a boolean that is true. */
@inline
export function isTrue(value: Value): bool {
  return value == ((tagBoolean << 32) | 1);
}

/** Whether a value is neither `undefined` nor `null`. */
@inline
export function isPresent(value: Value): bool {
  return value != undefinedValue && value != nullValue;
}

/** A value as a number; NaN when it is none. */
export function toNumber(value: Value): f64 {
  const tag = <i64>value >> 32;
  if (tag == <i64>tagInteger) return <f64>(<i32>value);
  const isFloat = <u32>(tag - firstTag) >= floatTags;
  return isFloat ? reinterpret<f64>(value + floatOffset) : NaN;
}

/** A value as a whole number; 0 when it is none. */
export function toInteger(value: Value): i32 {
  if (<i64>value >> 32 == <i64>tagInteger) return <i32>value;
  const number = toNumber(value);
  if (!(number > -2147483649.0 && number < 2147483648.0)) return 0;
  return <i32>number;
}

/** Another hold on a value, to be given back like the first. */
export function hold(value: Value): Value {
  return dupValue(context, value);
}

/** Whether a value is an object, and no text or number. */
export function isObject(value: Value): bool {
  return <i64>value >> 32 == objectTag;
}

/** Gives a value back. */
@inline
export function free(value: Value): void {
  freeValue(context, value);
}

/** A copy of UTF-8 text in kernel memory as a string. */
export function newString(pointer: usize, length: u32): Value {
  if (length <= textCapacity) {
    app.copyOut(scratch + textOffset, pointer, length);
    return newStringLen(context, scratch + textOffset, length);
  }
  const room = malloc(length);
  if (room == 0) return undefinedValue;
  app.copyOut(room, pointer, length);
  const value = newStringLen(context, room, length);
  freeRoom(room);
  return value;
}

/** UTF-8 text in the app's memory as a string. */
export function newAppString(appPointer: u32, length: u32): Value {
  return newStringLen(context, appPointer, length);
}

/** An ArrayBuffer of a length, its content undefined; where it lies, `bufferStart` tells. */
export function newArrayBuffer(length: u32): Value {
  // QuickJS copies from somewhere: the memory's beginning will do.
  return newArrayBufferCopy(context, 0, length);
}

/** A copy of kernel memory as an ArrayBuffer. */
export function copyToArrayBuffer(pointer: usize, length: u32): Value {
  const value = newArrayBuffer(length);
  if (value != exception && length != 0) app.copyOut(bufferStart(value), pointer, length);
  return value;
}

/** The beginning of an ArrayBuffer as another one; gives the first back. */
export function shorten(buffer: Value, length: u32): Value {
  const value = newArrayBufferCopy(context, bufferStart(buffer), length);
  free(buffer);
  return value;
}

/** Where an ArrayBuffer lies in the app's memory, 0 if it is none; `textLength` is its length. */
export function bufferStart(value: Value): u32 {
  const start = getArrayBuffer(context, scratch + lengthOffset, value);
  // What is no buffer has thrown.
  if (start == 0) free(getException(context));
  return start;
}

/** Bytes of what `bufferStart` or `openText` gave last. */
export function textLength(): u32 {
  return app.load32(scratch + lengthOffset);
}

/** A value's text as UTF-8 in the app's memory, 0 if it has none; give it to `closeText`. */
export function openText(value: Value): u32 {
  const start = toCStringLen(context, scratch + lengthOffset, value, 0);
  if (start == 0) free(getException(context));
  return start;
}

/** Gives back what `openText` gave. */
export function closeText(start: u32): void {
  if (start != 0) freeCString(context, start);
}

/** An array without elements. */
export function newArray(): Value {
  return newArrayValue(context);
}

/** Puts a value, which it takes, at an index of an array. */
export function setElement(array: Value, index: u32, value: Value): void {
  definePropertyValueUint32(context, array, index, value, plainProperty);
}

/** The value at an index of an array, for the caller to free. */
export function getElement(array: Value, index: u32): Value {
  return getPropertyUint32(context, array, index);
}

/** A property by a name `text("...")`, for the caller to free. */
export function getProperty(object: Value, name: usize): Value {
  let length: u32 = 0;
  while (load<u8>(name + length) != 0) length++;
  app.copyOut(scratch + textOffset, name, length + 1);
  return getPropertyStr(context, object, scratch + textOffset);
}

/** The global object, for the caller to free. */
export function globalObject(): Value {
  return getGlobalObject(context);
}

/** Whether a value is an Error. */
export function isError(value: Value): bool {
  return isErrorValue(value) != 0;
}

/** Calls a function with up to three arguments; its result, or `exception`. */
export function callWith(
  callee: Value, count: i32, first: Value, second: Value, third: Value,
): Value {
  const list = scratch;
  app.store64(list, first);
  app.store64(list + 8, second);
  app.store64(list + 16, third);
  return callFunction(context, callee, undefinedValue, count, list);
}

/** The exception that was thrown last, for the caller to free. */
export function takeException(): Value {
  return getException(context);
}

/** Runs one promise job: 1, 0 when there is none, or a negative number when it has thrown. */
export function runJob(): i32 {
  if (isJobPending(runtime) == 0) return 0;
  return executePendingJob(runtime, scratch + lengthOffset);
}

/** Evaluates a module's bytecode: its promise, or `exception`. */
export function evaluateBytecode(appPointer: u32, length: u32): Value {
  return unbox(evalBytecode(appPointer, length));
}

/** The state of a promise: 0 pending, 1 fulfilled, 2 rejected. */
export function promiseState(promise: Value): i32 {
  return getPromiseState(context, promise);
}

/** Says that somebody looks at a promise, so that its rejection is no failure of its own. */
export function markAsHandled(promise: Value): void {
  promiseMarkAsHandled(context, promise);
}

/** What a settled promise was settled with, for the caller to free. */
export function promiseResult(promise: Value): Value {
  return getPromiseResult(context, promise);
}

/** An argument of a host call, which stays the caller's. */
@inline
export function argument(list: u32, index: u32): Value {
  return app.load64(app.load32(list + index * 4));
}

/** The box that a host call returns; it takes the value. */
export function box(value: Value): u32 {
  const pointer = malloc(8);
  if (pointer != 0) app.store64(pointer, value);
  return pointer;
}

/** The value in a box, which is given back. */
export function unbox(pointer: u32): Value {
  if (pointer == 0) return exception;
  const value = app.load64(pointer);
  freeRoom(pointer);
  return value;
}

/** Room in the app's memory, 0 when there is none; give it to `release`. */
export function allocate(length: u32): u32 {
  return malloc(length);
}

/** Gives back what `allocate` gave. */
export function release(pointer: u32): void {
  freeRoom(pointer);
}

/** Room for one WASI vector in the app's memory. */
export function vectorRoom(): u32 {
  return scratch + vectorOffset;
}

/** Room for up to 4,000 bytes of text in the app's memory. */
export function textRoom(): u32 {
  return scratch + textOffset;
}
