/** Encoding, 7.3 and 7.4: encoding and decoding as transformations of streams. */
import { TransformStream } from "../streams/streams.ts";
import { TextDecoder } from "./text-decoder.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Encoding, 7.6: text to UTF-8, chunk by chunk. */
export class TextEncoderStream {
  readonly #transform: TransformStream<unknown, Uint8Array>;

  constructor() {
    // A pair of surrogates may be cut in two between chunks.
    let high = "";
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = high + String(chunk);
        high = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
        const whole = high === "" ? text : text.slice(0, -1);
        if (whole !== "") controller.enqueue(encodeUtf8(whole));
      },
      flush(controller) {
        if (high !== "") controller.enqueue(encodeUtf8(high));
      },
    });
  }

  get encoding(): string {
    return "utf-8";
  }

  get readable(): TransformStream["readable"] {
    return this.#transform.readable;
  }

  get writable(): TransformStream["writable"] {
    return this.#transform.writable;
  }

  get [Symbol.toStringTag](): string {
    return "TextEncoderStream";
  }
}

/** Encoding, 7.5: bytes to text, chunk by chunk. */
export class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #transform: TransformStream<ArrayBuffer | ArrayBufferView, string>;

  constructor(label: unknown = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable(): TransformStream["readable"] {
    return this.#transform.readable;
  }

  get writable(): TransformStream["writable"] {
    return this.#transform.writable;
  }

  get [Symbol.toStringTag](): string {
    return "TextDecoderStream";
  }
}
