/** Fetch, 5.3: what Request and Response have in common. */
import { Blob, type BlobPart } from "../blob/blob.ts";
import type { FormData } from "../blob/form-data.ts";
import { parseFormData } from "../blob/parse-form-data.ts";
import { ReadableStream } from "../streams/streams.ts";
import { bytesOf, isByteSource, joinBytes, toArrayBuffer } from "../text/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../text/utf8.ts";
import type { BodySource } from "./body-source.ts";

let take: (body: Body) => BodySource | null;
let share: (body: Body) => BodySource | null;

/** Fetch, 5.3, mixin Body. */
export abstract class Body {
  static {
    take = (body) => {
      if (!body.#isPresent()) return null;
      body.#refuseUsed();
      body.#isTaken = true;
      return body.#stream ?? body.#source;
    };
    share = (body) => body.#share();
  }

  #source: BodySource | null;
  #stream: ReadableStream | undefined;
  #isTaken = false;

  constructor(source: BodySource | null) {
    this.#source = source;
  }

  /** The value of Content-Type. */
  protected abstract contentType(): string | null;

  get body(): ReadableStream | null {
    if (!this.#isPresent()) return null;
    this.#stream ??= streamOf(this.#source ?? "", this.#isTaken);
    return this.#stream;
  }

  get bodyUsed(): boolean {
    if (!this.#isPresent()) return false;
    return this.#isTaken || (this.#stream !== undefined && isDisturbed(this.#stream));
  }

  async text(): Promise<string> {
    const source = this.#consume();
    const text =
      typeof source === "string" ? source.toWellFormed() : decodeUtf8(await bytesFrom(source));
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.#consume();
    const bytes = await bytesFrom(source);
    // What was given stays the giver's.
    return source === bytes ? bytes.slice() : bytes;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return toArrayBuffer(await this.bytes());
  }

  async blob(): Promise<Blob> {
    const source = this.#consume();
    const parts: BlobPart[] = [typeof source === "string" ? source : await bytesFrom(source)];
    return new Blob(parts, { type: this.contentType() ?? "" });
  }

  async formData(): Promise<FormData> {
    const type = this.contentType() ?? "";
    return parseFormData(type, await bytesFrom(this.#consume()));
  }

  #refuseUsed(): void {
    if (this.bodyUsed || this.#stream?.locked === true) {
      throw new TypeError("Body is unusable: Body has already been read");
    }
  }

  #consume(): BodySource {
    if (!this.#isPresent()) return "";
    this.#refuseUsed();
    this.#isTaken = true;
    return this.#stream ?? this.#source ?? "";
  }

  /** A request that arrives is asked only now whether it has a body. */
  #isPresent(): boolean {
    const source = this.#source;
    if (source !== null && typeof source === "object" && "isAbsent" in source && source.isAbsent) {
      this.#source = null;
    }
    return this.#source !== null;
  }

  #share(): BodySource | null {
    this.#refuseUsed();
    const source = this.#stream ?? this.#source;
    if (source === null || isWhole(source)) return source;
    const [mine, other] = (source instanceof ReadableStream ? source : source.stream()).tee();
    this.#source = mine;
    this.#stream = mine;
    return other;
  }
}

/** Takes the body out of a Request or a Response, which has been read then. */
export function takeBody(body: Body): BodySource | null {
  return take(body);
}

/** The body for a copy: what cannot be shared is split in two. */
export function shareBody(body: Body): BodySource | null {
  return share(body);
}

/** Whether all of a body is at hand. */
function isWhole(source: BodySource): source is string | Uint8Array | Blob {
  return typeof source === "string" || source instanceof Uint8Array || source instanceof Blob;
}

/** Whether somebody has read from a stream, which the Streams Standard keeps to itself. */
function isDisturbed(stream: ReadableStream): boolean {
  // oxlint-disable-next-line no-underscore-dangle -- the polyfill has this name
  return (stream as unknown as { _disturbed?: boolean })._disturbed === true;
}

function streamOf(source: BodySource, isTaken: boolean): ReadableStream {
  if (source instanceof ReadableStream) return source;
  if (isTaken) return ReadableStream.from([]);
  if (typeof source === "string" || source instanceof Uint8Array) {
    return new Blob([source]).stream();
  }
  return source.stream();
}

/** All bytes of a body. */
async function bytesFrom(source: BodySource): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof source === "string") return encodeUtf8(source);
  if (source instanceof Uint8Array) return source as Uint8Array<ArrayBuffer>;
  if (!(source instanceof ReadableStream)) return await source.bytes();
  const pieces: Uint8Array[] = [];
  for await (const chunk of source) pieces.push(chunkBytes(chunk));
  return joinBytes(pieces);
}

/** A chunk of a body's stream as bytes; Fetch allows Uint8Arrays only, Node's habit is wider. */
export function chunkBytes(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (typeof chunk === "string") return encodeUtf8(chunk);
  if (isByteSource(chunk)) return bytesOf(chunk);
  throw new TypeError("The chunks of a body's stream must be bytes or text");
}
