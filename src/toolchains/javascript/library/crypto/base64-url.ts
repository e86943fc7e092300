/** RFC 4648, 5: Base64 for URLs and names of files, without padding. */
import { fromBase64, toBase64 } from "../text/native.ts";

/** Bytes of it; padding and the usual alphabet are understood too. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[=\s]+/g, "");
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, "="));
}

/** Bytes as it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
