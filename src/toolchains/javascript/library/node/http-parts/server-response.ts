/** Node's ServerResponse, over the kernel's server. */
import { engine } from "../../engine.ts";
import type { Incoming } from "../../server/incoming.ts";
import { toArrayBuffer } from "../../text/bytes.ts";
import { Buffer } from "../buffer.ts";
import type { IncomingMessage } from "./incoming-message.ts";
import { type OutgoingHeaders, OutgoingMessage } from "./outgoing-headers.ts";
import type { Socket } from "./socket.ts";
import { statusTexts } from "./status-texts.ts";

const waitForRoom = 1;
type Callback = () => void;

/** The answer to a request. What is written at once with the end goes out in one call. */
export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage = "";
  writableEnded = false;
  writableFinished = false;
  writableNeedDrain = false;
  shouldKeepAlive = true;
  readonly req: IncomingMessage;
  readonly #incoming: Incoming;

  constructor(request: IncomingMessage, incoming: Incoming) {
    super();
    this.req = request;
    this.#incoming = incoming;
  }

  get socket(): Socket {
    return this.req.socket;
  }

  get connection(): Socket {
    return this.req.socket;
  }

  get writable(): boolean {
    return !this.writableEnded && !this.destroyed;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  get writableLength(): number {
    return 0;
  }

  writeHead(
    status: number,
    reasonOrHeaders?: string | OutgoingHeaders,
    headers?: OutgoingHeaders,
  ): this {
    if (this.headersSent) {
      throw Object.assign(new Error("Cannot write headers after they are sent to the client"), {
        code: "ERR_HTTP_HEADERS_SENT",
      });
    }
    this.statusCode = status;
    if (typeof reasonOrHeaders === "string") this.statusMessage = reasonOrHeaders;
    this.takeHeaders(typeof reasonOrHeaders === "string" ? headers : (reasonOrHeaders ?? headers));
    return this;
  }

  flushHeaders(): void {
    if (!this.headersSent) this.#sendHead(undefined);
  }

  writeContinue(): void {
    // The kernel has done it.
  }

  writeEarlyHints(): void {
    // Hints may be left out.
  }

  setTimeout(): this {
    return this;
  }

  cork(): void {
    // The kernel gathers what is written.
  }

  uncork(): void {
    // The kernel gathers what is written.
  }

  write(chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean {
    const call = (typeof encoding === "function" ? encoding : done) as Callback | undefined;
    if (this.destroyed) return false;
    if (this.writableEnded) {
      this.destroy(
        Object.assign(new Error("write after end"), { code: "ERR_STREAM_WRITE_AFTER_END" }),
      );
      return false;
    }
    this.flushHeaders();
    const isBodiless = this.#incoming.method === "HEAD" || chunk.length === 0;
    const result = isBodiless
      ? 0
      : engine.httpWrite(this.#incoming.handle, toWritten(chunk, encoding));
    if (call !== undefined) queueMicrotask(call);
    if (result !== waitForRoom) return result === 0;
    this.#waitForDrain();
    return false;
  }

  end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    const call = [chunk, encoding, done].find((each) => typeof each === "function") as
      | Callback
      | undefined;
    if (call !== undefined) this.once("finish", call);
    if (this.writableEnded || this.destroyed) return this;
    const body = typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : undefined;
    if (this.headersSent) {
      if (body !== undefined) this.write(body, encoding);
      engine.httpEnd(this.#incoming.handle);
    } else this.#sendHead(body === undefined ? "" : toWritten(body, encoding));
    this.writableEnded = true;
    this.#incoming.finish();
    queueMicrotask(() => this.#finish());
    return this;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.writableEnded && !this.#incoming.isGone) engine.httpAbort(this.#incoming.handle);
    this.#incoming.finish();
    callback(error);
  }

  /** The client has gone. */
  leave(): void {
    if (this.destroyed || this.writableEnded) return;
    this.destroy();
  }

  #sendHead(body: string | ArrayBuffer | undefined): void {
    const reason =
      this.statusMessage === "" ? (statusTexts[this.statusCode] ?? "") : this.statusMessage;
    // The kernel counts a whole body itself.
    if (body !== undefined && this.#incoming.method !== "HEAD") this.removeHeader("content-length");
    this.headersSent = true;
    this.#incoming.isAnswered = true;
    const list = this.headerList();
    if (body === undefined)
      engine.httpRespond(this.#incoming.handle, this.statusCode, reason, list);
    else engine.httpRespond(this.#incoming.handle, this.statusCode, reason, list, body);
  }

  #waitForDrain(): void {
    if (this.writableNeedDrain) return;
    this.writableNeedDrain = true;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    await this.#incoming.happening();
    this.writableNeedDrain = false;
    if (!this.destroyed) this.emit("drain");
  }

  #finish(): void {
    if (this.destroyed) return;
    this.writableFinished = true;
    this.emit("finish");
    this.destroy();
  }
}

function toWritten(chunk: string | Uint8Array, encoding: unknown): string | ArrayBuffer {
  if (typeof chunk !== "string") return toArrayBuffer(chunk);
  const isUtf8 = typeof encoding !== "string" || /^utf-?8$/i.test(encoding);
  return isUtf8 ? chunk : toArrayBuffer(Buffer.from(chunk, encoding));
}
