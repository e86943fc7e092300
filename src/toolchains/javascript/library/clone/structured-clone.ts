/** HTML, 2.7: structured cloning, within one program. */
import { Blob } from "../blob/blob.ts";

const typedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => Uint8Array;
const errorConstructors = [
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
] as const;

/** A copy of a value with everything in it; what is transferred is taken from its owner. */
export function structuredClone(
  value: unknown,
  options: { transfer?: readonly unknown[] } = {},
): unknown {
  if (arguments.length === 0) throw new TypeError('The "value" argument must be specified');
  const transferred = new Map<object, unknown>();
  for (const each of options?.transfer ?? []) {
    if (!(each instanceof ArrayBuffer)) throw refusal(each);
    transferred.set(each, each.slice(0));
  }
  const copy = new Cloner(new Map(transferred)).clone(value);
  for (const each of transferred.keys()) detach(each);
  return copy;
}

/** Takes a buffer's memory away from it. */
function detach(buffer: object): void {
  (buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer();
}

function refusal(value: unknown): DOMException {
  const shown =
    typeof value === "symbol"
      ? String(value)
      : typeof value === "function"
        ? value.toString()
        : Object.prototype.toString.call(value);
  return new DOMException(`${shown} could not be cloned.`, "DataCloneError");
}

/** One copy: objects that come twice are copied once. */
class Cloner {
  readonly #copies: Map<object, unknown>;

  constructor(copies: Map<object, unknown>) {
    this.#copies = copies;
  }

  clone(value: unknown): unknown {
    if (typeof value === "symbol" || typeof value === "function") throw refusal(value);
    if (typeof value !== "object" || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    const copy = this.#copyWhole(value);
    if (copy !== undefined) {
      this.#copies.set(value, copy);
      return copy;
    }
    return this.#copyParts(value);
  }

  /** Objects without other objects in them. */
  #copyWhole(value: object): object | undefined {
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (value instanceof ArrayBuffer) return value.slice(0);
    if (value instanceof SharedArrayBuffer || value instanceof Blob) return value;
    if (
      value instanceof Boolean ||
      value instanceof Number ||
      value instanceof String ||
      value instanceof BigInt
    ) {
      return Object(value.valueOf()) as object;
    }
    return ArrayBuffer.isView(value) ? this.#copyView(value) : undefined;
  }

  #copyView(view: ArrayBufferView): object {
    const buffer = this.clone(view.buffer) as ArrayBuffer;
    if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength);
    const { length, byteOffset, constructor } = view as Uint8Array;
    return new (constructor as Uint8ArrayConstructor)(buffer, byteOffset, length);
  }

  #copyParts(value: object): object {
    if (value instanceof Map) {
      const copy = this.#note(value, new Map<unknown, unknown>());
      for (const [key, each] of [...value]) copy.set(this.clone(key), this.clone(each));
      return copy;
    }
    if (value instanceof Set) {
      const copy = this.#note(value, new Set<unknown>());
      for (const each of [...value]) copy.add(this.clone(each));
      return copy;
    }
    if (value instanceof Error) return this.#copyError(value);
    if (Array.isArray(value))
      return this.#copyProperties(value, this.#note(value, new Array<unknown>(value.length)));
    if (isPlatformObject(value)) throw refusal(value);
    return this.#copyProperties(value, this.#note(value, {}));
  }

  #note<Copy extends object>(value: object, copy: Copy): Copy {
    this.#copies.set(value, copy);
    return copy;
  }

  #copyProperties(value: object, copy: object): object {
    for (const key of Object.keys(value)) {
      const property = {
        value: this.clone(Reflect.get(value, key)),
        writable: true,
        enumerable: true,
        configurable: true,
      };
      Object.defineProperty(copy, key, property);
    }
    return copy;
  }

  #copyError(error: Error): Error {
    if (error instanceof DOMException) return new DOMException(error.message, error.name);
    const constructor = errorConstructors.find(({ name }) => name === error.name) ?? Error;
    const copy = this.#note(error, new constructor(String(error.message)));
    const hidden = { writable: true, configurable: true, enumerable: false };
    Object.defineProperty(copy, "stack", { ...hidden, value: error.stack });
    if (Object.hasOwn(error, "cause")) {
      Object.defineProperty(copy, "cause", { ...hidden, value: this.clone(error.cause) });
    }
    return copy;
  }
}

/** Whether an object is more than its properties, so that a copy of these would be a fake. */
function isPlatformObject(value: object): boolean {
  return (
    value instanceof Promise ||
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof WeakRef ||
    value instanceof typedArray
  );
}
