/** URL, 4.1: the parts of a URL. */

/** The schemes with hosts and default ports (URL, 4.2, special). */
export const specialSchemes: Readonly<Record<string, number | null>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ftp: 21,
  file: null,
};

/** A URL in parts, each as it is written. */
export interface UrlRecord {
  scheme: string;
  username: string;
  password: string;
  host: string | null;
  port: number | null;
  /** Segments, or the text of an opaque path. */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

/** Whether a URL's scheme is one of the special ones. */
export function isSpecial({ scheme }: Pick<UrlRecord, "scheme">): boolean {
  return Object.hasOwn(specialSchemes, scheme);
}

/** URL, 4.5: the text of the path. */
export function pathText({ path }: UrlRecord): string {
  if (typeof path === "string") return path;
  return path.length === 0 ? "" : `/${path.join("/")}`;
}

/** The host with its port. */
export function hostText({ host, port }: UrlRecord): string {
  return port === null ? (host ?? "") : `${host}:${port}`;
}

/** URL, 4.5: the text of a URL. */
export function recordText(url: UrlRecord): string {
  const fragment = url.fragment === null ? "" : `#${url.fragment}`;
  const query = url.query === null ? "" : `?${url.query}`;
  return `${url.scheme}:${authorityText(url)}${pathText(url)}${query}${fragment}`;
}

function authorityText(url: UrlRecord): string {
  // A path that begins with an empty segment must not be taken for a host.
  if (url.host === null)
    return Array.isArray(url.path) && url.path.length > 1 && url.path[0] === "" ? "/." : "";
  const password = url.password === "" ? "" : `:${url.password}`;
  const user = url.username === "" && password === "" ? "" : `${url.username}${password}@`;
  return `//${user}${hostText(url)}`;
}
