/** Node's http.request, by way of fetch. */
import { AbortController } from "../../events/abort.ts";
import { fetch } from "../../fetch/client/fetch.ts";
import { headerList } from "../../fetch/headers.ts";
import type { Response } from "../../fetch/response.ts";
import { URL } from "../../url/url.ts";
import { Buffer } from "../buffer.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { type OutgoingHeaders, OutgoingMessage } from "./outgoing-headers.ts";
import { Socket } from "./socket.ts";

/** What a request is made with. */
export interface RequestOptions {
  protocol?: string;
  host?: string;
  hostname?: string;
  port?: number | string;
  path?: string;
  method?: string;
  headers?: OutgoingHeaders;
}

type ResponseListener = (response: IncomingMessage) => void;

/** A request that is sent when it ends. */
export class ClientRequest extends OutgoingMessage {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  writableEnded = false;
  aborted = false;
  readonly #url: URL;
  readonly #pieces: Uint8Array[] = [];
  readonly #controller = new AbortController();

  constructor(url: URL, options: RequestOptions) {
    super();
    this.#url = url;
    this.method = (options.method ?? "GET").toUpperCase();
    this.path = url.pathname + url.search;
    this.host = url.hostname;
    this.takeHeaders(options.headers);
  }

  write(chunk: string | Uint8Array, encoding?: unknown): boolean {
    const name = typeof encoding === "string" ? encoding : "utf8";
    this.#pieces.push(typeof chunk === "string" ? Buffer.from(chunk, name) : chunk);
    return true;
  }

  end(chunk?: unknown, encoding?: unknown): this {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) this.write(chunk, encoding);
    this.writableEnded = true;
    this.headersSent = true;
    void this.#send();
    return this;
  }

  abort(): void {
    this.aborted = true;
    this.destroy();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#controller.abort(error ?? undefined);
    callback(error);
  }

  flushHeaders(): void {
    // The head goes out with the body.
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  async #send(): Promise<void> {
    const list = this.headerList();
    const headers: [string, string][] = [];
    for (let index = 0; index < list.length; index += 2)
      headers.push([list[index] ?? "", list[index + 1] ?? ""]);
    const body = this.#pieces.length === 0 ? undefined : Buffer.concat(this.#pieces);
    const { method } = this;
    const kept = headers.filter(([name]) => !/^(?:host|content-length)$/i.test(name));
    try {
      const init = {
        method,
        headers: kept,
        body,
        redirect: "manual",
        signal: this.#controller.signal,
      } as const;
      const response = await fetch(this.#url, init);
      this.emit("finish");
      this.emit("response", toMessage(response));
    } catch (error) {
      if (!this.destroyed)
        this.destroy(
          error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error),
        );
    }
  }
}

function toMessage(response: Response): IncomingMessage {
  const reader = response.body?.getReader();
  const message = new IncomingMessage({
    socket: new Socket(
      () => "",
      () => void reader?.cancel(),
    ),
    headers: () => headerList(response.headers),
    read: async () => (await reader?.read())?.value as Uint8Array | undefined,
  });
  message.statusCode = response.status;
  message.statusMessage = response.statusText;
  return message;
}

/** Node's forms: a URL, options, or both, and a listener of the response. */
export function request(...values: unknown[]): ClientRequest {
  const listener = values.find((value) => typeof value === "function") as
    | ResponseListener
    | undefined;
  const text = values.find((value) => typeof value === "string" || value instanceof URL);
  const options = (values.find(
    (value) => typeof value === "object" && value !== null && !(value instanceof URL),
  ) ?? {}) as RequestOptions;
  const sent = new ClientRequest(
    text === undefined ? urlOf(options) : new URL(String(text)),
    options,
  );
  if (listener !== undefined) sent.once("response", listener as (...each: unknown[]) => void);
  return sent;
}

/** A request without a body, which is sent at once. */
export function get(...values: unknown[]): ClientRequest {
  return request(...values).end();
}

function urlOf({
  protocol = "http:",
  hostname,
  host = "localhost",
  port,
  path = "/",
}: RequestOptions): URL {
  return new URL(`${protocol}//${hostname ?? host}${port === undefined ? "" : `:${port}`}${path}`);
}
