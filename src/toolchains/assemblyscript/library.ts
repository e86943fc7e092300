/** The globals that AssemblyScript apps get from Tsuki: `console` and `process` over WASI. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TsukiError } from "../../contracts/errors.ts";

/** The folder that asc believes the library to be in. */
export const libraryFolder = "tsuki-library";

/** The library's files, in the order in which asc reads them. */
export const libraryFiles = ["console.as.ts", "process.as.ts"] as const;

/** Files that a program imports as "tsuki/name", by what asc calls them then. */
export const libraryModules: ReadonlyMap<string, string> = new Map([
  ["tsuki/http", "http.as.ts"],
  ["tsuki/net", "net.as.ts"],
]);

/** What asc calls by its usual name but takes from the library. */
export const libraryAliases = ["console=tsuki_console", "process=tsuki_process"] as const;

/** In the source tree the files lie beside this one, in the package beside the bundles' folder. */
const places = ["./library/", "../assemblyscript/", "./assemblyscript/"];

/** The text of one of the library's files. */
export function readLibraryFile(name: string): string {
  for (const place of places) {
    const path = join(fileURLToPath(new URL(place, import.meta.url)), name);
    if (existsSync(path)) return readFileSync(path, "utf8");
  }
  throw new TsukiError(
    "package-incomplete",
    `Tsuki's AssemblyScript library (${name}) is missing from its package; reinstall tsuki`,
  );
}
