/** One request and its response over a connection. */
import { Blob, blobBytes } from "../../blob/blob.ts";
import { TcpStream } from "../../net/tcp-stream.ts";
import { ReadableStream } from "../../streams/streams.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import type { URL } from "../../url/url.ts";
import { chunkBytes } from "../body.ts";
import type { BodySource } from "../body-source.ts";
import { type Headers, headerList } from "../headers.ts";
import { keepIdle, takeIdle } from "./connections.ts";
import { ResponseBody } from "./response-body.ts";
import { ProtocolError, type ResponseHead, ResponseReader } from "./response-reader.ts";

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

/** Sends a request and reads the head of the response. `onStream` learns what to close on abort. */
export async function exchange(
  outgoing: Outgoing,
  onStream: (stream: TcpStream) => void,
): Promise<Answered> {
  const port = outgoing.url.port === "" ? usualPort : Number(outgoing.url.port);
  const host = outgoing.url.hostname.replace(/^\[|\]$/g, "");
  const place = `${host}:${port}`;
  const used = takeIdle(place);
  if (used !== undefined) {
    onStream(used);
    const answered = await tryUsed(outgoing, place, used);
    if (answered !== undefined) return answered;
  }
  const stream = await TcpStream.connect(host, port);
  onStream(stream);
  const answered = await exchangeOver(outgoing, place, stream);
  if (answered === undefined)
    throw new ProtocolError("The server closed the connection without an answer");
  return answered;
}

/** A server may close an idle connection at any time; what can be sent again is. */
async function tryUsed(
  outgoing: Outgoing,
  place: string,
  stream: TcpStream,
): Promise<Answered | undefined> {
  try {
    return await exchangeOver(outgoing, place, stream);
  } catch (error) {
    if (outgoing.body instanceof ReadableStream || error instanceof ProtocolError) throw error;
    return undefined;
  }
}

async function exchangeOver(
  outgoing: Outgoing,
  place: string,
  stream: TcpStream,
): Promise<Answered | undefined> {
  const reader = new ResponseReader(stream);
  try {
    await send(outgoing, stream);
    const head = await reader.head();
    if (head === undefined) {
      stream.close();
      return undefined;
    }
    const done = (isReusable: boolean): void => {
      if (isReusable && head.isKept) keepIdle(place, stream);
      else stream.close();
    };
    const isBodiless = outgoing.method === "HEAD" || head.status === 204 || head.status === 304;
    if (isBodiless) done(true);
    const body = isBodiless
      ? null
      : new ResponseBody(reader, head, { done, dropped: () => stream.close() });
    return { head, body };
  } catch (error) {
    stream.close();
    throw error;
  }
}

async function send({ url, method, headers, body }: Outgoing, stream: TcpStream): Promise<void> {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`];
  const list = headerList(headers);
  for (let index = 0; index < list.length; index += 2)
    lines.push(`${list[index]}: ${list[index + 1]}`);
  for (const [name, value] of usualHeaders) if (!headers.has(name)) lines.push(`${name}: ${value}`);
  const whole = wholeBody(body);
  if (whole === undefined) lines.push("transfer-encoding: chunked");
  else if (whole !== null || /^(?:POST|PUT|PATCH)$/.test(method))
    lines.push(`content-length: ${whole?.length ?? 0}`);
  const head = `${lines.join("\r\n")}\r\n\r\n`;
  await stream.write(head);
  if (whole === undefined) await sendChunks(body as ReadableStream, stream);
  else if (whole !== null && whole.length > 0) await stream.write(whole);
}

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
  for await (const piece of body instanceof ReadableStream ? body : body.stream()) {
    const bytes = chunkBytes(piece);
    if (bytes.length === 0) continue;
    await stream.write(`${bytes.length.toString(16)}\r\n`);
    await stream.write(bytes);
    await stream.write("\r\n");
  }
  await stream.write("0\r\n\r\n");
}
