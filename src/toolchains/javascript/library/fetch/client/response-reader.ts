/** RFC 9112: reads responses from a connection. */
import type { TcpStream } from "../../net/tcp-stream.ts";
import { joinBytes } from "../../text/bytes.ts";
import { toBinary } from "../../text/utf8.ts";

const longestHead = 65_536;
const lineFeed = 10;

/** Status line and headers. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case and values, alternating. */
  readonly headers: string[];
  /** Whether the connection may be used again. */
  readonly isKept: boolean;
}

/** What a server says that is no HTTP. */
export class ProtocolError extends TypeError {}

/** The bytes of a connection, in lines and lengths. */
export class ResponseReader {
  readonly #stream: TcpStream;
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(stream: TcpStream) {
    this.#stream = stream;
  }

  /** RFC 9112, 4 and 5; undefined: the connection has ended before. Skips interim responses. */
  async head(): Promise<ResponseHead | undefined> {
    for (;;) {
      const first = await this.#line(true);
      if (first === undefined) return undefined;
      const [, minor, status, reason = ""] =
        /^HTTP\/1\.([01]) (\d{3})(?: (.*))?$/.exec(first) ?? [];
      if (status === undefined)
        throw new ProtocolError(`The server does not speak HTTP/1.1: ${first.slice(0, 60)}`);
      const headers = await this.#fields();
      if (status.startsWith("1")) continue;
      const connection = fieldValue(headers, "connection")?.toLowerCase() ?? "";
      const isKept =
        minor === "1" ? !connection.includes("close") : connection.includes("keep-alive");
      return { status: Number(status), reason, headers, isKept };
    }
  }

  /** At most so many bytes; undefined: the connection has ended. */
  async some(most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#pending.length === 0) {
      const bytes = await this.#stream.read();
      if (bytes === undefined) return undefined;
      this.#pending = bytes;
    }
    const taken = this.#pending.slice(0, most);
    this.#pending = this.#pending.subarray(taken.length);
    return taken;
  }

  /** RFC 9112, 7.1: the length of the next chunk; the fields behind the last are skipped. */
  async chunkLength(isFirst: boolean): Promise<number> {
    if (!isFirst && (await this.#line(false)) !== "")
      throw new ProtocolError("A chunk is longer than it says");
    const line = await this.#line(false);
    const [digits] = /^[0-9A-Fa-f]{1,8}(?=[\t ]*(?:;|$))/.exec(line ?? "") ?? [];
    if (digits === undefined) throw new ProtocolError("A chunk has no length");
    const length = Number.parseInt(digits, 16);
    if (length === 0) await this.#fields();
    return length;
  }

  async #fields(): Promise<string[]> {
    const headers: string[] = [];
    for (;;) {
      const line = await this.#line(false);
      if (line === "") return headers;
      const colon = line?.indexOf(":") ?? -1;
      if (line === undefined || colon < 1)
        throw new ProtocolError("A header of the response is malformed");
      headers.push(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }

  async #line(mayEnd: boolean): Promise<string | undefined> {
    let from = 0;
    for (;;) {
      const end = this.#pending.indexOf(lineFeed, from);
      if (end >= 0) {
        const line = toBinary(this.#pending.subarray(0, end));
        this.#pending = this.#pending.subarray(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      from = this.#pending.length;
      if (from > longestHead) throw new ProtocolError("The head of the response is too long");
      const bytes = await this.#stream.read();
      if (bytes !== undefined) this.#pending = joinBytes([this.#pending, bytes]);
      else if (mayEnd && from === 0) return undefined;
      else throw new ProtocolError("The connection ended in the middle of a response");
    }
  }
}

/** The value of a field in a list of names and values. */
export function fieldValue(headers: readonly string[], name: string): string | undefined {
  const index = headers.findIndex((each, at) => at % 2 === 0 && each === name);
  return index < 0 ? undefined : headers[index + 1];
}
