/** Node's Buffer, over the engine's native conversions. */
import { Blob, File } from "../blob/blob.ts";
import { customInspect } from "../console/inspection.ts";
import { fromBase64Url, toBase64Url } from "../crypto/base64-url.ts";
import { fromHex, toBase64, toHex } from "../text/native.ts";
import { decodeUtf8, encodeUtf8, toBinary } from "../text/utf8.ts";
import { defineNumbers, type NumberMethods } from "./buffer-numbers.ts";

/** Names of encodings that Buffer knows. */
export type BufferEncoding = string;

const encodings = /^(?:utf-?8|hex|base64|base64url|latin1|binary|ascii|ucs-?2|utf-?16le)$/i;

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- they are made of a table
export interface Buffer extends NumberMethods {}

/** Bytes with Node's methods. */
export class Buffer extends Uint8Array<ArrayBuffer> {
  static readonly poolSize = 8192;

  static override from(value: unknown, encodingOrOffset?: unknown, length?: number): Buffer {
    if (typeof value === "string") return wrap(encodeText(value, encodingOrOffset));
    if (value instanceof ArrayBuffer)
      return new Buffer(value, Number(encodingOrOffset ?? 0), length);
    if (ArrayBuffer.isView(value)) return wrap(new Uint8Array(value as Uint8Array));
    if (typeof value !== "object" || value === null) {
      throw new TypeError(
        "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array",
      );
    }
    const { type, data } = value as { type?: unknown; data?: unknown };
    const list =
      type === "Buffer" && Array.isArray(data)
        ? (data as unknown[])
        : (value as ArrayLike<unknown>);
    return wrap(Uint8Array.from(list, Number));
  }

  static alloc(
    size: number,
    fill?: string | number | Uint8Array,
    encoding?: BufferEncoding,
  ): Buffer {
    const buffer = blank(size);
    return fill === undefined || fill === 0 ? buffer : buffer.fill(fill, 0, size, encoding);
  }

  static allocUnsafe(size: number): Buffer {
    return blank(size);
  }

  static allocUnsafeSlow(size: number): Buffer {
    return blank(size);
  }

  static byteLength(
    value: string | ArrayBuffer | ArrayBufferView,
    encoding?: BufferEncoding,
  ): number {
    return typeof value === "string" ? encodeText(value, encoding).length : value.byteLength;
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer;
  }

  static isEncoding(name: unknown): boolean {
    return typeof name === "string" && encodings.test(name);
  }

  static compare(one: Uint8Array, other: Uint8Array): number {
    const length = Math.min(one.length, other.length);
    for (let index = 0; index < length; index++) {
      const difference = (one[index] ?? 0) - (other[index] ?? 0);
      if (difference !== 0) return Math.sign(difference);
    }
    return Math.sign(one.length - other.length);
  }

  static concat(list: readonly Uint8Array[], length?: number): Buffer {
    const whole = blank(length ?? list.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of list) {
      if (at >= whole.length) break;
      whole.set(each.subarray(0, whole.length - at), at);
      at += each.length;
    }
    return whole;
  }

  get parent(): ArrayBuffer {
    return this.buffer;
  }

  override toString(encoding: BufferEncoding = "utf8", start = 0, end = this.length): string {
    return decodeText(this.subarray(Math.max(start, 0), end), encoding);
  }

  toJSON(): { type: "Buffer"; data: number[] } {
    return { type: "Buffer", data: [...this] };
  }

  equals(other: Uint8Array): boolean {
    return Buffer.compare(this, other) === 0;
  }

  compare(other: Uint8Array, start = 0, end = other.length, from = 0, to = this.length): number {
    return Buffer.compare(this.subarray(from, to), other.subarray(start, end));
  }

  copy(target: Uint8Array, at = 0, start = 0, end = this.length): number {
    const source = this.subarray(start, Math.min(end, start + target.length - at));
    target.set(source, at);
    return source.length;
  }

  write(
    text: string,
    offset?: number | string,
    length?: number | string,
    encoding?: BufferEncoding,
  ): number {
    const name =
      typeof offset === "string" ? offset : typeof length === "string" ? length : encoding;
    const at = typeof offset === "number" ? offset : 0;
    const most = Math.min(typeof length === "number" ? length : this.length, this.length - at);
    const bytes = encodeText(text, name).subarray(0, most);
    this.set(bytes, at);
    return bytes.length;
  }

  /** Node's slice shares the bytes. */
  override slice(start?: number, end?: number): Buffer {
    return this.subarray(start, end);
  }

  override subarray(start?: number, end?: number): Buffer {
    return super.subarray(start, end) as Buffer;
  }

