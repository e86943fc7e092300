/** Where the library's sources lie: the globals, and what `node:` and `tsuki:` imports mean. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { TsukiError } from "../../contracts/errors.ts";

/** Folders of the library that are bundled into programs which import from them. */
const importedFolders = { "node:": "node", "tsuki:": "tsuki" } as const;

/** In the source tree the library lies beside this file, in the package beside the bundles. */
const places = ["./library/", "../javascript/library/", "./javascript/library/"];

/** The library's folder; throws `package-incomplete`. */
export function libraryFolder(): string {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new TsukiError(
    "package-incomplete",
    "Tsuki's JavaScript library is missing from its package; reinstall tsuki",
  );
}

/** The file that an import such as `node:path` or `tsuki:files` means, if the library has it. */
export function libraryModule(specifier: string): string | undefined {
  const [prefix, folder] =
    Object.entries(importedFolders).find(([start]) => specifier.startsWith(start)) ?? [];
  if (prefix === undefined || folder === undefined) return undefined;
  const name = specifier.slice(prefix.length);
  if (!/^[a-z0-9_]+(\/[a-z0-9_]+)*$/.test(name)) return undefined;
  const base = join(libraryFolder(), folder, name);
  return [`${base}.ts`, join(base, "index.ts")].find((path) => existsSync(path));
}

/** An import or export that is still there at run time, of a file outside the importing folder. */
const outwardImport = /^(?:import|export)(?! type\b)[^;]*? from "((?:\.\.\/)+[^"]+\.ts)";$/gm;

/**
 * The modules, by their path without `.ts`, that are evaluated once for all programs and found
 * again by what is bundled into programs. A register of all would cost tens of kilobytes.
 */
export function sharedModules(): readonly string[] {
  const folder = libraryFolder();
  const found = new Set<string>();
  for (const name of Object.values(importedFolders)) {
    for (const path of readdirSync(join(folder, name), { recursive: true, encoding: "utf8" })) {
      if (!/^[^.]+\.ts$/.test(path)) continue;
      const file = join(folder, name, path);
      for (const [, imported] of readFileSync(file, "utf8").matchAll(outwardImport)) {
        const shared = sharedModulePath(join(dirname(file), imported ?? ""));
        if (shared !== undefined) found.add(shared);
      }
    }
  }
  return [...found].sort();
}

/** The path of a shared module without `.ts`, if a file is one. */
export function sharedModulePath(file: string): string | undefined {
  const path = relative(libraryFolder(), file).split(sep).join("/");
  if (!/^[^.]+\.ts$/.test(path)) return undefined;
  const isImported = Object.values(importedFolders).some((name) => path.startsWith(`${name}/`));
  return isImported ? undefined : path.slice(0, -".ts".length);
}
