/** Fetch, 5.5: responses. */
import { URL } from "../url/url.ts";
import { Body, shareBody } from "./body.ts";
import { type BodySource, extractBody } from "./body-source.ts";
import { freezeHeaders, Headers, type HeadersInit, headerList } from "./headers.ts";

/** What a Response is made with. */
export interface ResponseInit {
  status?: number | undefined;
  statusText?: string | undefined;
  headers?: HeadersInit | undefined;
}

/** The parts of a response, which are not checked. */
export interface ResponseParts {
  readonly body: BodySource | null;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers | undefined;
  readonly type?: "default" | "basic" | "error" | "opaqueredirect";
  readonly url?: string;
  readonly isRedirected?: boolean;
  /** The Content-Type that the body asks for; headers are made of it when somebody looks. */
  readonly contentType?: string | undefined;
}

/** Marks the constructor's other form. */
const partsKey: ResponseInit = {};
const textOnly = ["content-type", "text/plain;charset=UTF-8"];
const statusTextPattern = /^[\t\x20-\x7e\x80-\xff]*$/;

let listOf: (response: Response) => readonly string[];

/** Fetch, 5.5. */
export class Response extends Body {
  static {
    listOf = (response) => response.#list();
  }

  readonly #parts: ResponseParts;
  #headers: Headers | undefined;

  constructor(body?: unknown, init: ResponseInit = {}) {
    const parts = init === partsKey ? (body as ResponseParts) : partsOf(body, init);
    super(parts.body);
    this.#parts = parts;
    this.#headers = parts.headers;
  }

  /** Fetch, 5.5: what stands for a network error. */
  static error(): Response {
    const headers = freezeHeaders(new Headers());
    return responseOf({ body: null, status: 0, statusText: "", headers, type: "error" });
  }

  /** Sends the client elsewhere. */
  static redirect(url: string | URL, status = 302): Response {
    const location = new URL(String(url)).href;
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`Invalid status code ${status}`);
    }
    const headers = freezeHeaders(new Headers({ location }));
    return responseOf({ body: null, status, statusText: "", headers });
  }

  /** A value as JSON. */
  static json(value: unknown, init: ResponseInit = {}): Response {
    const text: unknown = JSON.stringify(value);
    if (text === undefined) throw new TypeError("The value cannot be written as JSON");
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { status: init.status, statusText: init.statusText, headers });
  }

  get type(): string {
    return this.#parts.type ?? "default";
  }

  get url(): string {
    return this.#parts.url ?? "";
  }

  get redirected(): boolean {
    return this.#parts.isRedirected ?? false;
  }

  get status(): number {
    return this.#parts.status;
  }

  get ok(): boolean {
    return this.#parts.status >= 200 && this.#parts.status <= 299;
  }

  get statusText(): string {
    return this.#parts.statusText;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      const { contentType } = this.#parts;
      this.#headers = new Headers(
        contentType === undefined ? undefined : { "content-type": contentType },
      );
    }
    return this.#headers;
  }

  clone(): Response {
    const body = shareBody(this);
    return responseOf({ ...this.#parts, body, headers: new Headers(this.headers) });
  }

  get [Symbol.toStringTag](): string {
    return "Response";
  }

  protected override contentType(): string | null {
    return this.headers.get("content-type");
  }

  #list(): readonly string[] {
    if (this.#headers !== undefined) return headerList(this.#headers);
    const { contentType } = this.#parts;
    if (contentType === textOnly[1]) return textOnly;
    return contentType === undefined ? [] : ["content-type", contentType];
  }
}

/** A Response of its parts, which are not checked. */
export function responseOf(parts: ResponseParts): Response {
  return new Response(parts, partsKey);
}

/** Names and values of a response's headers, alternating; not to be changed. */
export function responseHeaderList(response: Response): readonly string[] {
  return listOf(response);
}

function partsOf(body: unknown, init: ResponseInit): ResponseParts {
  const { status = 200, statusText = "" } = init;
  if (!(status >= 200 && status <= 599)) {
    throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
  }
  if (!statusTextPattern.test(statusText)) throw new TypeError("Invalid statusText");
  const headers = init.headers === undefined ? undefined : new Headers(init.headers);
  if (body === undefined || body === null) {
    return { body: null, status: Math.trunc(status), statusText: String(statusText), headers };
  }
  if (status === 204 || status === 205 || status === 304) {
    throw new TypeError(`Response constructor: Invalid response status code ${status}`);
  }
  const { source, type } = extractBody(body);
  if (type !== undefined && headers !== undefined && !headers.has("content-type")) {
    headers.set("content-type", type);
  }
  return {
    body: source,
    status: Math.trunc(status),
    statusText: String(statusText),
    headers,
    contentType: type,
  };
}
