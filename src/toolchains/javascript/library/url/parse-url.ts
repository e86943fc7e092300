/**
 * URL, 4.4: the parser. The standard's state machine, one character at a time, is taken apart into
 * what ends each part; the engine's regular expressions are native, its loops are not.
 */
import { parseHost } from "./host.ts";
import { encodeSets, percentEncode } from "./percent.ts";
import { isSpecial, specialSchemes, type UrlRecord } from "./url-record.ts";

const outerSpace = /^[\0-\x20]+|[\0-\x20]+$/g;
const lineBreaks = /[\t\n\r]/g;
const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const driveLetter = /^[A-Za-z][:|]$/;
const startsWithDrive = /^[A-Za-z][:|](?:[/\\]|$)/;
const singleDot = /^(?:\.|%2e)$/i;
const doubleDot = /^(?:\.|%2e){2}$/i;

/** Parses a URL, relative to a base if there is one; undefined for what is none. */
export function parseUrl(input: string, base?: UrlRecord): UrlRecord | undefined {
  const text = input.replace(outerSpace, "").replace(lineBreaks, "");
  const hash = text.indexOf("#");
  const beforeHash = hash < 0 ? text : text.slice(0, hash);
  const question = beforeHash.indexOf("?");
  const beforeQuery = question < 0 ? beforeHash : beforeHash.slice(0, question);
  const found = schemePattern.exec(beforeQuery);
  const scheme = found?.[1]?.toLowerCase();
  const query = question < 0 ? null : beforeHash.slice(question + 1);
  const rest = found === null ? beforeQuery : beforeQuery.slice(found[0].length);
  const url =
    scheme === undefined ? parseRelative(rest, query, base) : parseAbsolute(scheme, rest, base);
  if (url === undefined || (scheme === undefined && typeof base?.path === "string" && hash < 0)) {
    return undefined;
  }
  if (query !== null) url.query = encodeQuery(url, query);
  else if (rest !== "" || !isInherited(scheme, base)) url.query = null;
  url.fragment = hash < 0 ? null : percentEncode(text.slice(hash + 1), encodeSets.fragment);
  return url;
}

/** Whether a URL without path of its own has the base's query. */
function isInherited(scheme: string | undefined, base: UrlRecord | undefined): boolean {
  return (
    base !== undefined && (scheme === undefined || (scheme === base.scheme && isSpecial(base)))
  );
}

/** A query as it is written in a URL. */
export function encodeQuery(url: UrlRecord, query: string): string {
  return percentEncode(query, isSpecial(url) ? encodeSets.specialQuery : encodeSets.query);
}

function newRecord(scheme: string): UrlRecord {
  return {
    scheme,
    username: "",
    password: "",
    host: null,
    port: null,
    path: [],
    query: null,
    fragment: null,
  };
}

function parseAbsolute(
  scheme: string,
  rest: string,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  const url = newRecord(scheme);
  const isSameScheme = base?.scheme === scheme;
  if (scheme === "file") return parseFile(rest, isSameScheme ? base : undefined);
  if (isSpecial(url)) {
    if (isSameScheme && !rest.startsWith("//")) return parseRelativePath(rest, base);
    return parseAuthority(url, rest.replace(/^[/\\]*/, ""));
  }
  if (rest.startsWith("//")) return parseAuthority(url, rest.slice(2));
  if (rest.startsWith("/")) {
    url.path = parsePath(rest, url);
    return url;
  }
  // URL, 4.4, opaque path state: spaces at the end would be lost when written.
  url.path = percentEncode(rest, encodeSets.control).replace(/ $/, "%20");
  return url;
}

function parseRelative(
  rest: string,
  query: string | null,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  if (base === undefined) return undefined;
  if (typeof base.path === "string") return rest === "" && query === null ? { ...base } : undefined;
  return base.scheme === "file" ? parseFile(rest, base) : parseRelativePath(rest, base);
}

/** URL, 4.4, relative state. */
function parseRelativePath(rest: string, base: UrlRecord): UrlRecord | undefined {
  const special = isSpecial(base);
  const slashes = special ? /^[/\\]{2}/ : /^\/\//;
  if (slashes.test(rest)) {
    return parseAuthority(
      newRecord(base.scheme),
      special ? rest.replace(/^[/\\]+/, "") : rest.slice(2),
    );
  }
  const url = { ...base, path: [...base.path], fragment: null };
  if (rest !== "")
    url.path = parsePath(
      rest,
      url,
      isRooted(rest, special) ? [] : (base.path.slice(0, -1) as string[]),
    );
  return url;
}

