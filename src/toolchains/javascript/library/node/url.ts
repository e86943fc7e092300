/** Node's url: the web's classes, and the older functions. */
import { URL } from "../url/url.ts";
import { URLSearchParams } from "../url/url-search-params.ts";
import { parse as parseQuery, stringify } from "./querystring.ts";

/** A URL in the parts that `parse` gives. */
export interface LegacyUrl {
  protocol: string | null;
  slashes: boolean | null;
  auth: string | null;
  host: string | null;
  port: string | null;
  hostname: string | null;
  hash: string | null;
  search: string | null;
  query: string | null | Record<string, string | string[]>;
  pathname: string | null;
  path: string | null;
  href: string;
}

const parts = /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/)?([^?#]*)(\?[^#]*)?(#.*)?$/;
const authorityParts = /^(?:([^/]*)@)?((\[[^\]]*\]|[^/:]*)(?::(\d*))?)(.*)$/;

/** Schemes whose hosts stand behind two slashes only, or which have none. */
const slashed = /^(?:https?|ftp|gopher|file|wss?|javascript):$/i;

/** Takes a URL apart, absolute or not; it is never refused. */
export function parse(text: string, parsesQuery = false, slashesDenoteHost = false): LegacyUrl {
  const [, protocol, found, rest = "", search, hash] = parts.exec(text.trim()) ?? [];
  const slashes = protocol === undefined && !slashesDenoteHost ? undefined : found;
  const hasHost =
    slashes !== undefined ||
    (protocol !== undefined && !slashed.test(protocol) && !rest.startsWith("/"));
  const whole = slashes === undefined ? (found ?? "") + rest : rest;
  const authority = hasHost ? authorityParts.exec(whole) : null;
  const [, auth, host, hostname, port, behind] = authority ?? [];
  const pathname = hasHost ? behind : whole;
  const query = search?.slice(1) ?? (parsesQuery ? "" : null);
  const root = host !== undefined && protocol !== undefined && slashed.test(protocol) ? "/" : "";
  const path = (pathname || root) + (search ?? "");
  return {
    protocol: protocol?.toLowerCase() ?? null,
    slashes: slashes === undefined ? null : true,
    auth: auth === undefined ? null : decodeURIComponent(auth),
    host: host?.toLowerCase() ?? null,
    port: port || null,
    hostname: hostname?.toLowerCase().replace(/^\[|\]$/g, "") ?? null,
    hash: hash ?? null,
    search: search ?? (parsesQuery ? "" : null),
    query: parsesQuery ? parseQuery(query ?? "") : query,
    pathname: pathname || root || null,
    path: path === "" ? null : path,
    href: text,
  };
}

/** The text of a URL's parts. */
export function format(url: URL | string | Partial<LegacyUrl>): string {
  if (typeof url === "string" || url instanceof URL) return String(url);
  const { protocol, slashes, auth, hostname, port, pathname = "", search, query, hash } = url;
  const host = url.host ?? (hostname ? hostname + (port ? `:${port}` : "") : null);
  const scheme = protocol ? protocol.replace(/:?$/, ":") : "";
  const isSlashed = slashes === true || (host !== null && /^(?:https?|ftp|file):$/.test(scheme));
  const authority =
    host === null ? "" : (auth ? `${encodeURIComponent(auth).replace("%3A", ":")}@` : "") + host;
  const found =
    search ?? (typeof query === "object" && query !== null ? stringify(query) : (query ?? ""));
  const shown = found === "" || found.startsWith("?") ? found : `?${found}`;
  return `${scheme}${isSlashed ? "//" : ""}${authority}${pathname ?? ""}${shown === "?" ? "" : shown}${hash ?? ""}`;
}

/** A URL relative to another. */
export function resolve(from: string, to: string): string {
  const base = new URL(to, new URL(from, "resolve://x"));
  return base.protocol === "resolve:" ? base.pathname + base.search + base.hash : base.href;
}

/** The path that a file URL means. */
export function fileURLToPath(url: string | URL): string {
  const { protocol, pathname } = new URL(String(url));
  if (protocol !== "file:")
    throw Object.assign(new TypeError("The URL must be of scheme file"), {
      code: "ERR_INVALID_URL_SCHEME",
    });
  return decodeURIComponent(pathname);
}

/** The file URL of a path. */
export function pathToFileURL(path: string): URL {
  const url = new URL("file:///");
  url.pathname = path.replaceAll("%", "%25").replaceAll("\\", "%5C").replaceAll("\n", "%0A");
  return url;
}

/** What an HTTP request needs of a URL. */
export function urlToHttpOptions(url: URL): Record<string, string> {
  const { protocol, hostname, port, pathname, search, hash, href } = url;
  return {
    protocol,
    hostname,
    hash,
    search,
    pathname,
    path: pathname + search,
    href,
    ...(port === "" ? {} : { port }),
  };
}

export { URL, URLSearchParams };

const whole = {
  URL,
  URLSearchParams,
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  urlToHttpOptions,
};

export { whole as default };
