/** Lays files out as the in-memory tree that clang in WebAssembly sees as its root. */
import { relative, sep } from "node:path";

/** A folder: names to files and folders. */
export interface FileTree {
  [name: string]: FileTree | Uint8Array;
}

/** Files below one folder, and how to name them inside and outside. */
export interface PlacedFiles {
  /** The folder below which all files lie. */
  readonly root: string;
  readonly tree: FileTree;
  /** The path inside the tree, with slashes and without a leading one. */
  inside(path: string): string;
  /** Turns paths inside the tree that stand in a message into those the user knows. */
  outside(message: string): string;
}

/** The one folder at the tree's root; clang's own files lie in `usr` beside it. */
export const topFolder = "source";

/** Places files below one folder, keeping how they lie to one another. */
export function placeFiles(
  files: ReadonlyMap<string, Uint8Array>,
  workingDirectory: string,
): PlacedFiles {
  const root = commonFolder([...files.keys()], workingDirectory);
  const inside = (path: string) =>
    [topFolder, ...path.slice(root.length).split(sep).filter(Boolean)].join("/");
  const tree: FileTree = {};
  for (const [path, bytes] of files) insert(tree, inside(path).split("/"), bytes);
  const renamed = [...files.keys()]
    .map((path) => [inside(path), relative(workingDirectory, path)] as const)
    .sort(([a], [b]) => b.length - a.length);
  const outside = (message: string) =>
    message
      .split("\n")
      .map((line) => {
        const hit = renamed.find(([from]) => line.includes(`${from}:`));
        if (hit === undefined) return line;
        const [from, to] = hit;
        return line.replaceAll(`/${from}:`, `${to}:`).replaceAll(`${from}:`, `${to}:`);
      })
      .join("\n");
  return { root, tree, inside, outside };
}

/** Replaces the bytes of a file that was placed already. */
export function placeBytes(placed: PlacedFiles, path: string, bytes: Uint8Array): void {
  insert(placed.tree, placed.inside(path).split("/"), bytes);
}

function insert(tree: FileTree, path: readonly string[], bytes: Uint8Array): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    tree[name] = bytes;
    return;
  }
  const entry = tree[name];
  const folder: FileTree = entry === undefined || entry instanceof Uint8Array ? {} : entry;
  tree[name] = folder;
  insert(folder, rest, bytes);
}

/** The deepest folder that holds every path and the folder given. */
function commonFolder(paths: readonly string[], folder: string): string {
  const parts = folder.split(sep);
  let length = parts.length;
  for (const path of paths) {
    const other = path.split(sep);
    let same = 0;
    while (same < length && parts[same] === other[same]) same += 1;
    length = same;
  }
  return parts.slice(0, length).join(sep);
}
