/** Node's path, as on Linux. */
import { cwd } from "./process.ts";

/** A path in parts. */
export interface ParsedPath {
  root: string;
  dir: string;
  base: string;
  ext: string;
  name: string;
}

export const sep = "/";
export const delimiter = ":";

/** The segments that are left once `.` and `..` are taken out. */
function settle(path: string, isRooted: boolean): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else if (!isRooted) segments.push("..");
  }
  return segments.join("/");
}

/** Whether a path begins at the root. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** The shortest form of a path. */
export function normalize(path: string): string {
  if (path === "") return ".";
  const settled = settle(path, isAbsolute(path));
  const slash = path.endsWith("/") && settled !== "" ? "/" : "";
  if (isAbsolute(path)) return `/${settled}${slash}`;
  return settled === "" ? (path.endsWith("/") ? "./" : ".") : settled + slash;
}

/** Paths behind one another. */
export function join(...paths: string[]): string {
  return normalize(paths.filter((path) => path !== "").join("/"));
}

/** An absolute path: the last that is absolute, and what follows it. */
export function resolve(...paths: string[]): string {
  const start = paths.findLastIndex((path) => path.startsWith("/"));
  const joined = paths.slice(Math.max(start, 0)).join("/");
  return `/${settle(start < 0 ? `${cwd()}/${joined}` : joined, true)}`;
}

/** The way from one path to another. */
export function relative(from: string, to: string): string {
  const [start, end] = [resolve(from), resolve(to)].map((path) => path.split("/").filter(Boolean));
  if (start === undefined || end === undefined) return "";
  let same = 0;
  while (same < start.length && start[same] === end[same]) same++;
  return [...start.slice(same).map(() => ".."), ...end.slice(same)].join("/");
}

function withoutSlashes(path: string): string {
  return path.length > 1 ? path.replace(/(?<=.)\/+$/, "") : path;
}

/** What stands before the last segment. */
export function dirname(path: string): string {
  const trimmed = withoutSlashes(path);
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : trimmed.slice(0, slash);
}

/** The last segment, without an ending if it is the one that is given. */
export function basename(path: string, ending = ""): string {
  const base = path.replace(/\/+$/, "").replace(/^.*\//s, "");
  return ending !== "" && base !== ending && base.endsWith(ending)
    ? base.slice(0, -ending.length)
    : base;
}

/** From the last dot of the last segment on, unless it is the first character. */
export function extname(path: string): string {
  const base = basename(path);
  const dot = base.lastIndexOf(".");
  return dot <= 0 || base === ".." ? "" : base.slice(dot);
}

/** A path taken apart. */
export function parse(path: string): ParsedPath {
  const base = basename(path);
  const ext = extname(path);
  const root = isAbsolute(path) ? "/" : "";
  const dir = dirname(path);
  const hasFolder = withoutSlashes(path).includes("/");
  return {
    root,
    dir: hasFolder ? dir : "",
    base,
    ext,
    name: ext === "" ? base : base.slice(0, -ext.length),
  };
}

/** A path of its parts. */
export function format({ root = "", dir, base, name = "", ext = "" }: Partial<ParsedPath>): string {
  const last = base ?? name + (ext === "" || ext.startsWith(".") ? ext : `.${ext}`);
  const folder = dir ?? root;
  if (folder === "") return last;
  return folder === root ? folder + last : `${folder}/${last}`;
}

/** Nothing to do on Linux. */
export function toNamespacedPath(path: string): string {
  return path;
}

const whole = {
  basename,
  delimiter,
  dirname,
  extname,
  format,
  isAbsolute,
  join,
  normalize,
  parse,
  relative,
  resolve,
  sep,
  toNamespacedPath,
};
export const posix = Object.assign(whole, { posix: whole });
export { posix as default };
