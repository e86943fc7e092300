// `import { serve } from "tsuki/http"`: HTTP/1.1 services for AssemblyScript apps. Tsuki's kernel
// reads requests and frames responses (contracts/http-functions.ts); the app answers.

@external("tsuki_http", "http_listen")
declare function http_listen(port: i32, result: usize): i32;

@external("tsuki_http", "http_next")
declare function http_next(request: usize, room: usize, length: i32): i32;

@external("tsuki_http", "http_read")
declare function http_read(id: u64, buffer: usize, length: i32, result: usize): i32;

@external("tsuki_http", "http_respond")
declare function http_respond(
  id: u64, status: i32, fields: usize, count: i32, body: usize, length: i32,
): i32;

@external("tsuki_http", "http_respond_file")
declare function http_respond_file(id: u64): i32;

@external("tsuki_http", "http_start")
declare function http_start(id: u64, status: i32, fields: usize, count: i32): i32;

@external("tsuki_http", "http_write")
declare function http_write(id: u64, bytes: usize, length: i32): i32;

@external("tsuki_http", "http_end")
declare function http_end(id: u64): i32;

/** Error of a request whose client has gone, or that was answered (WASI's EBADF). */
export const GONE: i32 = -8;

const overflow: i32 = 61;
const fieldBytes: i32 = 16;
const roomBytes: i32 = 16_384;

const record = memory.data(40, 8);
const room = memory.data(16_384, 8);
const result = memory.data(4, 4);

/**
 * One request and its response. Fields and body can be read until the next request; a function that
 * fails gives a negated error number of WASI's.
 */
export class Request {
  /** The method in capitals, such as GET. */
  readonly method: string = textAt(record + 8);
  /** The path with its query, as the client sent it. */
  readonly target: string = textAt(record + 16);
  /** Bytes of the body; -1 when it comes in chunks. */
  readonly bodyLength: i64 = load<i64>(record, 32);

  private id: u64 = load<u64>(record);
  private list: usize = load<usize>(record, 24);
  private count: i32 = load<i32>(record, 28);
  private headers: ArrayBuffer[] = [];

  /** The path alone. */
  get path(): string {
    const end = this.target.indexOf("?");
    return end < 0 ? this.target : this.target.substring(0, end);
  }

  /** A field's value by its name in lower case; null when the request has none. */
  field(name: string): string | null {
    for (let index = 0; index < this.count; index++) {
      const field = this.list + index * fieldBytes;
      if (textAt(field) == name) return textAt(field + 8);
    }
    return null;
  }

  /** Waits for some of the body: how many bytes, 0 at its end. */
  read(into: Uint8Array): i32 {
    const error = http_read(this.id, into.dataStart, into.length, result);
    return error == 0 ? load<i32>(result) : -error;
  }

  /** Adds a field to the response that is about to be sent. */
  setField(name: string, value: string): void {
    this.headers.push(String.UTF8.encode(name));
    this.headers.push(String.UTF8.encode(value));
  }

  /** Sends a whole response; 0, or an error. */
  respond(status: i32, body: Uint8Array): i32 {
    const fields = this.fields();
    const start = changetype<usize>(fields);
    const count = this.headers.length >> 1;
    return -http_respond(this.id, status, start, count, body.dataStart, body.length);
  }

  /** Sends a text of a media type; 0, or an error. */
  respondText(status: i32, text: string, type: string = "text/plain; charset=utf-8"): i32 {
    this.setField("Content-Type", type);
    return this.respond(status, Uint8Array.wrap(String.UTF8.encode(text)));
  }

  /** Answers from the files that the image carries (`--embed`), by the target; 0, or an error. */
  respondFile(): i32 {
    return -http_respond_file(this.id);
  }

  /** Begins a response whose body is written piece by piece; 0, or an error. */
  start(status: i32): i32 {
    const fields = this.fields();
    return -http_start(this.id, status, changetype<usize>(fields), this.headers.length >> 1);
  }

  /** Writes a piece of the body and waits until it is on its way; 0, or an error. */
  write(bytes: Uint8Array): i32 {
    return -http_write(this.id, bytes.dataStart, bytes.length);
  }

  /** Writes a text; 0, or an error. */
  writeText(text: string): i32 {
    return this.write(Uint8Array.wrap(String.UTF8.encode(text)));
  }

  /** Ends the body; 0, or an error. */
  end(): i32 {
    return -http_end(this.id);
  }

  /** Names and values of the response's fields as the kernel takes them: pointers and lengths. */
  private fields(): StaticArray<u32> {
    const fields = new StaticArray<u32>(this.headers.length * 2);
    for (let index = 0; index < this.headers.length; index++) {
      fields[index * 2] = <u32>changetype<usize>(this.headers[index]);
      fields[index * 2 + 1] = <u32>this.headers[index].byteLength;
    }
    return fields;
  }
}

/** Listens on a port, 0 for any; the port, or an error. */
export function listen(port: i32): i32 {
  const error = http_listen(port, result);
  return error == 0 ? load<i32>(result) : -error;
}

/** Waits for the next request; null once the instance was asked to stop and all are answered. */
export function next(): Request | null {
  let error = http_next(record, room, roomBytes);
  // What did not fit was refused; there will be others.
  while (error == overflow) error = http_next(record, room, roomBytes);
  return error == 0 ? new Request() : null;
}

/** Has a function answer all requests on a port: 0 once asked to stop, or an error at the start. */
export function serve(port: i32, answer: (request: Request) => void): i32 {
  const bound = listen(port);
  if (bound < 0) return bound;
  for (let request = next(); request != null; request = next()) answer(request);
  return 0;
}

function textAt(pair: usize): string {
  return String.UTF8.decodeUnsafe(load<usize>(pair), load<i32>(pair, 4));
}
