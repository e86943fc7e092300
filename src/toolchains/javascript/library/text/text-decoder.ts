/** Encoding, 7.1: bytes to text. Of the encodings, UTF-8, UTF-16 and Latin 1 are there. */
import { bytesOf } from "./bytes.ts";
import { decodeStrictly, decodeUtf8, incompleteTail, toBinary } from "./utf8.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Encoding, 4.2: the usual labels. */
const labels: Readonly<Record<string, Encoding>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  unicode11utf8: "utf-8",
  "utf-16le": "utf-16le",
  "utf-16": "utf-16le",
  ucs2: "utf-16le",
  "ucs-2": "utf-16le",
  unicode: "utf-16le",
  "utf-16be": "utf-16be",
  latin1: "windows-1252",
  "iso-8859-1": "windows-1252",
  "iso8859-1": "windows-1252",
  ascii: "windows-1252",
  "us-ascii": "windows-1252",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
  l1: "windows-1252",
};

/** What 0x80 to 0x9f mean (Encoding, index windows-1252). */
const windows1252 =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

/** Encoding, 7.1: turns bytes into text, in one piece or in several. */
export class TextDecoder {
  readonly #encoding: Encoding;
  readonly #isFatal: boolean;
  readonly #keepsMark: boolean;
  #rest: Uint8Array = new Uint8Array(0);
  #isAtStart = true;

  constructor(label: unknown = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const encoding = labels[String(label).trim().toLowerCase()];
    if (encoding === undefined) {
      throw new RangeError(`The "${String(label)}" encoding is not supported`);
    }
    this.#encoding = encoding;
    this.#isFatal = Boolean(options.fatal);
    this.#keepsMark = Boolean(options.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#isFatal;
  }

  get ignoreBOM(): boolean {
    return this.#keepsMark;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const bytes = this.#withRest(input === undefined ? new Uint8Array(0) : bytesOf(input));
    const isLast = !options.stream;
    const restLength = isLast ? 0 : this.#incomplete(bytes);
    const text = this.#decode(bytes.subarray(0, bytes.length - restLength));
    this.#rest = bytes.slice(bytes.length - restLength);
    const hasMark = this.#isAtStart && !this.#keepsMark && text.startsWith("\ufeff");
    this.#isAtStart = isLast || (this.#isAtStart && text === "");
    return hasMark ? text.slice(1) : text;
  }

  get [Symbol.toStringTag](): string {
    return "TextDecoder";
  }

  #withRest(bytes: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return bytes;
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    this.#rest = new Uint8Array(0);
    return joined;
  }

  #incomplete(bytes: Uint8Array): number {
    if (this.#encoding === "utf-8") return incompleteTail(bytes);
    if (this.#encoding === "windows-1252") return 0;
    const odd = bytes.length % 2;
    const high = bytes[bytes.length - odd - (this.#encoding === "utf-16le" ? 1 : 2)] ?? 0;
    return bytes.length - odd >= 2 && high >= 0xd8 && high < 0xdc ? odd + 2 : odd;
  }

  #decode(bytes: Uint8Array): string {
    switch (this.#encoding) {
      case "utf-8":
        return this.#isFatal ? (decodeStrictly(bytes) ?? this.#refuse()) : decodeUtf8(bytes);
      case "windows-1252":
        return toBinary(bytes).replace(
          /[\x80-\x9f]/g,
          (byte) => windows1252[byte.charCodeAt(0) - 0x80] ?? byte,
        );
      default:
        return this.#decodeUtf16(bytes);
    }
  }

  #decodeUtf16(bytes: Uint8Array): string {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLittle = this.#encoding === "utf-16le";
    const pieces: string[] = [];
    for (let at = 0; at + 1 < bytes.length; at += 2) {
      pieces.push(String.fromCharCode(view.getUint16(at, isLittle)));
    }
    const text = pieces.join("");
    const isWhole = bytes.length % 2 === 0;
    if (this.#isFatal && !(isWhole && text.isWellFormed())) this.#refuse();
    return isWhole ? text.toWellFormed() : `${text.toWellFormed()}\ufffd`;
  }

  #refuse(): never {
    this.#isAtStart = true;
    throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
  }
}
