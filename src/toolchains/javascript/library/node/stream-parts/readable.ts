/** Node's readable streams, as far as servers and their middleware use them. */
import { ReadableStream } from "../../streams/streams.ts";
import { TextDecoder } from "../../text/text-decoder.ts";
import { Buffer } from "../buffer.ts";
import { Stream } from "./stream.ts";

const usualHighWaterMark = 65_536;

/** How a Readable is made. */
export interface ReadableOptions {
  highWaterMark?: number;
  objectMode?: boolean;
  encoding?: string;
  autoDestroy?: boolean;
  signal?: AbortSignal;
  read?(this: Readable, size: number): void;
  destroy?(this: Readable, error: Error | null, callback: (error?: Error | null) => void): void;
}

type Target = { write(chunk: unknown): boolean; end(): unknown } & Stream;

/** Something to read from, by events, by pipes, or as an iterable. */
export class Readable extends Stream {
  readableFlowing: boolean | null = null;
  readableEnded = false;
  readableDidRead = false;
  readableAborted = false;
  readonly readableObjectMode: boolean;
  readonly readableHighWaterMark: number;
  readableEncoding: string | null = null;
  readonly #queue: unknown[] = [];
  readonly #pipes = new Map<Target, () => void>();
  #length = 0;
  #decoder: TextDecoder | undefined;
  #hasEnded = false;
  #isReading = false;
  #isScheduled = false;

  constructor(options: ReadableOptions = {}) {
    super();
    this.readableObjectMode = options.objectMode ?? false;
    this.readableHighWaterMark =
      options.highWaterMark ?? (this.readableObjectMode ? 16 : usualHighWaterMark);
    if (options.read !== undefined) this._read = options.read;
    if (options.destroy !== undefined) this._destroy = options.destroy;
    if (options.encoding !== undefined) this.setEncoding(options.encoding);
    options.signal?.addEventListener("abort", () => this.destroy(options.signal?.reason as Error));
  }

  /** A stream of what an iterable gives. */
  static from(
    iterable: Iterable<unknown> | AsyncIterable<unknown>,
    options: ReadableOptions = {},
  ): Readable {
    const isWhole = typeof iterable === "string" || iterable instanceof Uint8Array;
    const source: Iterable<unknown> | AsyncIterable<unknown> = isWhole ? [iterable] : iterable;
    const iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    return new Readable({
      objectMode: true,
      ...options,
      read() {
        Promise.resolve(iterator.next()).then(
          ({ done, value }) => this.push(done === true ? null : value),
          (error: unknown) => this.destroy(error as Error),
        );
      },
    });
  }

  /** A stream of the web's as one of Node's. */
  static fromWeb(stream: ReadableStream, options: ReadableOptions = {}): Readable {
    const reader = stream.getReader();
    return new Readable({
      ...options,
      read() {
        reader.read().then(
          ({ done, value }) => this.push(done ? null : value),
          (error: unknown) => this.destroy(error as Error),
        );
      },
      destroy(error, callback) {
        reader.cancel(error).then(
          () => callback(error),
          () => callback(error),
        );
      },
    });
  }

  /** A stream of Node's as one of the web's. */
  static toWeb(readable: Readable): ReadableStream {
    return ReadableStream.from(
      (async function* chunks() {
        for await (const chunk of readable) {
          yield typeof chunk === "object" && chunk instanceof Uint8Array
            ? new Uint8Array(chunk)
            : chunk;
        }
      })(),
    );
  }

  get readable(): boolean {
    return !this.destroyed && !this.readableEnded;
  }

  get readableLength(): number {
    return this.#length;
  }

  /** Provides more by `push`; streams define it. */
  _read(_size: number): void {
    throw new Error("The _read() method is not implemented");
  }

  /** Gives the stream a chunk, or null for its end; false: there is enough for now. */
  push(chunk: unknown, encoding?: string): boolean {
    this.#isReading = false;
    if (chunk === null) {
      this.#hasEnded = true;
    } else {
      this.#add(chunk, encoding);
    }
    this.#schedule();
    return this.#length < this.readableHighWaterMark && !this.#hasEnded;
  }

  unshift(chunk: unknown): void {
    this.#queue.unshift(chunk);
    this.#length += this.#sizeOf(chunk);
  }

  setEncoding(encoding: string): this {
    this.readableEncoding = encoding;
    this.#decoder = new TextDecoder(encoding === "binary" ? "latin1" : encoding);
    return this;
  }

