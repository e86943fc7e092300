/** Node's IncomingMessage: a request that arrived, or a response. */
import { Readable } from "../stream-parts/readable.ts";
import type { Socket } from "./socket.ts";

/** Where an IncomingMessage comes from. */
export interface MessageSource {
  readonly socket: Socket;
  /** Names in lower case and values, alternating. */
  headers(): readonly string[];
  read(): Promise<Uint8Array | undefined>;
}

/** The head of a message, and its body as a stream. */
export class IncomingMessage extends Readable {
  method: string | undefined;
  url: string | undefined;
  statusCode: number | undefined;
  statusMessage: string | undefined;
  readonly httpVersion = "1.1";
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly trailers = {};
  readonly rawTrailers: string[] = [];
  readonly socket: Socket;
  complete = false;
  aborted = false;
  readonly #source: MessageSource;
  #rawHeaders: string[] | undefined;
  #headers: Record<string, string | string[]> | undefined;

  constructor(source: MessageSource) {
    super();
    this.#source = source;
    this.socket = source.socket;
  }

  get connection(): Socket {
    return this.socket;
  }

  get rawHeaders(): string[] {
    this.#rawHeaders ??= [...this.#source.headers()];
    return this.#rawHeaders;
  }

  get headers(): Record<string, string | string[]> {
    this.#headers ??= joinHeaders(this.rawHeaders);
    return this.#headers;
  }

  set headers(headers: Record<string, string | string[]>) {
    this.#headers = headers;
  }

  get headersDistinct(): Record<string, string[]> {
    const headers: Record<string, string[]> = {};
    for (let index = 0; index < this.rawHeaders.length; index += 2) {
      const list = (headers[this.rawHeaders[index] ?? ""] ??= []);
      list.push(this.rawHeaders[index + 1] ?? "");
    }
    return headers;
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {
    this.#source.read().then(
      (bytes) => {
        if (bytes === undefined) this.complete = true;
        return this.push(bytes ?? null);
      },
      (error: unknown) => {
        this.aborted = true;
        this.readableAborted = true;
        this.emit("aborted");
        this.destroy(error as Error);
      },
    );
  }
}

/** Headers that a message has once; the first one counts. */
const single =
  /^(?:age|authorization|content-length|content-type|etag|expires|from|host|if-modified-since|if-unmodified-since|last-modified|location|max-forwards|proxy-authorization|referer|retry-after|server|user-agent)$/;

function joinHeaders(raw: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const value = raw[index + 1] ?? "";
    const known = headers[name];
    if (name === "set-cookie") headers[name] = [...((known as string[] | undefined) ?? []), value];
    else if (known === undefined) headers[name] = value;
    else if (!single.test(name))
      headers[name] = `${String(known)}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}
