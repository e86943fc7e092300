import type { Streams } from "./node-module.ts";

/** Standard streams in memory: input is given in advance, output is collected. */
export class MemoryStreams implements Streams {
  private readonly output: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  private input: Uint8Array;
  private readonly isOpen: boolean;

  /** With `isOpen`, input does not end: a read behind it would wait for ever and throws. */
  constructor(input: Uint8Array | string = "", isOpen = false) {
    this.input = typeof input === "string" ? new TextEncoder().encode(input) : input;
    this.isOpen = isOpen;
  }

  readonly write = (stream: 1 | 2, bytes: Uint8Array): boolean => {
    this.output[stream].push(bytes.slice());
    return true;
  };

  readonly read = (capacity: number): Uint8Array => {
    if (!this.inputReady()) throw new Error("a read of input that never comes");
    const bytes = this.input.subarray(0, capacity);
    this.input = this.input.subarray(bytes.length);
    return bytes;
  };

  readonly inputReady = (): boolean => this.input.length > 0 || !this.isOpen;

  /** Everything written to a stream, as bytes. */
  bytes(stream: 1 | 2): Uint8Array {
    return Buffer.concat(this.output[stream]);
  }

  /** Everything written to a stream, as text. */
  text(stream: 1 | 2): string {
    return new TextDecoder().decode(this.bytes(stream));
  }
}
