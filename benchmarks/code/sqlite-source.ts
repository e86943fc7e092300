/** SQLite's amalgamation: an npm package carries it, which is fetched once and never installed. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "../programs.ts";

const packageName = "better-sqlite3@12.4.1";

/** The folder with sqlite3.c, below a cache folder; undefined where npm cannot fetch it. */
export function findSqlite(cacheFolder: string): string | undefined {
  const folder = join(cacheFolder, packageName);
  const sources = join(folder, "package", "deps", "sqlite3");
  if (existsSync(join(sources, "sqlite3.c"))) return sources;
  mkdirSync(folder, { recursive: true });
  try {
    outputOf("npm", ["pack", packageName, "--silent", "--pack-destination", folder]);
    const archive = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    outputOf("tar", ["xzf", join(folder, archive), "-C", folder]);
    return sources;
  } catch {
    return undefined;
  }
}
