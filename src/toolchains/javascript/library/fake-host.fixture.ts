/**
 * A host in memory, itself a program in the engine: it replaces the engine functions, keeps a
 * virtual clock, and delivers events one at a time as the kernel does.
 */
import { type Chunk, engine, events, type Writable } from "./engine.ts";

/** A request to a service, as a test writes it. */
export interface ScriptedRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  /** Chunks of the body, which arrive one by one. */
  readonly body?: readonly string[];
  /** The client goes away after so many steps. */
  readonly leavesAfter?: number;
  readonly listener?: number;
}

/** What a client got. */
export interface Exchange {
  status: number;
  reason: string;
  headers: string[];
  body: string;
  isWhole: boolean;
  isEnded: boolean;
  isAborted: boolean;
  /** Calls of engine functions until the exchange ended. */
  calls: number;
}

/** What a test wants of the host. */
export interface HostScript {
  readonly environment?: readonly string[];
  readonly requests?: readonly ScriptedRequest[];
  readonly files?: Readonly<Record<string, string>>;
  /** Asks the instance to stop after so many steps. */
  readonly shutdownAfter?: number;
  /**
   * What servers of the outside answer, by `host:port`, for each connection; behind WAIT only once
   * more was sent to them, and END is their end.
   */
  readonly servers?: Readonly<Record<string, readonly string[]>>;
}

interface Live {
  readonly request: ScriptedRequest;
  readonly exchange: Exchange;
  readonly chunks: string[];
}

interface Connection {
  readonly incoming: (string | undefined)[];
  sent: string;
}

const firstRequest = 100;
const firstStream = 1000;

/** The host of one instance. */
export class FakeHost {
  time = 5000;
  isDone = false;
  status: number | undefined;
  readonly script: HostScript;
  readonly exchanges: Exchange[] = [];
  readonly connections: Connection[] = [];
  readonly files: Map<string, string>;
  readonly #queue: [event: number, handle: number, value: number][] = [];
  readonly #live = new Map<number, Live>();
  #deadline = Number.POSITIVE_INFINITY;
  #steps = 0;
  #calls = 0;
  #listeners = 0;
  readonly #requests: ScriptedRequest[];

  constructor(script: HostScript) {
    this.script = script;
    this.files = new Map(Object.entries(script.files ?? {}));
    this.#requests = [...(script.requests ?? [])];
    const { log } = engine;
    const functions: Record<string, unknown> = { ...this.#functions(), log };
    for (const [name, call] of Object.entries(functions))
      Reflect.set(engine, name, this.#counted(call));
  }

  /** Delivers one event. */
  step(): void {
    if (this.status !== undefined) this.isDone = true;
    if (this.isDone) return;
    this.#steps++;
    if (this.#steps === this.script.shutdownAfter) this.#queue.push([events.shutdown, 0, 0]);
    for (const [handle, { request }] of this.#live) {
      if (request.leavesAfter === this.#steps) this.#queue.push([events.closed, handle, 15]);
    }
    const next = this.#queue.shift();
    if (next !== undefined) this.deliver(...next);
    else if (this.#deadline < Number.POSITIVE_INFINITY) this.#passTime();
    else if (this.#listeners > 0 && this.#requests.length > 0) this.#announce();
    else this.#idle();
  }

  deliver(event: number, handle: number, value: number): void {
    try {
      engine.dispatch?.(event, handle, value);
    } catch (error) {
      if (this.status === undefined) throw error;
    }
  }

  #idle(): void {
    this.deliver(events.idle, 0, 0);
    const isPending = this.#queue.length > 0 || this.#deadline < Number.POSITIVE_INFINITY;
    this.isDone = !isPending;
  }

  #passTime(): void {
    this.time = Math.max(this.time, this.#deadline);
    this.#deadline = Number.POSITIVE_INFINITY;
    this.deliver(events.deadline, 0, 0);
  }

  #announce(): void {
    const request = this.#requests.shift();
    if (request === undefined) return;
    const handle = firstRequest + this.exchanges.length;
    const exchange = {
      status: 0,
      reason: "",
      headers: [],
      body: "",
      isWhole: false,
      isEnded: false,
      isAborted: false,
      calls: 0,
    };
    this.exchanges.push(exchange);
    this.#live.set(handle, { request, exchange, chunks: [...(request.body ?? [])] });
    this.#calls = 0;
    this.deliver(events.request, handle, request.listener ?? 1);
  }

  #counted(call: unknown): unknown {
    if (typeof call !== "function") return call;
    return (...values: unknown[]) => {
      this.#calls++;
      return Reflect.apply(call, this, values);
    };
  }

  #end(handle: number): void {
    const live = this.#live.get(handle);
    if (live === undefined) return;
    live.exchange.isEnded = true;
    live.exchange.calls = this.#calls;
    this.#live.delete(handle);
  }

  #stream(stream: number): Connection | undefined {
    return this.connections[stream - firstStream];
  }

  #functions(): Partial<typeof engine> {
    return {
      ...this.#instanceFunctions(),
      ...this.#httpFunctions(),
      ...this.#streamFunctions(),
      ...this.#fileFunctions(),
    };
  }

