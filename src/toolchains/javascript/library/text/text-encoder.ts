/** Encoding, 7.2: text to UTF-8. */
import { encodeUtf8 } from "./utf8.ts";

/** Encoding, 7.2: turns text into UTF-8. */
export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text: unknown = ""): Uint8Array<ArrayBuffer> {
    return encodeUtf8(String(text));
  }

  /** Writes as many whole characters as there is room for. */
  encodeInto(text: string, destination: Uint8Array): { read: number; written: number } {
    const bytes = encodeUtf8(text);
    if (bytes.length <= destination.length) {
      destination.set(bytes);
      return { read: text.length, written: bytes.length };
    }
    let read = 0;
    let written = 0;
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
      if (written + length > destination.length) break;
      read += character.length;
      written += length;
    }
    destination.set(bytes.subarray(0, written));
    return { read, written };
  }

  get [Symbol.toStringTag](): string {
    return "TextEncoder";
  }
}
