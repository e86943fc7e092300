/** Headers that are to be sent, with the methods of Node's OutgoingMessage. */
import { Stream } from "../stream-parts/stream.ts";

/** The value of a header. */
export type HeaderValue = string | number | readonly string[];

/** Headers as Node's methods take them. */
export type OutgoingHeaders = Record<string, HeaderValue | undefined> | readonly HeaderValue[];

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const badValue = /[^\t\x20-\x7e\x80-\xff]/;

function refuse(code: string, message: string): never {
  throw Object.assign(new TypeError(message), { code });
}

/** A message on its way out. */
export abstract class OutgoingMessage extends Stream {
  headersSent = false;
  sendDate = true;
  readonly #headers = new Map<string, readonly [name: string, value: HeaderValue]>();

  setHeader(name: string, value: HeaderValue): this {
    if (this.headersSent)
      refuse("ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client");
    if (!token.test(name))
      refuse("ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["${name}"]`);
    if (value === undefined)
      refuse("ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "undefined" for header "${name}"`);
    const values = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
    if (values.some((each) => badValue.test(each)))
      refuse("ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
    this.#headers.set(name.toLowerCase(), [name, value]);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    const known = this.getHeader(name);
    if (known === undefined) return this.setHeader(name, value);
    return this.setHeader(name, [known, value].flat().map(String));
  }

  setHeaders(headers: Iterable<readonly [string, HeaderValue]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers.get(name.toLowerCase())?.[1];
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()];
  }

  getHeaders(): Record<string, HeaderValue> {
    return Object.fromEntries([...this.#headers].map(([key, [, value]]) => [key, value]));
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  /** Takes headers in any of Node's forms. */
  protected takeHeaders(headers: OutgoingHeaders | undefined): void {
    if (headers === undefined) return;
    if (!Array.isArray(headers)) {
      for (const [name, value] of Object.entries(headers))
        if (value !== undefined) this.setHeader(name, value);
      return;
    }
    const list = headers.flat() as string[];
    for (let index = 0; index < list.length; index += 2)
      this.appendHeader(String(list[index]), String(list[index + 1]));
  }

  /** Names and values, alternating, without those that say how the body is framed. */
  protected headerList(): string[] {
    const list: string[] = [];
    for (const [name, value] of this.#headers.values()) {
      if (/^(?:transfer-encoding|connection|keep-alive|date)$/i.test(name)) continue;
      for (const each of Array.isArray(value) ? (value as readonly string[]) : [value])
        list.push(name, String(each));
    }
    return list;
  }
}
