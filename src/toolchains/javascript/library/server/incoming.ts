/** A request that the kernel announced; the kernel is asked for each part at its first use. */
import { forget, type Receiver, receive } from "../dispatch.ts";
import { engine } from "../engine.ts";
import { AbortController, type AbortSignal } from "../events/abort.ts";
import type { ArrivingBody } from "../fetch/body-source.ts";
import { type Headers, headersOf } from "../fetch/headers.ts";
import type { RequestParts } from "../fetch/request.ts";
import { SystemError } from "../instance/system-error.ts";
import { ReadableStream } from "../streams/streams.ts";
import { joinBytes } from "../text/bytes.ts";
import { isPlainTarget } from "../url/plain-url.ts";
import { URL } from "../url/url.ts";

const connectionReset = 15;
let lastHost = "localhost";
let lastOrigin = "http://localhost";

/** A request by the kernel's handle. */
export class Incoming implements RequestParts, ArrivingBody, Receiver {
  readonly handle: number;
  readonly redirect = "follow";
  /** Whether the head of the response was sent, or the connection handed over. */
  isAnswered = false;
  /** Called when the client goes away; who sets it is told only while the request is received. */
  onGone: (() => void) | undefined;
  #method: string | undefined;
  #url: string | undefined;
  #headers: Headers | undefined;
  #controller: AbortController | undefined;
  #waiting: (() => void)[] | undefined;
  #isReceiving = false;
  #error: number | undefined;

  constructor(handle: number) {
    this.handle = handle;
  }

  get body(): this {
    return this;
  }

  get method(): string {
    this.#method ??= engine.httpMethod(this.handle);
    return this.#method;
  }

  get url(): string {
    this.#url ??= urlOf(engine.httpTarget(this.handle), this.headers.get("host") ?? "localhost");
    return this.#url;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(engine.httpHeaders(this.handle));
    return this.#headers;
  }

  /** Aborted when the client goes away. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#receive();
    }
    return this.#controller.signal;
  }

  get isAbsent(): boolean {
    const length = this.headers.get("content-length");
    return (length === null || length === "0") && !this.headers.has("transfer-encoding");
  }

  /** Whether the client has gone. */
  get isGone(): boolean {
    return this.#error !== undefined;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    for (let piece = await this.read(); piece !== undefined; piece = await this.read()) {
      pieces.push(piece);
    }
    return joinBytes(pieces);
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const piece = await this.read();
        if (piece !== undefined) return controller.enqueue(piece);
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }

  /** The next bytes of the body; undefined: it has ended. */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      const chunk = engine.httpRead(this.handle);
      if (chunk === undefined) return undefined;
      if (chunk !== null && typeof chunk !== "number") return new Uint8Array(chunk);
      if (typeof chunk === "number") throw new SystemError(chunk, "read");
      await this.happening();
      if (this.isGone) throw new SystemError(this.#error || connectionReset, "read");
    }
  }

  /** Resolves when something has happened to the request. */
  async happening(): Promise<void> {
    if (this.isGone) return;
    this.#receive();
    this.#waiting ??= [];
    const waiting = this.#waiting;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Nothing more happens to the request. */
  finish(): void {
    if (this.#isReceiving) forget(this.handle);
    this.#isReceiving = false;
  }

  readable(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const wake of waiting) wake();
  }

  writable(): void {
    this.readable();
  }

  closed(error: number): void {
    this.#error = error;
    this.finish();
    this.readable();
    this.onGone?.();
    this.#controller?.abort(new DOMException("The client has closed the connection", "AbortError"));
  }

  #receive(): void {
    if (this.#isReceiving || this.isGone) return;
    this.#isReceiving = true;
    receive(this.handle, this);
  }
}

/** The URL of a request's target (RFC 9112, 3.2), whose forms are a path, a URL, or a star. */
function urlOf(target: string, host: string): string {
  const origin = originOf(host);
  if (isPlainTarget(target)) return origin + target;
  const base = new URL(`${origin}/`);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(target)) return (URL.parse(target) ?? base).href;
  // A path that begins with two slashes is no host.
  return (URL.parse(`${origin}${target.startsWith("/") ? "" : "/"}${target}`) ?? base).href;
}

/** The origin of requests to a host; most clients ask for the same one again and again. */
function originOf(host: string): string {
  if (host !== lastHost) {
    lastOrigin = (URL.parse(`http://${host}/`) ?? new URL("http://localhost/")).origin;
    lastHost = host;
  }
  return lastOrigin;
}
