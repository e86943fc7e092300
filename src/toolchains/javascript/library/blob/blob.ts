/** File API, 3 and 4: bytes that do not change, and files. */
import { ReadableStream } from "../streams/streams.ts";
import { type ByteSource, bytesOf, isByteSource, joinBytes, toArrayBuffer } from "../text/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../text/utf8.ts";

/** What a Blob is made of. */
export type BlobPart = string | ByteSource | Blob;

const chunkLength = 65_536;
const printable = /^[\x20-\x7e]*$/;

let bytesIn: (blob: Blob) => Uint8Array<ArrayBuffer>;

/** File API, 3. */
export class Blob {
  static {
    bytesIn = (blob) => blob.#bytes;
  }

  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #type: string;

  constructor(parts: Iterable<BlobPart> = [], options: { type?: string; endings?: string } = {}) {
    if (typeof parts !== "object" || parts === null || !(Symbol.iterator in parts)) {
      throw new TypeError("A Blob is made of a sequence of parts");
    }
    const isNative = options?.endings === "native";
    const pieces = Array.from(parts, (part) => partBytes(part, isNative));
    // What is given may change later.
    this.#bytes = pieces.length === 1 ? joinBytes(pieces).slice() : joinBytes(pieces);
    const type = String(options?.type ?? "");
    this.#type = printable.test(type) ? type.toLowerCase() : "";
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start?: number, end?: number, type = ""): Blob {
    return new Blob([this.#bytes.subarray(start ?? 0, end)], { type });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return toArrayBuffer(await this.bytes());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return await Promise.resolve(this.#bytes.slice());
  }

  async text(): Promise<string> {
    return await Promise.resolve(decodeUtf8(this.#bytes));
  }

  stream(): ReadableStream<Uint8Array> {
    const bytes = this.#bytes;
    let at = 0;
    return new ReadableStream({
      type: "bytes",
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + chunkLength));
        at += chunkLength;
        if (at < bytes.length) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }

  get [Symbol.toStringTag](): string {
    return "Blob";
  }
}

/** File API, 4: a Blob with a name. */
export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(
    parts: Iterable<BlobPart>,
    name: string,
    options: { type?: string; endings?: string; lastModified?: number } = {},
  ) {
    if (arguments.length < 2) throw new TypeError("A File needs parts and a name");
    super(parts, options);
    this.#name = String(name);
    this.#lastModified = Math.trunc(options.lastModified ?? Date.now());
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get webkitRelativePath(): string {
    return "";
  }

  override get [Symbol.toStringTag](): string {
    return "File";
  }
}

/** A Blob's bytes in place; not to be changed. */
export function blobBytes(blob: Blob): Uint8Array<ArrayBuffer> {
  return bytesIn(blob);
}

function partBytes(part: BlobPart, isNative: boolean): Uint8Array<ArrayBuffer> {
  if (part instanceof Blob) return blobBytes(part);
  if (isByteSource(part)) return bytesOf(part);
  const text = String(part);
  return encodeUtf8(isNative ? text.replace(/\r\n?/g, "\n") : text);
}
