/** One request and its response over a connection. */
import { Blob, blobBytes } from "../../blob/blob.ts";
import { SystemError } from "../../instance/system-error.ts";
import { TcpStream } from "../../net/tcp-stream.ts";
import { ReadableStream } from "../../streams/streams.ts";
import { joinBytes } from "../../text/bytes.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import type { URL } from "../../url/url.ts";
import { chunkBytes } from "../body.ts";
import type { BodySource } from "../body-source.ts";
import { type Headers, headerList } from "../headers.ts";
import { keepIdle, takeIdle } from "./connections.ts";
import { ResponseBody } from "./response-body.ts";
import { fieldValue, ProtocolError, type ResponseHead, ResponseReader } from "./response-reader.ts";

/** What is sent. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodySource | null;
}

/** What comes back. */
export interface Answered {
  readonly head: ResponseHead;
  readonly body: ResponseBody | null;
}

const usualPort = 80;

/** Closes the connections of bodies that nobody can read any more. */
const abandoned = new FinalizationRegistry<() => void>((close) => close());

/** A body that goes out in one piece with the head. */
const shortBody = 16_384;

/** Learns what to close on abort; undefined: nothing any more. */
export type StreamWatcher = (stream: TcpStream | undefined) => void;

/** Sends a request and reads the head of the response. */
export async function exchange(outgoing: Outgoing, onStream: StreamWatcher): Promise<Answered> {
  const port = outgoing.url.port === "" ? usualPort : Number(outgoing.url.port);
  const host = outgoing.url.hostname.replace(/^\[|\]$/g, "");
  const place = `${host}:${port}`;
  const used = takeIdle(place);
  if (used !== undefined) {
    onStream(used);
    const answered = await tryUsed(outgoing, place, used, onStream);
    if (answered !== undefined) return answered;
  }
  const stream = await TcpStream.connect(host, port, onStream);
  const answered = await exchangeOver(outgoing, place, stream, onStream);
  if (answered === undefined)
    throw new ProtocolError("The server closed the connection without an answer");
  return answered;
}

/** A server may close an idle connection at any time; what can be sent again is. */
async function tryUsed(
  outgoing: Outgoing,
  place: string,
  stream: TcpStream,
  onStream: StreamWatcher,
): Promise<Answered | undefined> {
  try {
    return await exchangeOver(outgoing, place, stream, onStream);
  } catch (error) {
    const isSystem = error instanceof SystemError;
    if (!isSystem || outgoing.body instanceof ReadableStream) throw error;
    return undefined;
  }
}

async function exchangeOver(
  outgoing: Outgoing,
  place: string,
  stream: TcpStream,
  onStream: StreamWatcher,
): Promise<Answered | undefined> {
  const reader = new ResponseReader(stream);
  const sending = new Sending(outgoing, stream);
  try {
    const head = await sending.orFailure(reader.head());
    if (head === undefined) {
      stream.close();
      return undefined;
    }
    const watch = {};
    const done = (isReusable: boolean): void => {
      abandoned.unregister(watch);
      onStream(undefined);
      if (isReusable && head.isKept && sending.isDone) keepIdle(place, stream);
      else stream.close();
    };
    if (hasNoBody(outgoing.method, head)) {
      done(true);
      return { head, body: null };
    }
    const body = new ResponseBody(reader, head, { done, dropped: () => done(false) });
    abandoned.register(body, () => done(false), watch);
    return { head, body };
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** A request on its way; the response may begin before all of it is sent (RFC 9112, 9.5). */
class Sending {
  isDone = false;
  #failure: unknown;

  constructor(outgoing: Outgoing, stream: TcpStream) {
    void this.#run(outgoing, stream);
  }

  async #run(outgoing: Outgoing, stream: TcpStream): Promise<void> {
    try {
      await send(outgoing, stream);
      this.isDone = true;
    } catch (error) {
      this.#failure = error;
      // What the server has said before it broke off can still be read.
      if (!(error instanceof SystemError)) stream.close();
    }
  }

  /** What is read; if nothing is, why the request could not be sent. */
  async orFailure<Read>(reading: Promise<Read | undefined>): Promise<Read | undefined> {
    try {
      const read = await reading;
      if (read !== undefined || this.#failure === undefined) return read;
    } catch (error) {
      this.#failure ??= error;
    }
    throw this.#failure;
  }
}

/** RFC 9112, 6.3; what is empty needs nobody who reads it. */
function hasNoBody(method: string, { status, headers }: ResponseHead): boolean {
  if (method === "HEAD" || status === 204 || status === 304) return true;
  const isFramed = fieldValue(headers, "transfer-encoding") !== undefined;
  return !isFramed && fieldValue(headers, "content-length") === "0";
}

async function send({ url, method, headers, body }: Outgoing, stream: TcpStream): Promise<void> {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`];
  const list = headerList(headers);
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? "";
    if (!ownHeaders.has(name)) lines.push(`${name}: ${list[index + 1]}`);
  }
  for (const [name, value] of usualHeaders) if (!headers.has(name)) lines.push(`${name}: ${value}`);
  const whole = wholeBody(body);
  if (whole === undefined) lines.push("transfer-encoding: chunked");
  else if (whole !== null || /^(?:POST|PUT|PATCH)$/.test(method))
    lines.push(`content-length: ${whole?.length ?? 0}`);
  const head = `${lines.join("\r\n")}\r\n\r\n`;
  if (whole === undefined) {
    await stream.write(head);
    await sendChunks(body as ReadableStream, stream);
    return;
  }
  const isShort = whole !== null && whole.length <= shortBody;
  await stream.write(isShort ? joinBytes([encodeUtf8(head), whole]) : head);
  if (whole !== null && !isShort) await stream.write(whole);
}

/** What belongs to a connection, or is told here (RFC 9110, 7.6.1): who passes a request on has it. */
const ownHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const usualHeaders = [
  ["accept", "*/*"],
  ["user-agent", "tsuki"],
] as const;

/** The body if all of it is there, null if there is none, undefined for a stream. */
function wholeBody(body: BodySource | null): Uint8Array | null | undefined {
  if (body === null) return null;
  if (typeof body === "string") return encodeUtf8(body);
  if (body instanceof Uint8Array) return body;
  return body instanceof Blob ? blobBytes(body) : undefined;
}

async function sendChunks(
  body: Exclude<BodySource, string | Uint8Array | Blob>,
  stream: TcpStream,
): Promise<void> {
  let lineEnd = "";
  for await (const piece of body instanceof ReadableStream ? body : body.stream()) {
    const bytes = chunkBytes(piece);
    if (bytes.length === 0) continue;
    await stream.write(`${lineEnd}${bytes.length.toString(16)}\r\n`);
    await stream.write(bytes);
    lineEnd = "\r\n";
  }
  await stream.write(`${lineEnd}0\r\n\r\n`);
}
