/**
 * The JavaScript engine as the build sees it: QuickJS in V8, by the functions that quickjs-wasi's
 * module exports. Its twin in the kernel is src/kernel/engine/quickjs.as.ts; nothing else knows
 * QuickJS.
 *
 * The module's functions pass values as pointers to boxes, each of which the caller frees.
 */
import { bundleName } from "../../contracts/engine-interface.ts";

/** Bits of `qjs_eval`'s flags (quickjs.h, JS_EVAL_*). */
const moduleCode = 1;

/** Bits of `qjs_compile`'s flags (quickjs.h, JS_WRITE_OBJ_*): the text of functions is left out. */
const stripSource = 1 << 4;

/** Where a context keeps the state of Math.random (quickjs.c, JSContext.random_state). */
const randomStateOffset = 280;

/** JavaScript's part of the stack of 1 MiB; the rest is for what C functions add to it. */
const javaScriptStackBytes = 512 * 1024;

/** What calls may have left below the stack's end. */
const deepestStackBytes = 640 * 1024;

const promiseStates = ["pending", "fulfilled", "rejected"] as const;

/** What a value is at the moment, if it is a promise. */
export type PromiseState = (typeof promiseStates)[number];

/** A box that holds a JavaScript value; the caller frees it. */
export type Box = number;

/** An exception of the program, with its text and its stack in lines of the bundle. */
export class ProgramError extends Error {
  readonly text: string;
  readonly frames: string;

  constructor(text: string, frames: string) {
    super(text);
    this.name = "ProgramError";
    this.text = text;
    this.frames = frames;
  }
}

type EngineExport = (...values: (number | bigint)[]) => number;

/** One engine in V8, over the exports of its instance. */
export class QuickJs {
  readonly #exports: WebAssembly.Exports;
  readonly #memory: WebAssembly.Memory;

  constructor(instance: WebAssembly.Instance) {
    this.#exports = instance.exports;
    const { memory } = instance.exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Error("the engine has no memory");
    this.#memory = memory;
  }

