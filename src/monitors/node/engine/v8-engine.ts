/**
 * V8 in the place of QuickJS: the functions by which the kernel reaches the engine
 * (src/kernel/engine/quickjs.as.ts), over a realm of V8's.
 */
import { types } from "node:util";
import type { HostedEngine } from "../../../simulator/hosted-engine.ts";
import type { Realm } from "./realm.ts";
import { Room } from "./room.ts";
import { constants, Values } from "./values.ts";

/** What a context is as far as the kernel looks into it: it renews the state of Math.random. */
const contextBytes = 512;

const promiseStates = { pending: 0, fulfilled: 1, rejected: 2 } as const;

interface Settled {
  state: number;
  result: unknown;
}

/** One engine with its realm. */
export class V8Engine implements HostedEngine {
  readonly #realm: Realm;
  readonly #room = new Room();
  readonly #values: Values;
  readonly #promises = new WeakMap<object, Settled>();
  readonly #context: number;
  #kernel: WebAssembly.Exports = {};
  #exception: unknown;

  constructor(realm: Realm) {
    this.#realm = realm;
    this.#values = new Values(this.#room, realm.makeBuffer);
    this.#context = this.#room.allocate(contextBytes);
    realm.onCall((number, values) => this.#callKernel(number, values));
  }

  get memory(): WebAssembly.Memory {
    return this.#room.memory;
  }

  readonly attach = (kernel: WebAssembly.Exports): void => {
    this.#kernel = kernel;
    // The kernel looks at it again and again, without a hold on it.
    this.#values.encode(this.#realm.lines);
    process.on("unhandledRejection", (reason: unknown, promise: Promise<unknown>) => {
      this.#tellKernel("engine_host_promise_rejection", this.#box(promise), this.#box(reason), 0);
    });
  };

  readonly functions = {
    qjs_get_context_ptr: () => this.#context,
    qjs_get_runtime_ptr: () => this.#context,
    qjs_set_interrupt_handler: () => undefined,
    qjs_eval_bytecode: () => this.#evaluate(),
    wasm_malloc: (length: number) => this.#room.allocate(length >>> 0),
    wasm_free: (pointer: number) => this.#room.release(pointer),
    JS_GetGlobalObject: () => this.#values.encode(this.#realm.global),
    JS_GetPropertyStr: (_context: number, object: bigint, name: number) =>
      this.#attempt(() => this.#property(object, this.#room.text(name))),
    JS_GetPropertyUint32: (_context: number, object: bigint, index: number) =>
      this.#attempt(() => this.#property(object, String(index >>> 0))),
    JS_DefinePropertyValueUint32: (
      _context: number,
      object: bigint,
      index: number,
      value: bigint,
    ) => {
      Reflect.set(this.#values.decode(object) as object, index, this.#take(value));
      return 1;
    },
    JS_FreeValue: (_context: number, value: bigint) => this.#values.free(value),
    JS_DupValue: (_context: number, value: bigint) => this.#values.hold(value),
    JS_Call: (_context: number, callee: bigint, self: bigint, count: number, list: number) =>
      this.#attempt(() => this.#call(callee, self, count, list)),
    JS_GetException: () => {
      const value = this.#exception;
      this.#exception = undefined;
      return this.#values.encode(value);
    },
    JS_IsJobPending: () => Number(this.#realm.runJobs()),
    JS_ExecutePendingJob: () => {
      this.#exception = this.#realm.takeFailure();
      return -1;
    },
    JS_NewStringLen: (_context: number, pointer: number, length: number) =>
      this.#values.encode(Buffer.from(this.#room.bytes(pointer, length)).toString("utf8")),
    JS_NewArray: () => this.#values.encode(this.#realm.makeArray()),
    JS_NewArrayBufferCopy: (_context: number, pointer: number, length: number) =>
      this.#copyBuffer(pointer, length >>> 0),
    JS_GetArrayBuffer: (_context: number, length: number, value: bigint) =>
      this.#bufferStart(length, value),
    JS_ToCStringLen2: (_context: number, length: number, value: bigint) =>
      this.#putText(length, value),
    JS_FreeCString: (_context: number, pointer: number) => this.#room.release(pointer),
    JS_IsError: (value: bigint) => Number(types.isNativeError(this.#values.decode(value))),
    JS_PromiseState: (_context: number, promise: bigint) => this.#settled(promise).state,
    JS_PromiseMarkAsHandled: () => undefined,
    JS_PromiseResult: (_context: number, promise: bigint) =>
      this.#values.encode(this.#settled(promise).result),
  };

  /** A value, or `exception` when `compute` throws. */
  #attempt(compute: () => unknown): bigint {
    try {
      return this.#values.encode(compute());
    } catch (error) {
      this.#exception = error;
      return constants.exception;
    }
  }

  #property(object: bigint, name: string): unknown {
    const holder = this.#values.decode(object);
    return holder === undefined || holder === null ? undefined : Reflect.get(Object(holder), name);
  }

  #call(callee: bigint, self: bigint, count: number, list: number): unknown {
    const view = this.#room.view();
    const values = Array.from({ length: count }, (_value, index) =>
      this.#values.decode(view.getBigUint64((list >>> 0) + index * 8, true)),
    );
    const called = this.#values.decode(callee);
    if (typeof called !== "function") throw new TypeError("not a function");
    return Reflect.apply(called, this.#values.decode(self), values);
  }

  /** The program's evaluation as a promise, in a box; a box of 0 when it throws at once. */
  #evaluate(): number {
    const settled: Settled = { state: promiseStates.pending, result: undefined };
    const promise = this.#realm.evaluate().then(
      (exports) => Object.assign(settled, { state: promiseStates.fulfilled, result: exports }),
      (error: unknown) => Object.assign(settled, { state: promiseStates.rejected, result: error }),
    );
    this.#promises.set(promise, settled);
    this.#realm.runJobs();
    return this.#box(promise);
  }

  #settled(promise: bigint): Settled {
    const value = this.#values.decode(promise);
    const known = typeof value === "object" && value !== null ? this.#promises.get(value) : null;
    return known ?? { state: promiseStates.pending, result: undefined };
  }

