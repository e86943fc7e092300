/** Node's writable streams, and those that go both ways. */
import { Readable, type ReadableOptions } from "./readable.ts";
import { Stream } from "./stream.ts";
import { type Done, Writing } from "./writing.ts";

const usualHighWaterMark = 65_536;

/** How a Writable is made. */
export interface WritableOptions {
  highWaterMark?: number;
  objectMode?: boolean;
  decodeStrings?: boolean;
  write?(this: WritableHalf, chunk: unknown, encoding: string, done: Done): void;
  final?(this: WritableHalf, done: Done): void;
  destroy?(this: WritableHalf, error: Error | null, done: Done): void;
}

/** The methods that a stream needs which is written to. */
export interface WritableHalf extends Stream {
  _write(chunk: unknown, encoding: string, done: Done): void;
  _final(done: Done): void;
}

function writingOf(
  stream: WritableHalf,
  options: {
    highWaterMark?: number | undefined;
    objectMode?: boolean | undefined;
    decodeStrings?: boolean | undefined;
  },
  finished: () => void,
): Writing {
  const objectMode = options.objectMode ?? false;
  return new Writing({
    stream,
    objectMode,
    highWaterMark: options.highWaterMark ?? (objectMode ? 16 : usualHighWaterMark),
    decodeStrings: options.decodeStrings ?? true,
    write: (chunk, encoding, done) => stream._write(chunk, encoding, done),
    final: (done) => stream._final(done),
    finished,
  });
}

/** Sorts the arguments that `write` and `end` may leave out. */
function sorted(encoding: unknown, done: unknown): [encoding: string, done: Done | undefined] {
  if (typeof encoding === "function") return ["utf8", encoding as Done];
  return [
    typeof encoding === "string" ? encoding : "utf8",
    typeof done === "function" ? (done as Done) : undefined,
  ];
}

/** Something to write to. */
export class Writable extends Stream implements WritableHalf {
  readonly #writing: Writing;

  constructor(options: WritableOptions = {}) {
    super();
    if (options.write !== undefined) this._write = options.write;
    if (options.final !== undefined) this._final = options.final;
    if (options.destroy !== undefined) this._destroy = options.destroy;
    this.#writing = writingOf(this, options, () => this.closeIfFinished());
  }

  get writable(): boolean {
    return !this.destroyed && !this.#writing.isEnding;
  }

  get writableEnded(): boolean {
    return this.#writing.isEnding;
  }

  get writableFinished(): boolean {
    return this.#writing.isFinished;
  }

  get writableLength(): number {
    return this.#writing.length;
  }

  get writableNeedDrain(): boolean {
    return this.#writing.needsDrain;
  }

  /** Writes one chunk; streams define it. */
  _write(_chunk: unknown, _encoding: string, _done: Done): void {
    throw new Error("The _write() method is not implemented");
  }

  /** Does what is left to do at the end. */
  _final(done: Done): void {
    done();
  }

  write(chunk: unknown, encoding?: unknown, done?: unknown): boolean {
    return this.#writing.write(chunk, ...sorted(encoding, done));
  }

  end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    const call = [chunk, encoding, done].find((each) => typeof each === "function") as
      | (() => void)
      | undefined;
    if (call !== undefined) this.once("finish", call);
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function")
      this.write(chunk, encoding);
    this.#writing.end();
    return this;
  }

  cork(): void {
    this.#writing.cork();
  }

  uncork(): void {
    this.#writing.uncork();
  }

  setDefaultEncoding(): this {
    return this;
  }

  protected override isFinished(): boolean {
    return this.#writing.isFinished;
  }
}

/** How a Duplex is made. */
export interface DuplexOptions
  extends Omit<ReadableOptions, "destroy" | "read">,
    Omit<WritableOptions, "destroy"> {
  read?: (this: Readable, size: number) => void;
  destroy?: (this: Stream, error: Error | null, done: Done) => void;
  readableObjectMode?: boolean;
  writableObjectMode?: boolean;
  readableHighWaterMark?: number;
  writableHighWaterMark?: number;
  allowHalfOpen?: boolean;
}

