/**
 * HTTP for apps, as data: what C and AssemblyScript import to serve requests. Every function gives a
 * WASI error number. A request is named by a u64 that no other request ever has; EBADF says that its
 * client has gone, or that it was answered.
 *
 * Text is a pair of u32, pointer and length, with a NUL behind it. A field is two texts, name in
 * lower case and value. `http_next` fills in 40 bytes:
 *
 *    0 u64 request    8 text method    16 text target    24 u32 fields    28 u32 their number
 *   32 i64 length of the body, -1 when it comes in chunks
 *
 * and what they point to in a room of at least 16,384 bytes.
 */
import type { FunctionSignature } from "./wasi-preview1.ts";

/** The module from which they are imported. */
export const httpModule = "tsuki_http";

interface HttpFunction extends FunctionSignature {
  readonly kernelExport: string;
}

function define(
  kernelExport: string,
  ...parameters: FunctionSignature["parameters"]
): HttpFunction {
  return { kernelExport, parameters, results: ["i32"] };
}

/** The functions by name. */
export const httpFunctions = {
  /** Listens on a port of every IPv4 address, 0 for any; the port's number goes to the result. */
  http_listen: define("http_listen", "i32", "i32"), // port, result
  /** Waits for a request; ECANCELED when asked to stop and everything is answered. */
  http_next: define("http_next", "i32", "i32", "i32"), // request, room, its bytes
  /** Waits for some of the body; 0 bytes: it has ended. */
  http_read: define("http_read", "i64", "i32", "i32", "i32"), // request, buffer, length, result
  /** Sends a whole response: request, status, fields, their number, body, its length. */
  http_respond: define("http_respond", "i64", "i32", "i32", "i32", "i32", "i32"),
  /** Answers from the files that the image carries (embedded-tree.ts), by the request's target. */
  http_respond_file: define("http_respond_file", "i64"), // request
  /** Serves those files on PORT until asked to stop: an exit status. */
  http_serve_files: define("http_serve_files"),
  /** Begins a response that comes in pieces: request, status, fields, their number. */
  http_start: define("http_start", "i64", "i32", "i32", "i32"),
  /** Waits until a piece of the body is on its way. */
  http_write: define("http_write", "i64", "i32", "i32"), // request, bytes, length
  /** Ends the body. */
  http_end: define("http_end", "i64"), // request
} as const satisfies Record<string, HttpFunction>;
