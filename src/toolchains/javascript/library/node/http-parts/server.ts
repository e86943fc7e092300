/** Node's http.Server, over the kernel's server. */
import { engine } from "../../engine.ts";
import { environment } from "../../instance/environment.ts";
import { Incoming } from "../../server/incoming.ts";
import { closeListener, listen } from "../../server/listen.ts";
import { finishWork, startWork } from "../../server/work.ts";
import { EventEmitter } from "../events.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { ServerResponse } from "./server-response.ts";
import { Socket } from "./socket.ts";

const everyAddress = "0.0.0.0";

/** Answers a request. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

interface Place {
  port?: number | string;
  host?: string;
}

/** A server whose listeners of `request` answer. */
export class Server extends EventEmitter {
  listening = false;
  timeout = 0;
  keepAliveTimeout = 5000;
  headersTimeout = 60_000;
  requestTimeout = 300_000;
  maxHeadersCount: number | null = null;
  maxRequestsPerSocket = 0;
  #listener: number | undefined;
  #host = everyAddress;
  #open = 0;

  constructor(optionsOrListener?: object | RequestListener, listener?: RequestListener) {
    super();
    const given = typeof optionsOrListener === "function" ? optionsOrListener : listener;
    if (given !== undefined) this.on("request", given as (...values: unknown[]) => void);
  }

  /** Node's forms: port, host, backlog and callback, or an object; without port it is PORT's. */
  listen(...values: unknown[]): this {
    const call = values.find((value) => typeof value === "function") as (() => void) | undefined;
    if (call !== undefined) this.once("listening", call);
    const { port, host } = placeOf(values);
    this.#host = host ?? everyAddress;
    queueMicrotask(() => this.#start(Number(port ?? environment().PORT ?? 0)));
    return this;
  }

  close(call?: (error?: Error) => void): this {
    if (call !== undefined) this.once("close", () => call());
    if (this.#listener !== undefined) closeListener(this.#listener);
    this.#listener = undefined;
    this.listening = false;
    this.#closeIfDone();
    return this;
  }

  closeAllConnections(): void {
    // The kernel ends idle connections when the listener is closed.
  }

  closeIdleConnections(): void {
    // The kernel ends idle connections when the listener is closed.
  }

  address(): { address: string; family: string; port: number } | null {
    if (this.#listener === undefined) return null;
    return { address: this.#host, family: "IPv4", port: engine.httpLocalPort(this.#listener) };
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  #start(port: number): void {
    const host =
      this.#host === "localhost" ? "127.0.0.1" : this.#host === "::" ? everyAddress : this.#host;
    try {
      this.#listener = listen(host, port, (handle) => this.#take(handle));
    } catch (error) {
      this.emit("error", error);
      return;
    }
    this.listening = true;
    this.emit("listening");
  }

  #take(handle: number): void {
    const incoming = new Incoming(handle);
    const socket = new Socket(
      () => engine.httpPeer(handle),
      () => engine.httpAbort(handle),
    );
    const request = new IncomingMessage({
      socket,
      headers: () => engine.httpHeaders(handle),
      read: async () => await incoming.read(),
    });
    request.method = incoming.method;
    request.url = engine.httpTarget(handle);
    const response = new ServerResponse(request, incoming);
    incoming.onGone = (): void => response.leave();
    startWork();
    this.#open++;
    response.once("close", () => {
      finishWork();
      this.#open--;
      this.#closeIfDone();
    });
    if (!this.emit("request", request, response)) response.writeHead(404).end();
  }

  #closeIfDone(): void {
    if (this.#listener === undefined && !this.listening && this.#open === 0) {
      queueMicrotask(() => this.emit("close"));
    }
  }
}

function placeOf(values: readonly unknown[]): Place {
  const [first, second] = values;
  if (typeof first === "object" && first !== null) return first;
  const place: Place = {};
  if (typeof first === "number" || typeof first === "string") place.port = first;
  if (typeof second === "string") place.host = second;
  return place;
}
