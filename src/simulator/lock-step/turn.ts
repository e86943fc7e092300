/** How two threads take turns: one works, the other waits, and a message goes with each change. */
import { deserialize, serialize } from "node:v8";

const owners = { cluster: 0, machine: 1 } as const;

/** One of the two. */
export type Owner = keyof typeof owners;

const ownerWord = 0;
const lengthWord = 1;
const headerBytes = 8;

/** More than a machine sends before it waits. */
const messageBytes = 4 << 20;

/** One side's end. What is sent is a value that can be cloned. */
export class Turn<Sent, Received> {
  readonly shared: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly own: number;

  /** The turn is the cluster's at first; `shared` is the other side's. */
  constructor(own: Owner, shared = new SharedArrayBuffer(headerBytes + messageBytes)) {
    this.own = owners[own];
    this.shared = shared;
    this.words = new Int32Array(shared, 0, headerBytes / 4);
    this.bytes = new Uint8Array(shared, headerBytes);
  }

  /** Hands over, with a message. */
  give(message: Sent): void {
    const bytes = serialize(message);
    if (bytes.length > messageBytes) throw new Error(`a turn's message of ${bytes.length} bytes`);
    this.bytes.set(bytes);
    Atomics.store(this.words, lengthWord, bytes.length);
    Atomics.store(this.words, ownerWord, 1 - this.own);
    Atomics.notify(this.words, ownerWord);
  }

  /** Waits for its turn, for so long at most; the other's message, or undefined. */
  take(limitMs = Number.POSITIVE_INFINITY): Received | undefined {
    const isLate = Atomics.wait(this.words, ownerWord, 1 - this.own, limitMs) === "timed-out";
    if (isLate) return undefined;
    const length = Atomics.load(this.words, lengthWord);
    return deserialize(this.bytes.slice(0, length)) as Received;
  }
}
