/** Node's string_decoder. */
import { TextDecoder } from "../text/text-decoder.ts";
import { decodeText } from "./buffer.ts";

/** Bytes to text, piece by piece. */
export class StringDecoder {
  readonly encoding: string;
  readonly #decoder: TextDecoder | undefined;

  constructor(encoding = "utf8") {
    this.encoding = encoding;
    const isText = /^(?:utf-?8|ucs-?2|utf-?16le)$/i.test(encoding);
    this.#decoder = isText
      ? new TextDecoder(encoding.endsWith("8") ? "utf-8" : "utf-16le", { ignoreBOM: true })
      : undefined;
  }

  write(bytes: Uint8Array): string {
    return this.#decoder?.decode(bytes, { stream: true }) ?? decodeText(bytes, this.encoding);
  }

  end(bytes?: Uint8Array): string {
    const text = bytes === undefined ? "" : this.write(bytes);
    return text + (this.#decoder?.decode() ?? "");
  }
}

const whole = { StringDecoder };

export { whole as default };