/** Something to read from and to write to. */
export class Duplex extends Readable implements WritableHalf {
  allowHalfOpen: boolean;
  readonly #writing: Writing;

  constructor(options: DuplexOptions = {}) {
    const readableMark = options.readableHighWaterMark ?? options.highWaterMark;
    super({
      ...(options as ReadableOptions),
      objectMode: options.readableObjectMode ?? options.objectMode ?? false,
      ...(readableMark === undefined ? {} : { highWaterMark: readableMark }),
    });
    this.allowHalfOpen = options.allowHalfOpen ?? true;
    if (options.write !== undefined) this._write = options.write;
    if (options.final !== undefined) this._final = options.final;
    const writable = {
      highWaterMark: options.writableHighWaterMark ?? options.highWaterMark,
      objectMode: options.writableObjectMode ?? options.objectMode,
      decodeStrings: options.decodeStrings,
    };
    this.#writing = writingOf(this, writable, () => this.closeIfFinished());
  }

  get writable(): boolean {
    return !this.destroyed && !this.#writing.isEnding;
  }

  get writableEnded(): boolean {
    return this.#writing.isEnding;
  }

  get writableFinished(): boolean {
    return this.#writing.isFinished;
  }

  get writableLength(): number {
    return this.#writing.length;
  }

  get writableNeedDrain(): boolean {
    return this.#writing.needsDrain;
  }

  /** Writes one chunk; streams define it. */
  _write(_chunk: unknown, _encoding: string, _done: Done): void {
    throw new Error("The _write() method is not implemented");
  }

  /** Does what is left to do at the end. */
  _final(done: Done): void {
    done();
  }

  write(chunk: unknown, encoding?: unknown, done?: unknown): boolean {
    return this.#writing.write(chunk, ...sorted(encoding, done));
  }

  end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    const call = [chunk, encoding, done].find((each) => typeof each === "function") as
      | (() => void)
      | undefined;
    if (call !== undefined) this.once("finish", call);
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function")
      this.write(chunk, encoding);
    this.#writing.end();
    return this;
  }

  cork(): void {
    this.#writing.cork();
  }

  uncork(): void {
    this.#writing.uncork();
  }

  protected override isFinished(): boolean {
    return this.readableEnded && this.#writing.isFinished;
  }
}

/** How a Transform is made. */
export interface TransformOptions extends DuplexOptions {
  transform?: (this: Transform, chunk: unknown, encoding: string, done: TransformDone) => void;
  flush?: (this: Transform, done: TransformDone) => void;
}

/** Called when a chunk has been transformed, with the result if there is one. */
export type TransformDone = (error?: Error | null, result?: unknown) => void;

/** What is written comes out changed. */
export class Transform extends Duplex {
  constructor(options: TransformOptions = {}) {
    super(options);
    if (options.transform !== undefined) this._transform = options.transform;
    if (options.flush !== undefined) this._flush = options.flush;
  }

  /** Changes one chunk; streams define it. */
  _transform(_chunk: unknown, _encoding: string, _done: TransformDone): void {
    throw new Error("The _transform() method is not implemented");
  }

  /** Gives what is left at the end. */
  _flush(done: TransformDone): void {
    done();
  }

  override _read(): void {
    // Chunks come when somebody writes.
  }

  override _write(chunk: unknown, encoding: string, done: Done): void {
    this._transform(chunk, encoding, (error, result) => {
      if (result !== undefined && result !== null) this.push(result);
      done(error);
    });
  }

  override _final(done: Done): void {
    this._flush((error, result) => {
      if (result !== undefined && result !== null) this.push(result);
      if (error === undefined || error === null) this.push(null);
      done(error);
    });
  }
}

/** What is written comes out as it is. */
export class PassThrough extends Transform {
  override _transform(chunk: unknown, _encoding: string, done: TransformDone): void {
    done(null, chunk);
  }
}
