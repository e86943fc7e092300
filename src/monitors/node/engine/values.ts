/**
 * Values of V8 as the kernel knows those of QuickJS (quickjs.h, JS_NAN_BOXING): 64 bits, a tag above
 * a number or, for what is counted, above a handle.
 */
import type { Room } from "./room.ts";

const tags = { object: -1n, text: -7n, integer: 0n, boolean: 1n } as const;
const firstTag = -9n;
const floatTags = 17n;
const floatOffset = 0x7ff8_000a_0000_0000n;
const notANumber = 0xffff_fff6_0000_0000n;

/** `null`, `undefined`, and what a call gives that has thrown. */
export const constants = {
  null: 0x2_0000_0000n,
  undefined: 0x3_0000_0000n,
  exception: 0x6_0000_0000n,
} as const;

/** Makes an ArrayBuffer of the program's realm. */
export type MakeBuffer = (length: number) => ArrayBuffer;

/** A value that the kernel holds. */
interface Held {
  count: number;
  /** Undefined for a buffer that only the kernel has seen so far. */
  value: unknown;
  /** Where the kernel sees a buffer's bytes; 0 while it does not. */
  start: number;
  length: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** The values that are in the kernel's hands. */
export class Values {
  readonly #room: Room;
  readonly #makeBuffer: MakeBuffer;
  readonly #held = new Map<number, Held>();
  /** Handles of objects: each has one, and its bytes one place. */
  readonly #handles = new Map<unknown, number>();
  readonly #spare: number[] = [];
  #lastHandle = 0;

  constructor(room: Room, makeBuffer: MakeBuffer) {
    this.#room = room;
    this.#makeBuffer = makeBuffer;
  }

  /** A value for the kernel, which gives it back by `free`. */
  encode(value: unknown): bigint {
    switch (typeof value) {
      case "number":
        return encodeNumber(value);
      case "boolean":
        return (tags.boolean << 32n) | BigInt(Number(value));
      case "undefined":
        return constants.undefined;
      case "object":
        return value === null ? constants.null : this.#encodeObject(value);
      case "function":
        return this.#encodeObject(value);
      default:
        return this.#keep(tags.text, { count: 1, value, start: 0, length: 0 });
    }
  }

  /** The value that the kernel means. */
  decode(value: bigint): unknown {
    const tag = BigInt.asIntN(64, value) >> 32n;
    if (tag === tags.integer) return Number(BigInt.asIntN(32, value));
    if (tag === tags.boolean) return (value & 1n) === 1n;
    if (tag === 2n) return null;
    if (tag === tags.object || tag === tags.text) return this.#decodeHeld(value);
    if (BigInt.asUintN(32, tag - firstTag) < floatTags) return undefined;
    bits.setBigUint64(0, BigInt.asUintN(64, value + floatOffset));
    return bits.getFloat64(0);
  }

  /** Takes another hold on a value. */
  hold(value: bigint): bigint {
    const held = this.#find(value);
    if (held !== undefined) held.count++;
    return value;
  }

  /** Gives a hold on a value back. */
  free(value: bigint): void {
    const held = this.#find(value);
    if (held === undefined || --held.count > 0) return;
    if (held.start !== 0) this.#room.release(held.start);
    const handle = handleOf(value);
    this.#handles.delete(held.value);
    this.#held.delete(handle);
    this.#spare.push(handle);
  }

  /** A new ArrayBuffer that the kernel fills where it lies; nothing when there is no room. */
  newBuffer(length: number): bigint | undefined {
    const start = this.#room.allocate(length);
    if (start === 0) return undefined;
    return this.#keep(tags.object, { count: 1, value: undefined, start, length });
  }

  /** Where the kernel finds an ArrayBuffer's bytes as they are now; nothing if it is none. */
  bufferPlace(value: bigint): { readonly start: number; readonly length: number } | undefined {
    const held = this.#find(value);
    if (held === undefined) return undefined;
    if (held.value !== undefined && !this.#refresh(held)) return undefined;
    return held.start === 0 ? undefined : held;
  }

  /** Puts a buffer's bytes as they are now where the kernel sees them; false if it is none. */
  #refresh(held: Held): boolean {
    if (!isBuffer(held.value)) return false;
    const bytes = new Uint8Array(held.value);
    if (held.start !== 0 && held.length === bytes.length) {
      this.#room.bytes(held.start, held.length).set(bytes);
      return true;
    }
    if (held.start !== 0) this.#room.release(held.start);
    held.start = this.#room.put(bytes);
    held.length = bytes.length;
    return true;
  }

  #encodeObject(value: object): bigint {
    const handle = this.#handles.get(value);
    if (handle !== undefined) return this.hold(valueOf(tags.object, handle));
    const encoded = this.#keep(tags.object, { count: 1, value, start: 0, length: 0 });
    this.#handles.set(value, handleOf(encoded));
    return encoded;
  }

  #decodeHeld(value: bigint): unknown {
    const held = this.#find(value);
    if (held === undefined) return undefined;
    if (held.value === undefined && held.start !== 0) {
      const buffer = this.#makeBuffer(held.length);
      new Uint8Array(buffer).set(this.#room.bytes(held.start, held.length));
      held.value = buffer;
      this.#handles.set(buffer, handleOf(value));
      this.#room.release(held.start);
      held.start = 0;
    }
    return held.value;
  }

  #keep(tag: bigint, held: Held): bigint {
    const handle = this.#spare.pop() ?? ++this.#lastHandle;
    this.#held.set(handle, held);
    return valueOf(tag, handle);
  }

  #find(value: bigint): Held | undefined {
    const tag = BigInt.asIntN(64, value) >> 32n;
    return tag === tags.object || tag === tags.text ? this.#held.get(handleOf(value)) : undefined;
  }
}

function valueOf(tag: bigint, handle: number): bigint {
  return BigInt.asUintN(64, (tag << 32n) | BigInt(handle));
}

function handleOf(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

function encodeNumber(value: number): bigint {
  if (Number.isNaN(value)) return notANumber;
  if ((value | 0) === value && !Object.is(value, -0)) return BigInt.asUintN(32, BigInt(value));
  bits.setFloat64(0, value);
  return BigInt.asUintN(64, bits.getBigUint64(0) - floatOffset);
}

/** By its internal slot, as it may be of any realm. */
function isBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
