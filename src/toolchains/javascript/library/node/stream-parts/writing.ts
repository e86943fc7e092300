/** The writing half of Node's streams: one chunk at a time, the others wait. */
import { Buffer } from "../buffer.ts";
import type { Stream } from "./stream.ts";

/** Called when a chunk has been written. */
export type Done = (error?: Error | null) => void;

/** What writes the chunks. */
export interface Sink {
  readonly stream: Stream;
  readonly highWaterMark: number;
  readonly objectMode: boolean;
  readonly decodeStrings: boolean;
  write(chunk: unknown, encoding: string, done: Done): void;
  final(done: Done): void;
  finished(): void;
}

interface Waiting {
  readonly chunk: unknown;
  readonly encoding: string;
  readonly done: Done | undefined;
}

/** The state of writing. */
export class Writing {
  isEnding = false;
  isFinished = false;
  length = 0;
  needsDrain = false;
  readonly #sink: Sink;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;
  #corks = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** False: `drain` tells when to go on. */
  write(chunk: unknown, encoding: string, done: Done | undefined): boolean {
    const { stream, highWaterMark } = this.#sink;
    if (this.isEnding || stream.destroyed) {
      const code = stream.destroyed ? "ERR_STREAM_DESTROYED" : "ERR_STREAM_WRITE_AFTER_END";
      const error = Object.assign(
        new Error(
          stream.destroyed ? "Cannot call write after a stream was destroyed" : "write after end",
        ),
        { code },
      );
      queueMicrotask(() => done?.(error));
      if (!stream.destroyed) stream.destroy(error);
      return false;
    }
    const isText = typeof chunk === "string" && !this.#sink.objectMode && this.#sink.decodeStrings;
    const given = isText ? Buffer.from(chunk, encoding) : chunk;
    this.length += this.#sizeOf(given);
    this.#waiting.push({ chunk: given, encoding: isText ? "buffer" : encoding, done });
    this.#next();
    this.needsDrain ||= this.length >= highWaterMark;
    return this.length < highWaterMark;
  }

  end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.#corks = 0;
    this.#next();
  }

  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    this.#corks = Math.max(0, this.#corks - 1);
    this.#next();
  }

  #sizeOf(chunk: unknown): number {
    return this.#sink.objectMode ? 1 : (chunk as { length: number }).length;
  }

  #next(): void {
    if (this.#isBusy || this.#corks > 0 || this.#sink.stream.destroyed) return;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#writeOne(next);
    else if (this.isEnding && !this.isFinished) this.#finish();
  }

  #writeOne({ chunk, encoding, done }: Waiting): void {
    this.#isBusy = true;
    this.#sink.write(chunk, encoding, (error) => {
      this.#isBusy = false;
      this.length -= this.#sizeOf(chunk);
      queueMicrotask(() => {
        done?.(error);
        if (error !== undefined && error !== null) this.#sink.stream.destroy(error);
        else this.#drained();
      });
    });
  }

  #drained(): void {
    this.#next();
    if (!this.needsDrain || this.length > 0 || this.isEnding) return;
    this.needsDrain = false;
    this.#sink.stream.emit("drain");
  }

  #finish(): void {
    this.#isBusy = true;
    this.#sink.final((error) => {
      queueMicrotask(() => {
        if (error !== undefined && error !== null) {
          this.#sink.stream.destroy(error);
          return;
        }
        this.isFinished = true;
        this.#sink.stream.emit("finish");
        this.#sink.finished();
      });
    });
  }
}
