/**
 * Standard input for a thread that may not return to its event loop. Plain reads block. Only an app
 * that asks whether input is there makes it worth a second thread that reads ahead.
 */
import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import { Worker } from "node:worker_threads";
import { readWaiting } from "./descriptors.ts";

const capacityBytes = 65_536;

/** Word 0: what the slot holds; word 1: how many bytes. */
const stateWord = 0;
const lengthWord = 1;
const headerBytes = 8;
const states = { empty: 0, full: 1, ended: 2 } as const;

/** What the second thread is started with. */
export interface InputThreadData {
  readonly kind: "input";
  readonly slot: SharedArrayBuffer;
  /** One word, counted up and notified whenever there is input. */
  readonly wake: SharedArrayBuffer;
}

/** Standard input, read synchronously. */
export class Input {
  readonly #workerUrl: URL;
  readonly #wake: Int32Array;
  #header: Int32Array | undefined;
  #slot: Uint8Array = new Uint8Array(0);
  /** Bytes of the slot that were given out already. */
  #taken = 0;

  /** `workerUrl` is a program that calls `readAhead` when it runs as a worker. */
  constructor(workerUrl: URL, wake: Int32Array) {
    this.#workerUrl = workerUrl;
    this.#wake = wake;
  }

  /** Waits for input: at most `capacity` bytes, none at its end. */
  read(capacity: number): Uint8Array {
    if (capacity === 0) return new Uint8Array(0);
    if (this.#header === undefined) {
      const buffer = new Uint8Array(Math.min(capacity, capacityBytes));
      return buffer.subarray(0, readWaiting(0, buffer));
    }
    const header = this.#header;
    Atomics.wait(header, stateWord, states.empty);
    if (Atomics.load(header, stateWord) === states.ended) return new Uint8Array(0);
    const end = Atomics.load(header, lengthWord);
    const bytes = this.#slot.slice(this.#taken, Math.min(end, this.#taken + capacity));
    this.#taken += bytes.length;
    if (this.#taken === end) {
      this.#taken = 0;
      Atomics.store(header, stateWord, states.empty);
      Atomics.notify(header, stateWord);
    }
    return bytes;
  }

  /** Whether `read` would not wait. */
  readonly isReady = (): boolean => {
    if (isFile()) return true;
    this.#header ??= this.#startReading();
    return Atomics.load(this.#header, stateWord) !== states.empty;
  };

  #startReading(): Int32Array {
    const shared = new SharedArrayBuffer(headerBytes + capacityBytes);
    this.#slot = new Uint8Array(shared, headerBytes);
    const workerData = { kind: "input", slot: shared, wake: this.#wake.buffer };
    new Worker(this.#workerUrl, { workerData }).unref();
    return new Int32Array(shared, 0, headerBytes / 4);
  }
}

/** Files and the null device, unlike pipes, terminals and sockets, are always ready. */
function isFile(): boolean {
  try {
    const state = fstatSync(0);
    return !(state.isFIFO() || state.isSocket() || isatty(0));
  } catch {
    return true;
  }
}

/** The second thread: puts input into the shared slot whenever that is empty. */
export function readAhead(data: InputThreadData): void {
  const header = new Int32Array(data.slot, 0, headerBytes / 4);
  const slot = new Uint8Array(data.slot, headerBytes);
  const wake = new Int32Array(data.wake);
  const announce = (state: number) => {
    Atomics.store(header, stateWord, state);
    Atomics.notify(header, stateWord);
    Atomics.add(wake, 0, 1);
    Atomics.notify(wake, 0);
  };
  const put = (bytes: Uint8Array) => {
    for (let offset = 0; offset < bytes.length; offset += slot.length) {
      Atomics.wait(header, stateWord, states.full);
      const part = bytes.subarray(offset, offset + slot.length);
      slot.set(part);
      Atomics.store(header, lengthWord, part.length);
      announce(states.full);
    }
  };
  const end = () => {
    Atomics.wait(header, stateWord, states.full);
    announce(states.ended);
  };
  // A stream, not a blocking read: a thread within a blocking read could not be ended.
  const stream = isatty(0) ? new ReadStream(0) : new Socket({ fd: 0, writable: false });
  stream.on("data", put);
  stream.once("end", end);
  stream.once("error", end);
}
