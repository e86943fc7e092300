/** TCP connections with promises, over the kernel's streams. */
import { forget, type Receiver, receive } from "../dispatch.ts";
import { engine } from "../engine.ts";
import type { AbortSignal } from "../events/abort.ts";
import { checked, SystemError } from "../instance/system-error.ts";
import { toArrayBuffer } from "../text/bytes.ts";

const waitForRoom = 1;

/** One connection; reading and writing wait by themselves. */
export class TcpStream implements Receiver {
  readonly #handle: number;
  readonly #wakeReaders: (() => void)[] = [];
  readonly #wakeWriters: (() => void)[] = [];
  #error: number | undefined;
  #isClosed = false;
  #signal: AbortSignal | undefined;

  /** Takes over a stream of the kernel's. */
  constructor(handle: number) {
    this.#handle = handle;
    receive(handle, this);
  }

  /** Connects; throws a SystemError. `onStream` learns what to close to give that up. */
  static async connect(
    host: string,
    port: number,
    onStream?: (stream: TcpStream) => void,
  ): Promise<TcpStream> {
    const handle = checked(engine.tcpConnect(host, port), "connect", `${host}:${port}`);
    const stream = new TcpStream(handle);
    onStream?.(stream);
    const error = await new Promise<number>((resolve) => {
      stream.connected = resolve;
    });
    if (error === 0) return stream;
    stream.close();
    throw new SystemError(error, "connect", `${host}:${port}`);
  }

  /** Whether it was closed here. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it is open and has nothing to read, not even its end. */
  get isQuiet(): boolean {
    return !this.#isClosed && this.#error === undefined && engine.streamRead(this.#handle) === null;
  }

  /** Local and remote address, each `address:port`. */
  get addresses(): readonly string[] {
    return engine.streamAddresses(this.#handle);
  }

  /** The next bytes; undefined: the other side has ended. Throws a SystemError. */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      this.#signal?.throwIfAborted();
      if (this.#isClosed && this.#error === undefined) return undefined;
      const chunk: ArrayBuffer | number | null | undefined = engine.streamRead(this.#handle);
      if (chunk === undefined) return undefined;
      if (typeof chunk === "number") throw new SystemError(this.#error || chunk, "read");
      if (chunk !== null) return new Uint8Array(chunk);
      if (this.#error) throw new SystemError(this.#error, "read");
      if (this.#error === 0) return undefined;
      await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
    }
  }

  /** Resolves once there is room for more. Throws a SystemError. */
  async write(data: Uint8Array | string): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#isClosed) throw new SystemError(this.#error || brokenPipe, "write");
    const chunk = typeof data === "string" ? data : toArrayBuffer(data);
    const result = checked(engine.streamWrite(this.#handle, chunk), "write");
    if (result !== waitForRoom) return;
    await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    this.#signal?.throwIfAborted();
    if (this.#error || this.#isClosed) throw new SystemError(this.#error || brokenPipe, "write");
  }

  /** Says that nothing more will be written. */
  shutdown(): void {
    if (!this.#isClosed) engine.streamShutdown(this.#handle);
  }

  /** Ends both directions at once; readers and writers are thrown the reason of what aborts it. */
  close(signal?: AbortSignal): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal = signal;
    forget(this.#handle);
    engine.streamClose(this.#handle);
    this.#wakeAll();
  }

  connected(_error: number): void {
    // Replaced while the connection is made.
  }

  readable(): void {
    for (const wake of this.#wakeReaders.splice(0)) wake();
  }

  writable(): void {
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }

  closed(error: number): void {
    this.#error = error;
    this.#wakeAll();
  }

  #wakeAll(): void {
    this.readable();
    this.writable();
  }
}

const brokenPipe = 64;