  #copyBuffer(pointer: number, length: number): bigint {
    const value = this.#values.newBuffer(length);
    if (value === undefined) return this.#outOfMemory();
    const start = this.#values.bufferPlace(value)?.start ?? 0;
    if (pointer !== 0) this.#room.bytes(start, length).set(this.#room.bytes(pointer, length));
    return value;
  }

  #outOfMemory(): bigint {
    this.#exception = new RangeError("out of memory");
    return constants.exception;
  }

  #bufferStart(length: number, value: bigint): number {
    const place = this.#values.bufferPlace(value);
    if (place === undefined) this.#exception = new TypeError("ArrayBuffer object expected");
    else this.#room.view().setUint32(length, place.length, true);
    return place?.start ?? 0;
  }

  #putText(length: number, value: bigint): number {
    try {
      const bytes = Buffer.from(String(this.#values.decode(value)), "utf8");
      const start = this.#room.put(bytes);
      this.#room.view().setUint32(length, bytes.length, true);
      return start;
    } catch (error) {
      this.#exception = error;
      return 0;
    }
  }

  /** A function of the engine interface, by its number; gives what the kernel gives. */
  #callKernel(number: number, values: readonly unknown[]): unknown {
    const room = this.#room.allocate(8 + values.length * 12);
    const boxes = values.map((value) => this.#values.encode(value));
    const view = this.#room.view();
    const first = room + 8 + values.length * 4;
    // The key is one character, as the engine's imports have it.
    view.setUint8(room, number + 1);
    boxes.forEach((value, index) => {
      view.setUint32(room + 8 + index * 4, first + index * 8, true);
      view.setBigUint64(first + index * 8, value, true);
    });
    const result = this.#tellKernel("engine_host_call", room, 1, 0, values.length, room + 8);
    for (const value of boxes) this.#values.free(value);
    this.#room.release(room);
    if (typeof result !== "number" || result === 0) return undefined;
    const value = this.#room.view().getBigUint64(result >>> 0, true);
    this.#room.release(result);
    return this.#take(value);
  }

  #tellKernel(name: string, ...values: number[]): unknown {
    const called = this.#kernel[name];
    return typeof called === "function" ? Reflect.apply(called, undefined, values) : undefined;
  }

  #box(value: unknown): number {
    const pointer = this.#room.allocate(8);
    this.#room.view().setBigUint64(pointer, this.#values.encode(value), true);
    return pointer;
  }

  /** A value that the kernel gives away. */
  #take(value: bigint): unknown {
    const taken = this.#values.decode(value);
    this.#values.free(value);
    return taken;
  }
}
