/** Sends responses through the kernel. */
import { Blob, blobBytes } from "../blob/blob.ts";
import { engine } from "../engine.ts";
import { chunkBytes, takeBody } from "../fetch/body.ts";
import { type Response, responseHeaderList } from "../fetch/response.ts";
import { ReadableStream, type ReadableStreamDefaultReader } from "../streams/streams.ts";
import { toArrayBuffer } from "../text/bytes.ts";
import type { Incoming } from "./incoming.ts";

const waitForRoom = 1;

/** Sends a response; a promise if its body is a stream, which is sent as it comes. */
export function respond(incoming: Incoming, response: Response): Promise<void> | undefined {
  if (incoming.isAnswered) return undefined;
  const source = takeBody(response);
  if (source === null) sendWhole(incoming, response, "");
  else if (typeof source === "string") sendWhole(incoming, response, source);
  else if (source instanceof Uint8Array) sendWhole(incoming, response, toArrayBuffer(source));
  else if (source instanceof Blob) sendWhole(incoming, response, toArrayBuffer(blobBytes(source)));
  else {
    return sendStream(
      incoming,
      response,
      source instanceof ReadableStream ? source : source.stream(),
    );
  }
  return undefined;
}

function sendWhole(incoming: Incoming, response: Response, body: string | ArrayBuffer): void {
  const { status, statusText } = response;
  incoming.isAnswered = true;
  engine.httpRespond(incoming.handle, status, statusText, responseHeaderList(response), body);
  incoming.finish();
}

async function sendStream(
  incoming: Incoming,
  response: Response,
  stream: ReadableStream,
): Promise<void> {
  const { handle } = incoming;
  const { status, statusText } = response;
  incoming.isAnswered = true;
  engine.httpRespond(handle, status, statusText, responseHeaderList(response));
  const reader = stream.getReader();
  incoming.signal.addEventListener("abort", () => {
    reader.cancel(incoming.signal.reason).catch(() => undefined);
  });
  try {
    if (incoming.method === "HEAD") await reader.cancel();
    else await sendChunks(incoming, reader);
    if (!incoming.isGone) engine.httpEnd(handle);
  } catch (error) {
    // What was promised cannot be kept: the client must see that the body is not complete.
    if (!incoming.isGone) engine.httpAbort(handle);
    throw error;
  } finally {
    incoming.finish();
  }
}

async function sendChunks(incoming: Incoming, reader: ReadableStreamDefaultReader): Promise<void> {
  for (;;) {
    const read = await reader.read();
    const value: unknown = read.value;
    if (read.done || incoming.isGone) return;
    const chunk = typeof value === "string" ? value : toArrayBuffer(chunkBytes(value));
    const outcome = engine.httpWrite(incoming.handle, chunk);
    if (outcome < 0) return await reader.cancel();
    if (outcome === waitForRoom) await incoming.happening();
  }
}
