/** Fetch, 5.5: responses. */
import { URL } from "../url/url.ts";
import { Body, shareBody } from "./body.ts";
import { type BodySource, extractBody } from "./body-source.ts";
import { freezeHeaders, Headers, type HeadersInit, headerList, headersOf } from "./headers.ts";

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
const usualInit: ResponseInit = {};
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

  constructor(body?: unknown, init: ResponseInit = usualInit) {
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
  static json(value: unknown, init: ResponseInit = usualInit): Response {
    const text: unknown = JSON.stringify(value);
    if (text === undefined) throw new TypeError("The value cannot be written as JSON");
    return responseOf(partsOf(text, init, "application/json"));
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
      this.#headers = headersOf([...this.#list()]);
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

/** Fetch, 5.5, initialize a response; `usualType` is the Content-Type of a body that is text. */
function partsOf(body: unknown, init: ResponseInit, usualType?: string): ResponseParts {
  const status = init.status === undefined ? 200 : checkedStatus(init.status);
  const statusText = init.statusText === undefined ? "" : checkedReason(init.statusText);
  const headers = init.headers === undefined ? undefined : new Headers(init.headers);
  if (body === undefined || body === null) return { body: null, status, statusText, headers };
  if (status === 204 || status === 205 || status === 304) {
    throw new TypeError(`Response constructor: Invalid response status code ${status}`);
  }
  const { source, type } = extractBody(body);
  const contentType = usualType ?? type;
  if (contentType !== undefined && headers !== undefined && !headers.has("content-type")) {
    headers.set("content-type", contentType);
  }
  return { body: source, status, statusText, headers, contentType };
}

function checkedStatus(status: number): number {
  if (!(status >= 200 && status <= 599)) {
    throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
  }
  return Math.trunc(status);
}

function checkedReason(statusText: string): string {
  if (!statusTextPattern.test(statusText)) throw new TypeError("Invalid statusText");
  return String(statusText);
}
