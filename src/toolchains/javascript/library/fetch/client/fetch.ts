/** Fetch, 5.6: fetch, over HTTP/1.1. */
import type { AbortSignal } from "../../events/abort.ts";
import type { TcpStream } from "../../net/tcp-stream.ts";
import { ReadableStream } from "../../streams/streams.ts";
import { URL } from "../../url/url.ts";
import { takeBody } from "../body.ts";
import type { BodySource } from "../body-source.ts";
import { Headers, headersOf } from "../headers.ts";
import { Request, type RequestInit } from "../request.ts";
import { Response, responseOf } from "../response.ts";
import { type Answered, exchange, type Outgoing, type StreamWatcher } from "./exchange.ts";
import { fieldValue } from "./response-reader.ts";

const mostRedirects = 20;
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

/** Fetch, 5.6: sends a request; the promise is kept once the head of the response is there. */
export async function fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  let stream: TcpStream | undefined;
  const close = (): void => stream?.close(signal);
  const onStream = (opened: TcpStream | undefined): void => {
    stream = opened;
    if (opened === undefined) signal.removeEventListener("abort", close);
    else if (signal.aborted) opened.close(signal);
    else signal.addEventListener("abort", close);
  };
  try {
    return await untilAborted(follow(request, onStream), signal);
  } catch (error) {
    onStream(undefined);
    throw error;
  }
}

/** What comes first, so that nothing holds on to the other: an answer, or the signal. */
async function untilAborted(answered: Promise<Response>, signal: AbortSignal): Promise<Response> {
  let refuse = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    refuse = () => reject(signal.reason);
  });
  signal.addEventListener("abort", refuse);
  try {
    return await Promise.race([answered, aborted]);
  } finally {
    signal.removeEventListener("abort", refuse);
  }
}

async function follow(request: Request, onStream: StreamWatcher): Promise<Response> {
  let outgoing: Outgoing = {
    url: checkedUrl(request.url),
    method: request.method,
    headers: new Headers(request.headers),
    body: takeBody(request),
  };
  for (let count = 0; ; count++) {
    const answered = await exchangeOrFail(outgoing, onStream);
    const location = fieldValue(answered.head.headers, "location");
    const isRedirect = redirectStatuses.includes(answered.head.status) && location !== undefined;
    if (!isRedirect || request.redirect === "manual")
      return toResponse(answered, outgoing, count > 0);
    if (request.redirect === "error") throw failed(new Error("unexpected redirect"));
    if (count === mostRedirects) throw failed(new Error("redirect count exceeded"));
    await answered.body?.bytes();
    outgoing = redirected(outgoing, answered.head.status, location);
  }
}

async function exchangeOrFail(outgoing: Outgoing, onStream: StreamWatcher): Promise<Answered> {
  try {
    return await exchange(outgoing, onStream);
  } catch (error) {
    throw failed(error);
  }
}

/** Fetch, 4.4: the request that follows a redirect. */
function redirected(outgoing: Outgoing, status: number, location: string): Outgoing {
  const url = checkedUrl(new URL(location, outgoing.url).href);
  const headers = new Headers(outgoing.headers);
  const { method } = outgoing;
  const becomesGet =
    (status === 303 && method !== "GET" && method !== "HEAD") ||
    (status < 303 && method === "POST");
  if (url.origin !== outgoing.url.origin)
    for (const name of ["authorization", "cookie"]) headers.delete(name);
  if (!becomesGet) return { url, method, headers, body: repeatable(outgoing.body) };
  for (const name of ["content-encoding", "content-language", "content-location", "content-type"])
    headers.delete(name);
  return { url, method: "GET", headers, body: null };
}

function repeatable(body: BodySource | null): BodySource | null {
  if (body instanceof ReadableStream) throw failed(new Error("a stream cannot be sent again"));
  return body;
}

function toResponse({ head, body }: Answered, { url }: Outgoing, isRedirected: boolean): Response {
  return responseOf({
    body,
    status: head.status,
    statusText: head.reason,
    headers: headersOf(head.headers),
    type: "basic",
    url: url.href.replace(/#.*$/, ""),
    isRedirected,
  });
}

function checkedUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol === "http:") return url;
  const reason =
    url.protocol === "https:"
      ? `${url.origin}: https is not there yet, because the image has no TLS; use http, or a proxy that speaks https`
      : `unknown scheme ${url.protocol}`;
  throw failed(new Error(reason));
}

function failed(cause: unknown): TypeError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new TypeError(`fetch failed${reason}`, { cause });
}
