/** Web Cryptography, 10: randomness, and the way to the rest. */
import { randomBytes } from "./random.ts";
import { SubtleCrypto } from "./subtle.ts";

const mostBytes = 65_536;

/** Web Cryptography, 10. */
export class Crypto {
  readonly subtle = new SubtleCrypto();

  /** Fills an array of integers. */
  getRandomValues<List extends ArrayBufferView>(list: List): List {
    if (
      !ArrayBuffer.isView(list) ||
      list instanceof DataView ||
      list instanceof Float32Array ||
      list instanceof Float64Array
    ) {
      throw new DOMException("The array must be one of integers", "TypeMismatchError");
    }
    if (list.byteLength > mostBytes) {
      throw new DOMException(`More than ${mostBytes} random bytes at once`, "QuotaExceededError");
    }
    new Uint8Array(list.buffer, list.byteOffset, list.byteLength).set(randomBytes(list.byteLength));
    return list;
  }

  /** RFC 9562, 5.4: a UUID of version 4. */
  randomUUID(): string {
    const bytes = randomBytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return Array.from(bytes, (byte, index) => {
      const dash = index === 4 || index === 6 || index === 8 || index === 10 ? "-" : "";
      return dash + byte.toString(16).padStart(2, "0");
    }).join("");
  }

  get [Symbol.toStringTag](): string {
    return "Crypto";
  }
}

/** The instance's. */
export const crypto = new Crypto();