  /** The next chunk, or all of what is there; null: nothing is. */
  read(size?: number): unknown {
    this.readableDidRead = true;
    if (size === 0 || this.#queue.length === 0) {
      this.#fill();
      if (this.#queue.length === 0) this.#endIfDone();
      return null;
    }
    const chunk = this.readableObjectMode ? this.#queue.shift() : this.#take(size);
    if (chunk === null) return null;
    this.#length -= this.#sizeOf(chunk);
    if (this.readableFlowing !== true) this.emit("data", chunk);
    this.#fill();
    if (this.#queue.length === 0 && this.#hasEnded) this.#schedule();
    return chunk;
  }

  override on(name: string | symbol, listener: (...values: unknown[]) => void): this {
    super.on(name, listener);
    if (name === "data" && this.readableFlowing !== false) this.resume();
    else if (name === "readable") {
      this.readableFlowing = false;
      this.#schedule();
    }
    return this;
  }

  resume(): this {
    this.readableFlowing = true;
    this.#schedule();
    return this;
  }

  pause(): this {
    this.readableFlowing = false;
    return this;
  }

  isPaused(): boolean {
    return this.readableFlowing === false;
  }

  pipe<Destination extends Target>(
    target: Destination,
    options: { end?: boolean } = {},
  ): Destination {
    const onData = (chunk: unknown): void => {
      if (!target.write(chunk)) {
        this.pause();
        target.once("drain", () => this.resume());
      }
    };
    const onEnd = (): void => void target.end();
    this.#pipes.set(target, () => {
      this.off("data", onData);
      this.off("end", onEnd);
    });
    this.on("data", onData);
    if (options.end !== false) this.once("end", onEnd);
    target.emit("pipe", this);
    return target;
  }

  unpipe(target?: Target): this {
    for (const [each, stop] of this.#pipes) {
      if (target !== undefined && each !== target) continue;
      stop();
      this.#pipes.delete(each);
      each.emit("unpipe", this);
    }
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    let wake: (() => void) | undefined;
    let failure: Error | undefined;
    const stir = (): void => wake?.();
    const fail = (error: unknown): void => {
      failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      stir();
    };
    this.on("readable", stir);
    this.on("end", stir);
    this.on("close", stir);
    this.on("error", fail);
    try {
      while (!this.readableEnded) {
        const chunk = this.read();
        if (chunk !== null) yield chunk;
        else if (failure !== undefined) throw failure;
        else if (this.readableEnded || this.destroyed) break;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failure !== undefined) throw failure;
    } finally {
      this.off("error", fail);
      this.destroy();
    }
  }

  /** All chunks in a list. */
  async toArray(): Promise<unknown[]> {
    const chunks: unknown[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return chunks;
  }

  protected override isFinished(): boolean {
    return this.readableEnded;
  }

  #add(chunk: unknown, encoding: string | undefined): void {
    if (this.readableObjectMode) {
      this.#queue.push(chunk);
      this.#length++;
      return;
    }
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, encoding)
        : Buffer.from(
            (chunk as Uint8Array).buffer,
            (chunk as Uint8Array).byteOffset,
            (chunk as Uint8Array).byteLength,
          );
    const given = this.#decoder === undefined ? bytes : this.#decode(bytes);
    if (given.length === 0) return;
    this.#queue.push(given);
    this.#length += given.length;
  }

  #decode(bytes: Buffer): string {
    const encoding = this.readableEncoding ?? "";
    if (/^(?:hex|base64)/.test(encoding)) return bytes.toString(encoding);
    return this.#decoder?.decode(bytes, { stream: true }) ?? "";
  }

  #sizeOf(chunk: unknown): number {
    return this.readableObjectMode ? 1 : (chunk as { length: number }).length;
  }

  #take(size: number | undefined): unknown {
    if (size === undefined && this.readableFlowing === true) return this.#queue.shift();
    if (size !== undefined && size > this.#length && !this.#hasEnded) return null;
    const all = this.#queue.splice(0);
    const isText = typeof all[0] === "string";
    const whole = isText
      ? all.join("")
      : all.length === 1
        ? (all[0] as Buffer)
        : Buffer.concat(all as Buffer[]);
    if (size === undefined || size >= whole.length) return whole;
    this.#queue.push(isText ? whole.slice(size) : (whole as Buffer).subarray(size));
    return whole.slice(0, size);
  }

  #fill(): void {
    if (
      this.#isReading ||
      this.#hasEnded ||
      this.destroyed ||
      this.#length >= this.readableHighWaterMark
    )
      return;
    this.#isReading = true;
    this._read(this.readableHighWaterMark);
  }

  /** What listeners see happens in a job of its own. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flow();
    });
  }

  #flow(): void {
    if (this.destroyed) return;
    if (this.readableFlowing === true) {
      while (this.readableFlowing && this.#queue.length > 0 && !this.destroyed) {
        const chunk = this.#queue.shift();
        this.#length -= this.#sizeOf(chunk);
        this.readableDidRead = true;
        this.emit("data", chunk);
      }
      this.#fill();
    } else if (this.readableFlowing === false && this.listenerCount("readable") > 0) {
      if (this.#queue.length > 0 || this.#hasEnded) this.emit("readable");
      else this.#fill();
    }
    if (this.readableFlowing !== null) this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#hasEnded || this.#queue.length > 0 || this.readableEnded || this.destroyed) return;
    this.readableEnded = true;
    this.emit("end");
    this.closeIfFinished();
  }
}
