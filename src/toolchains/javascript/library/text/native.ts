/// <reference lib="es2024.string" />
/** What QuickJS has and the compiler's libraries for ES2023 do not name: bytes as Base64 and hex. */

interface Base64Bytes extends Uint8Array<ArrayBuffer> {
  toBase64(): string;
  toHex(): string;
}

interface Base64BytesConstructor {
  fromBase64(text: string, options?: { alphabet: "base64" | "base64url" }): Base64Bytes;
  fromHex(text: string): Base64Bytes;
}

const constructor = Uint8Array as unknown as Base64BytesConstructor;

/** Bytes of Base64; throws a SyntaxError. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return constructor.fromBase64(text);
}

/** Bytes as Base64. */
export function toBase64(bytes: Uint8Array): string {
  return (bytes as Base64Bytes).toBase64();
}

/** Bytes of hexadecimal digits; throws a SyntaxError. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return constructor.fromHex(text);
}

/** Bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return (bytes as Base64Bytes).toHex();
}
