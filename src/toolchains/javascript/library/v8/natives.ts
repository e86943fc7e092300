/**
 * What QuickJS brings along and V8 by itself does not: for `tsuki dev`, where V8 runs the library.
 * Imported before all else there, and part of no image.
 */

const errorCodes: Readonly<Record<string, number>> = {
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

/** Web IDL, 2.8.1. */
class DOMException extends Error {
  readonly #name: string;

  constructor(message = "", name = "Error") {
    super(String(message));
    this.#name = String(name);
  }

  override get name(): string {
    return this.#name;
  }

  get code(): number {
    return errorCodes[this.#name] ?? 0;
  }

  get [Symbol.toStringTag](): string {
    return "DOMException";
  }
}

for (const [name, code] of Object.entries(errorCodes)) {
  const constant = `${name.replace(/Error$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, "_")}_ERR`;
  const property = { value: code, enumerable: true };
  Object.defineProperty(DOMException, constant.toUpperCase(), property);
  Object.defineProperty(DOMException.prototype, constant.toUpperCase(), property);
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encodeBase64(bytes: ArrayLike<number>): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const count = Math.min(bytes.length - at, 3) + 1;
    for (let index = 0; index < 4; index++) {
      text += index < count ? digits[(group >> (18 - index * 6)) & 63] : "=";
    }
  }
  return text;
}

/** Infra, 7: forgiving-base64 decode; undefined when the text is none. */
function decodeBase64(text: string): number[] | undefined {
  const plain = text.replace(/[\t\n\f\r ]/g, "");
  const data = plain.length % 4 === 0 ? plain.replace(/={1,2}$/, "") : plain;
  if (data.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(data)) return undefined;
  const bytes: number[] = [];
  let group = 0;
  let bits = 0;
  for (const digit of data) {
    group = ((group << 6) | digits.indexOf(digit)) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((group >> bits) & 255);
  }
  return bytes;
}

function btoa(data: unknown): string {
  const bytes = [...String(data)].map((character) => character.charCodeAt(0));
  if (bytes.every((byte) => byte < 256)) return encodeBase64(bytes);
  throw new DOMException("The string has characters beyond Latin 1", "InvalidCharacterError");
}

function atob(data: unknown): string {
  const bytes = decodeBase64(String(data));
  if (bytes !== undefined) return bytes.map((byte) => String.fromCharCode(byte)).join("");
  throw new DOMException("The string is not correctly encoded", "InvalidCharacterError");
}

function fromBase64(data: string, options: { alphabet?: string } = {}): Uint8Array {
  const isForUrls = options.alphabet === "base64url";
  const plain = isForUrls ? data.replaceAll("-", "+").replaceAll("_", "/") : data;
  const bytes = isForUrls && /[+/]/.test(data) ? undefined : decodeBase64(plain);
  if (bytes === undefined) throw new SyntaxError("invalid base64 string");
  return Uint8Array.from(bytes);
}

function fromHex(data: string): Uint8Array {
  if (data.length % 2 !== 0 || /[^0-9a-f]/i.test(data)) throw new SyntaxError("invalid hex string");
  return Uint8Array.from(data.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function toHex(this: Uint8Array): string {
  return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toBase64(this: Uint8Array): string {
  return encodeBase64(this);
}

function define(holder: object, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (name in holder) continue;
    Object.defineProperty(holder, name, { value, writable: true, configurable: true });
  }
}

define(globalThis, { DOMException, atob, btoa });
define(Uint8Array, { fromBase64, fromHex });
define(Uint8Array.prototype, { toBase64, toHex });