function isRooted(rest: string, special: boolean): boolean {
  return rest.startsWith("/") || (special && rest.startsWith("\\"));
}

/** URL, 4.4, authority, host and port states. */
function parseAuthority(url: UrlRecord, rest: string): UrlRecord | undefined {
  const special = isSpecial(url);
  const end = rest.search(special ? /[/\\]/ : /\//);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  const [, user = "", password = ""] =
    /^([^:]*):?([^]*)$/.exec(authority.slice(0, Math.max(at, 0))) ?? [];
  url.username = percentEncode(user, encodeSets.userinfo);
  url.password = percentEncode(password, encodeSets.userinfo);
  const hostAndPort = authority.slice(at + 1);
  if (hostAndPort === "" && (special || at >= 0)) return undefined;
  if (!setHostAndPort(url, hostAndPort)) return undefined;
  url.path = end < 0 && !special ? [] : parsePath(end < 0 ? "" : rest.slice(end), url);
  return url;
}

/** `host:port` into a URL; false if it is none. */
function setHostAndPort(url: UrlRecord, text: string): boolean {
  const [, host = "", , port = ""] = /^((?:\[[^\]]*\]?|[^:[])*)(:([^]*))?$/.exec(text) ?? [];
  if (host === "" && text !== "") return false;
  const parsed = parseHost(host, isSpecial(url));
  if (parsed === undefined || !/^\d*$/.test(port) || Number(port) > 65_535) return false;
  url.host = parsed;
  url.port = port === "" || Number(port) === specialSchemes[url.scheme] ? null : Number(port);
  return true;
}

/** URL, 4.4, path state: the segments of a path, appended to others. */
export function parsePath(text: string, url: UrlRecord, start: string[] = []): string[] {
  const special = isSpecial(url);
  const path = start;
  const segments = text.split(special ? /[/\\]/ : "/");
  if (isRooted(text, special)) segments.shift();
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (doubleDot.test(segment)) {
      const isDrive =
        url.scheme === "file" && path.length === 1 && /^[A-Za-z]:$/.test(path[0] ?? "");
      if (!isDrive) path.pop();
      if (isLast) path.push("");
    } else if (singleDot.test(segment)) {
      if (isLast) path.push("");
    } else if (url.scheme === "file" && path.length === 0 && driveLetter.test(segment)) {
      path.push(`${segment[0]}:`);
    } else path.push(percentEncode(segment, encodeSets.path));
  });
  return path;
}

/** URL, 4.4, file states. */
function parseFile(rest: string, base: UrlRecord | undefined): UrlRecord | undefined {
  const url = newRecord("file");
  url.host = "";
  if (/^[/\\]{2}/.test(rest)) return parseFileHost(url, rest.slice(2));
  if (base === undefined) {
    url.path = parsePath(rest, url);
    return url;
  }
  url.host = base.host;
  const drive = base.path[0] ?? "";
  if (/^[/\\]/.test(rest)) {
    const keepsDrive = /^[A-Za-z]:$/.test(drive) && !startsWithDrive.test(rest.slice(1));
    url.path = parsePath(rest, url, keepsDrive ? [drive] : []);
  } else if (rest === "") {
    url.path = [...base.path];
    url.query = base.query;
  } else {
    const isDrive = startsWithDrive.test(rest);
    const kept = isDrive ? [] : base.path.slice(0, -1);
    url.path = parsePath(rest, url, [...kept]);
  }
  return url;
}

function parseFileHost(url: UrlRecord, rest: string): UrlRecord | undefined {
  const end = rest.search(/[/\\]/);
  const text = end < 0 ? rest : rest.slice(0, end);
  if (driveLetter.test(text)) {
    url.path = parsePath(rest, url);
    return url;
  }
  const host = text === "" ? "" : parseHost(text, true);
  if (host === undefined) return undefined;
  url.host = host === "localhost" ? "" : host;
  url.path = parsePath(end < 0 ? "" : rest.slice(end), url);
  return url;
}
