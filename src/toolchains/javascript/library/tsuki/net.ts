/** tsuki:net: TCP and UDP. */
import { forget, receive } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { checked } from "../instance/system-error.ts";
import { TcpStream } from "../net/tcp-stream.ts";
import { toArrayBuffer } from "../text/bytes.ts";

export { TcpStream as TcpConnection };

/** Connects by TCP. */
export async function connect(host: string, port: number): Promise<TcpStream> {
  return await TcpStream.connect(host, port);
}

/** Accepts TCP connections, one for each turn of a loop over it. */
export class TcpListener implements AsyncIterable<TcpStream> {
  readonly #handle: number;
  readonly #wake: (() => void)[] = [];
  #waiting = 0;
  #isClosed = false;

  constructor(handle: number) {
    this.#handle = handle;
    receive(handle, {
      connection: () => {
        this.#waiting++;
        this.#wake.shift()?.();
      },
    });
  }

  /** The port on which it listens. */
  get port(): number {
    return portOf(this.#handle);
  }

  /** The next connection; undefined: the listener was closed. */
  async accept(): Promise<TcpStream | undefined> {
    while (this.#waiting === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    if (this.#isClosed) return undefined;
    this.#waiting--;
    return new TcpStream(checked(engine.tcpAccept(this.#handle), "accept"));
  }

  close(): void {
    this.#isClosed = true;
    forget(this.#handle);
    engine.streamClose(this.#handle);
    for (const wake of this.#wake.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TcpStream> {
    for (let next = await this.accept(); next !== undefined; next = await this.accept()) yield next;
  }
}

/** Listens for TCP connections. */
export function listen(port: number, address = "0.0.0.0"): TcpListener {
  return new TcpListener(checked(engine.tcpListen(address, port), "listen", `${address}:${port}`));
}

/** A datagram and who sent it. */
export interface Datagram {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly host: string;
  readonly port: number;
}

/** A UDP socket. */
export class UdpSocket implements AsyncIterable<Datagram> {
  readonly #handle: number;
  readonly #wakeReaders: (() => void)[] = [];
  readonly #wakeWriters: (() => void)[] = [];
  #isClosed = false;

  constructor(handle: number) {
    this.#handle = handle;
    receive(handle, {
      readable: () => {
        for (const wake of this.#wakeReaders.splice(0)) wake();
      },
      writable: () => {
        for (const wake of this.#wakeWriters.splice(0)) wake();
      },
    });
  }

  /** The port to which it is bound. */
  get port(): number {
    return portOf(this.#handle);
  }

  /** Resolves once the datagram is sent; throws a SystemError. */
  async send(data: Uint8Array | string, port: number, host: string): Promise<void> {
    const bytes = toArrayBuffer(typeof data === "string" ? new TextEncoder().encode(data) : data);
    for (;;) {
      const result = await arrival(engine.udpSend(this.#handle, host, port, bytes));
      if (result !== -noRoom) {
        checked(result, "send", `${host}:${port}`);
        return;
      }
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    }
  }

  /** The next datagram; undefined: the socket was closed. */
  async receive(): Promise<Datagram | undefined> {
    while (!this.#isClosed) {
      const received = engine.udpReceive(this.#handle);
      if (received !== null) {
        const [data, from] = received;
        return { data: new Uint8Array(data), ...partsOf(from) };
      }
      await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
    }
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    forget(this.#handle);
    engine.udpClose(this.#handle);
    for (const wake of this.#wakeReaders.splice(0)) wake();
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram> {
    for (let next = await this.receive(); next !== undefined; next = await this.receive())
      yield next;
  }
}

/** Binds a UDP socket; port 0: any. */
export function bind(port = 0, address = "0.0.0.0"): UdpSocket {
  return new UdpSocket(checked(engine.udpBind(address, port), "bind", `${address}:${port}`));
}

const noRoom = 6;

/** What becomes of a datagram: a number at once, or once its host's address is known. */
async function arrival(result: number): Promise<number> {
  if (result <= 0) return result;
  const error = await new Promise<number>((resolve) => {
    receive(result, { connected: resolve });
  });
  forget(result);
  return -error;
}

function partsOf(endpoint: string): { host: string; port: number } {
  const [, host = "", port = "0"] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
  return { host, port: Number(port) };
}

function portOf(handle: number): number {
  return partsOf(engine.streamAddresses(handle)[0] ?? "").port;
}
