/** Fetch, 5.2: what a body is made of. */
import { Blob } from "../blob/blob.ts";
import { FormData } from "../blob/form-data.ts";
import { encodeMultipart } from "../blob/multipart-encode.ts";
import { ReadableStream } from "../streams/streams.ts";
import { bytesOf, isByteSource } from "../text/bytes.ts";
import { URLSearchParams } from "../url/url-search-params.ts";

/** Bytes that come from outside, such as a request's body. */
export interface ArrivingBody {
  /** Whether there is none at all. */
  readonly isAbsent: boolean;
  /** All of it. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  stream(): ReadableStream<Uint8Array>;
}

/** Where a body's bytes are. */
export type BodySource = string | Uint8Array | Blob | ReadableStream | ArrivingBody;

/** A body and the Content-Type that it asks for. */
export interface ExtractedBody {
  readonly source: BodySource;
  readonly type: string | undefined;
}

/** Fetch, 5.2, extract a body. */
export function extractBody(init: unknown): ExtractedBody {
  if (typeof init === "string") return { source: init, type: "text/plain;charset=UTF-8" };
  if (isByteSource(init)) return { source: bytesOf(init).slice(), type: undefined };
  if (init instanceof ReadableStream) {
    if (init.locked) throw new TypeError("The stream of a body must not be locked");
    return { source: init, type: undefined };
  }
  if (init instanceof Blob) return { source: init, type: init.type === "" ? undefined : init.type };
  if (init instanceof FormData) return encodeMultipart(init);
  if (init instanceof URLSearchParams) {
    const type = "application/x-www-form-urlencoded;charset=UTF-8";
    return { source: init.toString(), type };
  }
  if (typeof init === "object" && init !== null && Symbol.asyncIterator in init) {
    return { source: ReadableStream.from(init as AsyncIterable<unknown>), type: undefined };
  }
  return { source: String(init).toWellFormed(), type: "text/plain;charset=UTF-8" };
}
