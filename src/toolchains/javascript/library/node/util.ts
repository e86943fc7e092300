/** Node's util, as far as it is formatting and adapting. */

import { console } from "../console/console.ts";
import { format, formatWithOptions } from "../console/format.ts";
import { inspect as inspectValue } from "../console/inspect.ts";
import { customInspect, type InspectOptions } from "../console/inspection.ts";
import { TextDecoder } from "../text/text-decoder.ts";
import { TextEncoder } from "../text/text-encoder.ts";
import { isDeepEqual } from "./deep-equal.ts";

export { format, formatWithOptions };

/** As assert.deepStrictEqual, but tells instead of throwing. */
export function isDeepStrictEqual(one: unknown, other: unknown): boolean {
  return isDeepEqual(one, other, true);
}

export { TextDecoder, TextEncoder };

const customPromisify = Symbol.for("nodejs.util.promisify.custom");

/** A value as text; the second parameter may be options, or as once `showHidden` and `depth`. */
export const inspect = Object.assign(
  (value: unknown, options?: InspectOptions | boolean, depth?: number | null): string =>
    inspectValue(value, typeof options === "object" ? options : { showHidden: options, depth }),
  { custom: customInspect, defaultOptions: {} },
);

type Callback = (error: unknown, value?: unknown) => void;
type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

/** A function that takes a callback as one that gives a promise. */
export const promisify = Object.assign(
  (original: AnyFunction): AnyFunction => {
    const custom: unknown = Reflect.get(original, customPromisify);
    if (typeof custom === "function") return custom as AnyFunction;
    return function promisified(this: unknown, ...values: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const callback: Callback = (error, value) => (error ? reject(error) : resolve(value));
        Reflect.apply(original, this, [...values, callback]);
      });
    };
  },
  { custom: customPromisify },
);

/** A function that gives a promise as one that takes a callback. */
export function callbackify(original: AnyFunction): AnyFunction {
  return function callbackified(this: unknown, ...values: unknown[]): void {
    const callback = values.pop() as Callback;
    Promise.resolve(Reflect.apply(original, this, values)).then(
      (value) => queueMicrotask(() => callback(null, value)),
      (error: unknown) => queueMicrotask(() => callback(error ?? new Error("rejected"))),
    );
  };
}

/** Makes a constructor's objects inherit from another's. */
export function inherits(
  constructor: { prototype: object; super_?: unknown },
  parent: { prototype: object },
): void {
  constructor.super_ = parent;
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

/** A function that warns once of its end. */
export function deprecate<Call extends AnyFunction>(call: Call, message: string): Call {
  let isWarned = false;
  return function deprecated(this: unknown, ...values: unknown[]): unknown {
    if (!isWarned) console.warn(`DeprecationWarning: ${message}`);
    isWarned = true;
    return Reflect.apply(call, this, values);
  } as Call;
}

/** A logger that is on when NODE_DEBUG names it, which it never does here. */
export function debuglog(): (...values: unknown[]) => void {
  return Object.assign(() => undefined, { enabled: false });
}

/** Text without the terminal's colours. */
export function stripVTControlCharacters(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they begin with one
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}

/** Text with U+FFFD for what is no Unicode. */
export function toUSVString(text: string): string {
  return String(text).toWellFormed();
}

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** What kind of object something is. */
export const types = {
  isAnyArrayBuffer: (value: unknown): boolean =>
    ["ArrayBuffer", "SharedArrayBuffer"].includes(tag(value)),
  isArrayBuffer: (value: unknown): boolean => value instanceof ArrayBuffer,
  isArrayBufferView: (value: unknown): boolean => ArrayBuffer.isView(value),
  isAsyncFunction: (value: unknown): boolean => tag(value).startsWith("Async"),
  isDataView: (value: unknown): boolean => value instanceof DataView,
  isDate: (value: unknown): boolean => value instanceof Date,
  isGeneratorFunction: (value: unknown): boolean => tag(value).endsWith("GeneratorFunction"),
  isGeneratorObject: (value: unknown): boolean => tag(value) === "Generator",
  isMap: (value: unknown): boolean => value instanceof Map,
  isNativeError: (value: unknown): boolean => value instanceof Error,
  isPromise: (value: unknown): boolean => value instanceof Promise,
  isProxy: (): boolean => false,
  isRegExp: (value: unknown): boolean => value instanceof RegExp,
  isSet: (value: unknown): boolean => value instanceof Set,
  isSharedArrayBuffer: (value: unknown): boolean => value instanceof SharedArrayBuffer,
  isTypedArray: (value: unknown): boolean =>
    ArrayBuffer.isView(value) && !(value instanceof DataView),
  isUint8Array: (value: unknown): boolean => value instanceof Uint8Array,
  isWeakMap: (value: unknown): boolean => value instanceof WeakMap,
  isWeakSet: (value: unknown): boolean => value instanceof WeakSet,
};

const whole = {
  callbackify,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  inherits,
  inspect,
  isDeepStrictEqual,
  promisify,
  stripVTControlCharacters,
  TextDecoder,
  TextEncoder,
  toUSVString,
  types,
};

export { whole as default };