  #instanceFunctions(): Partial<typeof engine> {
    return {
      exit: (status) => {
        this.status ??= status;
        throw new Error("the instance has ended");
      },
      monotonicTime: () => {
        this.time += 0.001;
        return this.time;
      },
      wallTime: () => 1_700_000_000_000 + this.time,
      random: (length) => Uint8Array.from({ length }, () => Math.random() * 256).buffer,
      setDeadline: (time) => {
        this.#deadline = time;
      },
      arguments: () => ["app", "one", "two"],
      environment: () => [...(this.script.environment ?? ["NAME=value"])],
      facts: () => '{"platform":"node"}',
    };
  }

  #httpFunctions(): Partial<typeof engine> {
    const live = (handle: number): Live | undefined => this.#live.get(handle);
    return {
      httpListen: () => ++this.#listeners,
      httpLocalPort: () => 8080,
      httpClose: () => undefined,
      httpMethod: (handle) => live(handle)?.request.method ?? "GET",
      httpTarget: (handle) => live(handle)?.request.target ?? "/",
      httpHeaders: (handle) => [...(live(handle)?.request.headers ?? ["host", "localhost:8080"])],
      httpPeer: () => "10.0.0.7:5555",
      httpRead: (handle) => this.#nextChunk(handle),
      httpRespond: (handle, status, reason, headers, body) => {
        const { exchange } = live(handle) ?? {};
        if (exchange === undefined) return -8;
        Object.assign(exchange, { status, reason, headers: [...headers] });
        if (body === undefined) return 0;
        exchange.isWhole = true;
        exchange.body = toText(body);
        this.#end(handle);
        return 0;
      },
      httpWrite: (handle, chunk) => {
        const { exchange } = live(handle) ?? {};
        if (exchange === undefined) return -8;
        exchange.body += toText(chunk);
        this.#queue.push([events.writable, handle, 0]);
        return 1;
      },
      httpEnd: (handle) => this.#end(handle),
      httpAbort: (handle) => {
        const { exchange } = live(handle) ?? {};
        if (exchange !== undefined) exchange.isAborted = true;
        this.#end(handle);
      },
      httpUpgrade: (handle, headers) => {
        const found = live(handle);
        if (found === undefined) return -8;
        Object.assign(found.exchange, { status: 101, headers: [...headers] });
        this.#end(handle);
        return this.#connect([...found.chunks]);
      },
    };
  }

  /** Every other read finds nothing yet. */
  #nextChunk(handle: number): Chunk {
    const { chunks } = this.#live.get(handle) ?? {};
    const chunk = chunks?.shift();
    if (chunk === undefined) return undefined;
    if (!chunk.startsWith("\0")) {
      chunks?.unshift(`\0${chunk}`);
      this.#queue.push([events.readable, handle, 0]);
      return null;
    }
    return toBuffer(chunk.slice(1));
  }

  #connect(incoming: string[]): number {
    const stream = firstStream + this.connections.push({ incoming, sent: "" }) - 1;
    this.#queue.push([events.readable, stream, 0]);
    return stream;
  }

  #streamFunctions(): Partial<typeof engine> {
    return {
      tcpConnect: (host, port) => {
        const answers = this.script.servers?.[`${host}:${port}`];
        if (answers === undefined) return -14;
        const stream =
          firstStream + this.connections.push({ incoming: [...answers], sent: "" }) - 1;
        this.#queue.push([events.connected, stream, 0]);
        return stream;
      },
      streamRead: (stream) => {
        const connection = this.#stream(stream);
        if (connection === undefined || connection.incoming.length === 0) return null;
        if (connection.incoming[0] === "WAIT") return null;
        const text = connection.incoming.shift();
        if (text === undefined || text === "END") return undefined;
        if (connection.incoming.length > 0) this.#queue.push([events.readable, stream, 0]);
        return toBuffer(text);
      },
      streamWrite: (stream, chunk) => {
        const connection = this.#stream(stream);
        if (connection === undefined) return -8;
        connection.sent += toText(chunk);
        if (connection.incoming[0] === "WAIT") connection.incoming.shift();
        this.#queue.push([events.readable, stream, 0]);
        return 0;
      },
      streamShutdown: () => undefined,
      streamClose: () => undefined,
      streamAddresses: () => ["10.0.0.2:1", "10.0.0.7:2"],
    };
  }

  #fileFunctions(): Partial<typeof engine> {
    return {
      fileRead: (path) => {
        const text = this.files.get(path);
        return text === undefined ? -44 : toBuffer(text);
      },
      fileWrite: (path, data, append) => {
        this.files.set(path, (append ? (this.files.get(path) ?? "") : "") + toText(data));
        return 0;
      },
      fileList: () => [...this.files.keys()].map((path) => path.slice(1)),
      fileStatus: (path) => {
        const text = this.files.get(path);
        return text === undefined ? -44 : [0, text.length, 0];
      },
      fileRemove: (path) => (this.files.delete(path) ? 0 : -44),
      fileMakeDirectory: () => 0,
      fileRename: () => -52,
    };
  }
}

/** Bytes that are no ASCII are written as Latin 1, so that frames can be scripted. */
function toText(chunk: Writable): string {
  if (typeof chunk === "string") return chunk;
  const bytes = new Uint8Array(chunk);
  const text = new TextDecoder("utf-8").decode(bytes);
  return text.includes("\ufffd")
    ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
    : text;
}

function toBuffer(text: string): ArrayBuffer {
  return Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer;
}

Reflect.set(globalThis, "FakeHost", FakeHost);
