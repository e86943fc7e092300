/** The headers that C programs get from Tsuki, beside those of wasi-libc. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TsukiError } from "../../contracts/errors.ts";
import type { FileTree } from "./file-tree.ts";

/** The folder at the root of clang's file system in which they lie. */
export const headerFolder = "tsuki";

const headerNames = [
  "net/ethernet.h",
  "netdb.h",
  "netpacket/packet.h",
  "sys/socket.h",
  "tsuki/http.h",
  "tsuki/socket.h",
] as const;

/** In the source tree they lie beside this file, in the package beside the bundles' folder. */
const places = ["./include/", "../c/", "./c/"];

/** All headers as a tree. */
export function headerTree(): FileTree {
  const tree: FileTree = {};
  for (const path of headerNames) {
    const [name = "", folder] = path.split("/").reverse();
    const files = folder === undefined ? tree : tree[folder];
    const present: FileTree = files === undefined || files instanceof Uint8Array ? {} : files;
    present[name] = readHeader(path);
    if (folder !== undefined) tree[folder] = present;
  }
  return tree;
}

function readHeader(name: string): Uint8Array {
  for (const place of places) {
    const path = join(fileURLToPath(new URL(place, import.meta.url)), name);
    if (existsSync(path)) return readFileSync(path);
  }
  throw new TsukiError(
    "package-incomplete",
    `Tsuki's C header ${name} is missing from its package; reinstall tsuki`,
  );
}