  override fill(
    value: string | number | Uint8Array,
    start?: number | string,
    end?: number,
    encoding?: BufferEncoding,
  ): this {
    if (typeof value === "number") return super.fill(value, Number(start ?? 0), end);
    const bytes =
      typeof value === "string"
        ? encodeText(value, typeof start === "string" ? start : encoding)
        : value;
    const last = end ?? this.length;
    for (
      let at = Number(typeof start === "number" ? start : 0), index = 0;
      at < last;
      at++, index++
    ) {
      this[at] = bytes[index % Math.max(bytes.length, 1)] ?? 0;
    }
    return this;
  }

  override indexOf(
    value: string | number | Uint8Array,
    from: number | string = 0,
    encoding?: BufferEncoding,
  ): number {
    if (typeof value === "number") return super.indexOf(value & 0xff, Number(from));
    const bytes =
      typeof value === "string"
        ? encodeText(value, typeof from === "string" ? from : encoding)
        : value;
    return toBinary(this).indexOf(
      toBinary(bytes),
      typeof from === "string" ? 0 : from < 0 ? this.length + from : from,
    );
  }

  override lastIndexOf(value: string | number | Uint8Array, from?: number): number {
    if (typeof value === "number") return super.lastIndexOf(value & 0xff, from ?? this.length - 1);
    const bytes = typeof value === "string" ? encodeUtf8(value) : value;
    return toBinary(this).lastIndexOf(toBinary(bytes), from);
  }

  override includes(
    value: string | number | Uint8Array,
    from?: number,
    encoding?: BufferEncoding,
  ): boolean {
    return this.indexOf(value, from, encoding) >= 0;
  }

  [customInspect](): string {
    const shown = Array.from(super.subarray(0, 50), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join(" ");
    const more =
      this.length > 50 ? ` ... ${this.length - 50} more byte${this.length > 51 ? "s" : ""}` : "";
    return `<Buffer${shown === "" ? "" : ` ${shown}`}${more}>`;
  }
}

defineNumbers(Buffer.prototype);

function wrap(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function blank(size: number): Buffer {
  return new Buffer(new ArrayBuffer(size));
}

function nameOf(encoding: unknown): string {
  return typeof encoding === "string" ? encoding.toLowerCase() : "utf8";
}

/** Text as bytes of an encoding. */
export function encodeText(text: string, encoding: unknown): Uint8Array<ArrayBuffer> {
  switch (nameOf(encoding)) {
    case "utf8":
    case "utf-8":
      return encodeUtf8(text);
    case "hex":
      return fromHex(/^(?:[0-9a-fA-F]{2})*/.exec(text)?.[0] ?? "");
    case "base64":
    case "base64url":
      return fromBase64Url(text.replace(/=[^]*$/, "").replace(/[^A-Za-z0-9+/_-]/g, ""));
    case "latin1":
    case "binary":
    case "ascii":
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    case "ucs2":
    case "ucs-2":
    case "utf16le":
    case "utf-16le":
      return new Uint8Array(
        Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).buffer,
      );
    default:
      throw Object.assign(new TypeError(`Unknown encoding: ${String(encoding)}`), {
        code: "ERR_UNKNOWN_ENCODING",
      });
  }
}

/** Bytes as text of an encoding. */
export function decodeText(bytes: Uint8Array, encoding: unknown): string {
  switch (nameOf(encoding)) {
    case "utf8":
    case "utf-8":
      return decodeUtf8(bytes);
    case "hex":
      return toHex(bytes);
    case "base64":
      return toBase64(bytes);
    case "base64url":
      return toBase64Url(bytes);
    case "latin1":
    case "binary":
      return toBinary(bytes);
    case "ascii":
      return toBinary(bytes).replace(/[\x80-\xff]/g, (character) =>
        String.fromCharCode(character.charCodeAt(0) & 0x7f),
      );
    case "ucs2":
    case "ucs-2":
    case "utf16le":
    case "utf-16le":
      return Array.from({ length: bytes.length >> 1 }, (_, index) =>
        String.fromCharCode((bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8)),
      ).join("");
    default:
      throw Object.assign(new TypeError(`Unknown encoding: ${String(encoding)}`), {
        code: "ERR_UNKNOWN_ENCODING",
      });
  }
}

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  return !decodeUtf8(bytes).includes("\ufffd");
}

const global = globalThis;
export const atob = global.atob;
export const btoa = global.btoa;
export const constants = { MAX_LENGTH: 0x7fff_ffff, MAX_STRING_LENGTH: 0x3fff_ffff };
export const kMaxLength = constants.MAX_LENGTH;
export const INSPECT_MAX_BYTES = 50;
export { Blob, File };

const whole = { Buffer, Blob, File, atob, btoa, constants, kMaxLength, INSPECT_MAX_BYTES, isUtf8 };

export { whole as default };
