/** Looks for a configuration; what reads it is loaded when there is one. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Names of the file, the one that counts first. */
const fileNames = ["tsuki.config.ts", "tsuki.config.js", "tsuki.config.json"];

/** The configuration's path in a folder, or undefined. */
export function findConfig(folder: string): string | undefined {
  return fileNames.map((name) => join(folder, name)).find((path) => existsSync(path));
}
