/** URL, 6.1: the class. */

import { parseHost } from "./host.ts";
import { encodeQuery, parsePath, parseUrl } from "./parse-url.ts";
import { encodeSets, percentEncode } from "./percent.ts";
import { parsePlain, rememberOrigin } from "./plain-url.ts";
import {
  hostText,
  isSpecial,
  pathText,
  recordText,
  specialSchemes,
  type UrlRecord,
} from "./url-record.ts";
import { bindSearchParams, refillSearchParams, URLSearchParams } from "./url-search-params.ts";

let recordOf: (url: URL) => UrlRecord;

/** URL, 6.1. */
export class URL {
  static {
    recordOf = (url) => url.#record;
  }

  #record: UrlRecord;
  #searchParams: URLSearchParams | undefined;

  constructor(input: string | URL, base?: string | URL) {
    const parsed = parseWithBase(input, base);
    if (parsed === undefined) throw invalid(String(input), base);
    this.#record = parsed;
  }

  /** Whether the constructor would take this. */
  static canParse(input: string | URL, base?: string | URL): boolean {
    return parseWithBase(input, base) !== undefined;
  }

  /** As the constructor, but null for what is no URL. */
  static parse(input: string | URL, base?: string | URL): URL | null {
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  get href(): string {
    return recordText(this.#record);
  }

  set href(value: string) {
    const parsed = parseUrl(String(value));
    if (parsed === undefined) throw invalid(String(value), undefined);
    this.#record = parsed;
    this.#refill();
  }

  get origin(): string {
    const { scheme } = this.#record;
    if (scheme === "blob") {
      const inner = parseUrl(pathText(this.#record));
      const isWeb = inner !== undefined && /^https?$/.test(inner.scheme);
      return isWeb ? `${inner.scheme}://${hostText(inner)}` : "null";
    }
    if (!isSpecial(this.#record) || scheme === "file") return "null";
    return `${scheme}://${hostText(this.#record)}`;
  }

  get protocol(): string {
    return `${this.#record.scheme}:`;
  }

  set protocol(value: string) {
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*)(?::|$)/.exec(String(value))?.[1]?.toLowerCase();
    const url = this.#record;
    if (scheme === undefined || isSpecial({ scheme }) !== isSpecial(url)) return;
    if (scheme === "file" && (url.username !== "" || url.password !== "" || url.port !== null))
      return;
    if (url.scheme === "file" && url.host === "") return;
    url.scheme = scheme;
    if (url.port === specialSchemes[scheme]) url.port = null;
  }

  get username(): string {
    return this.#record.username;
  }

  set username(value: string) {
    if (this.#hasNoUser()) return;
    this.#record.username = percentEncode(String(value), encodeSets.userinfo);
  }

  get password(): string {
    return this.#record.password;
  }

  set password(value: string) {
    if (this.#hasNoUser()) return;
    this.#record.password = percentEncode(String(value), encodeSets.userinfo);
  }

  get host(): string {
    return hostText(this.#record);
  }

  set host(value: string) {
    const text = this.#hostPart(value);
    const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*).*)?$/.exec(text) ?? [];
    const isFile = this.#record.scheme === "file";
    if (host === undefined || !this.#setHost(isFile ? text : host)) return;
    if (port !== undefined && port !== "") this.port = port;
  }

  get hostname(): string {
    return this.#record.host ?? "";
  }

  set hostname(value: string) {
    this.#setHost(this.#hostPart(value));
  }

  get port(): string {
    const { port } = this.#record;
    return port === null ? "" : String(port);
  }

  set port(value: string) {
    const url = this.#record;
    if (this.#hasNoUser()) return;
    const text = String(value).replace(/[\t\n\r]/g, "");
    const digits = /^\d+/.exec(text)?.[0];
    if (text === "") url.port = null;
    if (digits === undefined || Number(digits) > 65_535) return;
    url.port = Number(digits) === specialSchemes[url.scheme] ? null : Number(digits);
  }

  get pathname(): string {
    return pathText(this.#record);
  }

  set pathname(value: string) {
    const url = this.#record;
    if (typeof url.path === "string") return;
    const text = String(value).replace(/[\t\n\r]/g, "");
    url.path = text === "" && !isSpecial(url) ? [] : parsePath(text, url);
  }

  get search(): string {
    const { query } = this.#record;
    return query === null || query === "" ? "" : `?${query}`;
  }

  set search(value: string) {
    const text = String(value).replace(/[\t\n\r]/g, "");
    this.#record.query = text === "" ? null : encodeQuery(this.#record, text.replace(/^\?/, ""));
    this.#refill();
  }

  get searchParams(): URLSearchParams {
    if (this.#searchParams === undefined) {
      this.#searchParams = new URLSearchParams();
      refillSearchParams(this.#searchParams, this.#record.query ?? "");
      bindSearchParams(this.#searchParams, (query) => {
        this.#record.query = query === "" ? null : query;
      });
    }
    return this.#searchParams;
  }

  get hash(): string {
    const { fragment } = this.#record;
    return fragment === null || fragment === "" ? "" : `#${fragment}`;
  }

  set hash(value: string) {
    const text = String(value).replace(/[\t\n\r]/g, "");
    const fragment = percentEncode(text.replace(/^#/, ""), encodeSets.fragment);
    this.#record.fragment = text === "" ? null : fragment;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  get [Symbol.toStringTag](): string {
    return "URL";
  }

  /** The text up to where a host ends. */
  #hostPart(value: string): string {
    const text = String(value).replace(/[\t\n\r]/g, "");
    return text.split(isSpecial(this.#record) ? /[/\\?#]/ : /[/?#]/, 1)[0] ?? "";
  }

  /** False: the URL cannot have this host. */
  #setHost(text: string): boolean {
    const url = this.#record;
    if (typeof url.path === "string") return false;
    if (!text.startsWith("[") && text.includes(":")) return false;
    const mayBeEmpty = isSpecial(url) ? url.scheme === "file" : this.#hasNoUserInfo();
    if (text === "" && !mayBeEmpty) return false;
    const host = text === "" ? "" : parseHost(text, isSpecial(url));
    if (host === undefined) return false;
    url.host = url.scheme === "file" && host === "localhost" ? "" : host;
    return true;
  }

  #hasNoUser(): boolean {
    const { host, scheme } = this.#record;
    return host === null || host === "" || scheme === "file";
  }

  #hasNoUserInfo(): boolean {
    const { username, password, port } = this.#record;
    return username === "" && password === "" && port === null;
  }

  #refill(): void {
    if (this.#searchParams !== undefined) {
      refillSearchParams(this.#searchParams, this.#record.query ?? "");
    }
  }
}

function parseWithBase(input: string | URL, base: string | URL | undefined): UrlRecord | undefined {
  if (base === undefined) return parseText(String(input));
  const parsed = base instanceof URL ? recordOf(base) : parseUrl(String(base));
  return parsed === undefined ? undefined : parseUrl(String(input), parsed);
}

function parseText(text: string): UrlRecord | undefined {
  const plain = parsePlain(text);
  if (plain !== undefined) return plain;
  const parsed = parseUrl(text);
  if (parsed !== undefined) rememberOrigin(text, parsed);
  return parsed;
}

function invalid(input: string, base: string | URL | undefined): TypeError {
  const error = new TypeError("Invalid URL");
  Object.assign(error, { code: "ERR_INVALID_URL", input });
  if (base !== undefined) Object.assign(error, { base: String(base) });
  return error;
}
