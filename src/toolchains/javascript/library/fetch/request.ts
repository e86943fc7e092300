/** Fetch, 5.4: requests. Those that a server receives look their parts up when they are asked for. */
import { AbortController, type AbortSignal } from "../events/abort.ts";
import { URL } from "../url/url.ts";
import { Body, shareBody, takeBody } from "./body.ts";
import { type BodySource, extractBody } from "./body-source.ts";
import { Headers, type HeadersInit } from "./headers.ts";

/** What a Request is made with. */
export interface RequestInit {
  method?: string | undefined;
  headers?: HeadersInit | undefined;
  body?: unknown;
  redirect?: "follow" | "error" | "manual" | undefined;
  signal?: AbortSignal | null | undefined;
  keepalive?: boolean | undefined;
  duplex?: string | undefined;
}

/** The parts of a request; one that has arrived reads each at its first use. */
export interface RequestParts {
  readonly body: BodySource | null;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  readonly redirect: "follow" | "error" | "manual";
}

const methodsInCapitals = /^(?:DELETE|GET|HEAD|OPTIONS|POST|PUT)$/i;
const forbiddenMethods = /^(?:CONNECT|TRACE|TRACK)$/i;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Marks the constructor's other form. */
const partsKey: RequestInit = {};

let partsIn: (request: Request) => RequestParts;

/** Fetch, 5.4. */
export class Request extends Body {
  static {
    partsIn = (request) => request.#parts;
  }

  readonly #parts: RequestParts;
  #signal: AbortSignal | undefined;

  constructor(input: Request | URL | string, init: RequestInit = {}) {
    const parts = init === partsKey ? (input as unknown as RequestParts) : partsOf(input, init);
    super(parts.body);
    this.#parts = parts;
  }

  get url(): string {
    return this.#parts.url;
  }

  get method(): string {
    return this.#parts.method;
  }

  get headers(): Headers {
    return this.#parts.headers;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#parts.signal ?? new AbortController().signal;
    return this.#signal;
  }

  get redirect(): "follow" | "error" | "manual" {
    return this.#parts.redirect;
  }

  get cache(): string {
    return "default";
  }

  get credentials(): string {
    return "same-origin";
  }

  get destination(): string {
    return "";
  }

  get duplex(): string {
    return "half";
  }

  get integrity(): string {
    return "";
  }

  get keepalive(): boolean {
    return false;
  }

  get mode(): string {
    return "cors";
  }

  get referrer(): string {
    return "about:client";
  }

  get referrerPolicy(): string {
    return "";
  }

  clone(): Request {
    const { method, url, redirect, signal } = this;
    const body = shareBody(this);
    return requestOf({ body, method, url, headers: new Headers(this.headers), redirect, signal });
  }

  get [Symbol.toStringTag](): string {
    return "Request";
  }

  protected override contentType(): string | null {
    return this.headers.get("content-type");
  }
}

/** A Request of its parts, which are not checked. */
export function requestOf(parts: RequestParts): Request {
  return new Request(parts as unknown as Request, partsKey);
}

/** The parts of a Request as they were given. */
export function requestParts(request: Request): RequestParts {
  return partsIn(request);
}

function partsOf(input: Request | URL | string, init: RequestInit): RequestParts {
  const from = input instanceof Request ? input : undefined;
  const method = checkedMethod(init.method ?? from?.method ?? "GET");
  const isBodiless = method === "GET" || method === "HEAD";
  const isGiven = init.body !== undefined && init.body !== null;
  if (isGiven && isBodiless) {
    throw new TypeError("Request with GET/HEAD method cannot have body.");
  }
  const url = from?.url ?? absoluteUrl(input as URL | string);
  const headers = new Headers(init.headers ?? from?.headers);
  const { source, type } = isGiven ? extractBody(init.body) : { source: null, type: undefined };
  if (type !== undefined && !headers.has("content-type")) headers.set("content-type", type);
  const body = isGiven || from === undefined ? source : takeBody(from);
  const signal = init.signal === undefined ? from?.signal : (init.signal ?? undefined);
  return {
    body,
    method,
    url,
    headers,
    signal,
    redirect: init.redirect ?? from?.redirect ?? "follow",
  };
}

function checkedMethod(method: string): string {
  const text = String(method);
  if (!token.test(text)) throw new TypeError(`'${text}' is not a valid HTTP method.`);
  if (forbiddenMethods.test(text)) throw new TypeError(`'${text}' HTTP method is unsupported.`);
  return methodsInCapitals.test(text) ? text.toUpperCase() : text;
}

/** Fetch, 5.4: a request's URL is absolute and names nobody. */
function absoluteUrl(input: URL | string): string {
  const url = new URL(String(input));
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("Request cannot be constructed from a URL that includes credentials");
  }
  return url.href;
}
