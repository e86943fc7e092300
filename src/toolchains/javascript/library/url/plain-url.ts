/**
 * URLs that are written as the parser would write them: a known origin, and a path and query in which
 * nothing needs a change. Those are most of what a service meets, and the parser is slow.
 */
import { hostText, type UrlRecord } from "./url-record.ts";

const plainTarget = /^\/[\w\-./~!$&()*+,;=:@%]*(?:\?[\w\-./~!$&()*+,;=:@%?]*)?$/;
const webScheme = /^https?$/;
const originsLimit = 64;
/** Longer than `https://`, so that what is found behind it is where the path begins. */
const schemeLength = 8;

/** The origins of URLs that were parsed, as text and in parts. */
const origins = new Map<string, Pick<UrlRecord, "scheme" | "host" | "port">>();

/** Whether a path, perhaps with a query, stands in a URL as it is; some are not recognised. */
export function isPlainTarget(target: string): boolean {
  return plainTarget.test(target) && !target.includes("/.") && !target.includes("/%2");
}

/** The parts of such a URL, undefined for any other. */
export function parsePlain(text: string): UrlRecord | undefined {
  const pathAt = text.indexOf("/", schemeLength);
  if (pathAt < 0) return undefined;
  const origin = origins.get(text.slice(0, pathAt));
  if (origin === undefined) return undefined;
  const target = text.slice(pathAt);
  if (!isPlainTarget(target)) return undefined;
  const question = target.indexOf("?");
  const path = question < 0 ? target.slice(1) : target.slice(1, question);
  return {
    scheme: origin.scheme,
    username: "",
    password: "",
    host: origin.host,
    port: origin.port,
    path: path.split("/"),
    query: question < 0 ? null : target.slice(question + 1),
    fragment: null,
  };
}

/** Remembers the origin of a URL that was parsed, if it was written as it is. */
export function rememberOrigin(text: string, url: UrlRecord): void {
  const { scheme, host, port } = url;
  if (origins.size === originsLimit || !webScheme.test(scheme)) return;
  const origin = `${scheme}://${hostText(url)}`;
  if (text.startsWith(`${origin}/`)) origins.set(origin, { scheme, host, port });
}