  /** Starts the engine: once, before everything else. */
  initialize(): void {
    this.#call("_initialize");
    if (this.#call("qjs_init") !== 0) throw new Error("the engine does not start");
    this.#call("qjs_set_max_stack_size", javaScriptStackBytes);
    this.#call("qjs_set_promise_rejection_handler", 1);
  }

  /** Has the import `host_interrupt` called now and then, or not. */
  watchInterrupts(isWatching: boolean): void {
    this.#call("qjs_set_interrupt_handler", isWatching ? 1 : 0);
  }

  /** Compiles an ES module to bytecode. Throws a ProgramError. */
  compile(code: string, name: string): Uint8Array {
    const source = this.#putText(code);
    const fileName = this.#putText(name);
    const length = this.#allocate(4);
    const bytecode = this.#call(
      "qjs_compile",
      source.pointer,
      source.length,
      fileName.pointer,
      moduleCode,
      stripSource,
      length,
    );
    if (bytecode === 0) throw this.takeException();
    const bytes = this.bytes(bytecode, this.#view().getUint32(length, true)).slice();
    for (const pointer of [source.pointer, fileName.pointer, length, bytecode]) {
      this.#call("wasm_free", pointer);
    }
    return bytes;
  }

  /** Evaluates a module's bytecode: a promise of its namespace. Throws a ProgramError. */
  evaluate(bytecode: Uint8Array): Box {
    const pointer = this.#put(bytecode);
    const result = this.#call("qjs_eval_bytecode", pointer, bytecode.length);
    this.#erase(pointer, bytecode.length);
    return this.#checked(result);
  }

  /** Runs promise jobs until there are none. Throws the ProgramError of the first that throws. */
  runJobs(): void {
    while (this.#call("qjs_is_job_pending") !== 0) {
      if (this.#call("qjs_execute_pending_job") < 0) throw this.takeException();
    }
  }

  /** The state of a promise. */
  promiseState(promise: Box): PromiseState {
    return promiseStates[this.#call("qjs_promise_state", promise)] ?? "pending";
  }

  /** What a settled promise was settled with. */
  promiseResult(promise: Box): Box {
    return this.#call("qjs_promise_result", promise);
  }

  /** The global object. */
  global(): Box {
    return this.#call("qjs_get_global");
  }

  /** An object without properties. */
  newObject(): Box {
    return this.#call("qjs_new_object");
  }

  /** An array without elements. */
  newArray(): Box {
    return this.#call("qjs_new_array");
  }

  /** A number. */
  newNumber(value: number): Box {
    return this.#call("qjs_new_number", value);
  }

  /** A string. */
  newString(text: string): Box {
    const { pointer, length } = this.#putText(text);
    const box = this.#call("qjs_new_string", pointer, length);
    this.#call("wasm_free", pointer);
    return box;
  }

  /** An ArrayBuffer with a copy of some bytes. */
  newArrayBuffer(bytes: Uint8Array): Box {
    const pointer = this.#put(bytes);
    const box = this.#call("qjs_new_array_buffer", pointer, bytes.length);
    this.#erase(pointer, bytes.length);
    return box;
  }

  /** A function whose calls reach the import `host_call` under this key. */
  newHostFunction(key: string, name: string): Box {
    const text = this.#putText(key);
    const box = this.#call("qjs_new_host_function", text.pointer, text.length, 0);
    this.#call("wasm_free", text.pointer);
    const shown = this.newString(name);
    const property = this.#putText("name");
    const configurable = 1;
    this.#call("qjs_define_prop_string", box, property.pointer, shown, configurable);
    this.#call("wasm_free", property.pointer);
    this.free(shown);
    return box;
  }

  /** Sets a property; the value's box is freed. */
  setProperty(object: Box, name: string, value: Box): void {
    const text = this.#putText(name);
    this.#call("qjs_set_prop_string", object, text.pointer, value);
    this.#call("wasm_free", text.pointer);
    this.free(value);
  }

  /** Defines a property that cannot be changed or listed; the value's box is freed. */
  defineHidden(object: Box, name: string, value: Box): void {
    const text = this.#putText(name);
    this.#call("qjs_define_prop_string", object, text.pointer, value, 0);
    this.#call("wasm_free", text.pointer);
    this.free(value);
  }

  /** A property's value. */
  property(object: Box, name: string): Box {
    const text = this.#putText(name);
    const box = this.#call("qjs_get_prop_string", object, text.pointer);
    this.#call("wasm_free", text.pointer);
    return box;
  }

  /** A value as a number; NaN when it is none. */
  number(value: Box): number {
    return this.#call("qjs_get_float64", value);
  }

  /** A value converted to a string. */
  text(value: Box): string {
    const length = this.#allocate(4);
    const pointer = this.#call("qjs_get_string_len", value, length);
    const text =
      pointer === 0
        ? "(a value without text)"
        : new TextDecoder().decode(this.bytes(pointer, this.#view().getUint32(length, true)));
    if (pointer === 0) this.free(this.#call("qjs_get_exception"));
    else this.#call("qjs_free_cstring", pointer);
    this.#call("wasm_free", length);
    return text;
  }

  /** The text and the stack of an error, or the text of another value. */
  describe(error: Box): ProgramError {
    const text = this.text(error);
    if (this.#call("qjs_is_error", error) === 0) return new ProgramError(text, "");
    const stack = this.property(error, "stack");
    const frames = this.text(stack);
    this.free(stack);
    return new ProgramError(text, frames);
  }

  /** The exception that a call has just left behind. */
  takeException(): ProgramError {
    const error = this.#call("qjs_get_exception");
    const described = this.describe(error);
    this.free(error);
    return described;
  }

  /** The stack at this moment, innermost frame first; may be asked for inside an import. */
  currentStack(): string {
    const error = this.#call("qjs_new_error");
    const global = this.global();
    const constructor = this.property(global, "Error");
    const made = this.#call("qjs_call_constructor", constructor, 0, 0);
    const stack = this.property(made, "stack");
    const text = this.text(stack);
    for (const box of [error, global, constructor, made, stack]) this.free(box);
    return text;
  }

  /** The value that stands for an argument's box at `index` of a host call. */
  argument(list: number, index: number): Box {
    return this.#view().getUint32(list + index * 4, true);
  }

  /** `undefined`, as a host call's result. */
  undefinedValue(): Box {
    return this.#call("qjs_get_undefined");
  }

  /** Whether two boxes hold the same object. */
  isSame(first: Box, second: Box): boolean {
    const view = this.#view();
    return view.getBigUint64(first, true) === view.getBigUint64(second, true);
  }

  /** Another box for the same value. */
  duplicate(value: Box): Box {
    return this.#call("qjs_dup_value", value);
  }

  /** Gives a box and its value back. */
  free(value: Box): void {
    this.#call("qjs_free_value", value);
  }

  /** The state of Math.random, which tells whether it was called. */
  randomState(): bigint {
    const context = this.#call("qjs_get_context_ptr");
    return this.#view().getBigUint64(context + randomStateOffset, true);
  }

  /** Collects garbage and clears what calls have left on the stack, for a snapshot. */
  tidy(): void {
    this.#call("qjs_run_gc");
    const { __stack_pointer: stackPointer } = this.#exports as {
      readonly __stack_pointer: { readonly value: number };
    };
    const used = Math.min(stackPointer.value, deepestStackBytes);
    this.bytes(stackPointer.value - used, used).fill(0);
  }

  /** Bytes of the engine's memory; valid until its next call. */
  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }

  #checked(value: Box): Box {
    if (this.#call("qjs_is_exception", value) === 0) return value;
    this.free(value);
    throw this.takeException();
  }

  #call(name: string, ...values: (number | bigint)[]): number {
    const callee = this.#exports[name];
    if (typeof callee !== "function") throw new Error(`the engine has no ${name}`);
    return (callee as EngineExport)(...values);
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer);
  }

  #allocate(length: number): number {
    const pointer = this.#call("wasm_malloc", Math.max(length, 1));
    if (pointer === 0) throw new Error("the engine is out of memory");
    return pointer;
  }

  #put(bytes: Uint8Array): number {
    const pointer = this.#allocate(bytes.length);
    this.bytes(pointer, bytes.length).set(bytes);
    return pointer;
  }

  /** Gives memory back without its contents, which a snapshot would keep. */
  #erase(pointer: number, length: number): void {
    this.bytes(pointer, length).fill(0);
    this.#call("wasm_free", pointer);
  }

  /** Text as UTF-8 with a NUL behind it; the caller frees it. */
  #putText(text: string): { readonly pointer: number; readonly length: number } {
    const bytes = new TextEncoder().encode(`${text}\0`);
    return { pointer: this.#put(bytes), length: bytes.length - 1 };
  }
}

/** Whether a stack frame's line is the program's. */
export function isProgramFrame(line: string): boolean {
  return line.includes(`${bundleName}:`);
}
