/** Finds the npm packages that hold compilers, which Tsuki offers instead of depending on. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TsukiError } from "../contracts/errors.ts";
import type { FoundPackage, PackageRequest } from "./toolchain.ts";

/** clang, lld, wasi-libc and libc++ as WebAssembly. */
export const clangPackage: PackageRequest = {
  name: "@yowasp/clang",
  version: "22.0.0-git20542-10",
  purpose: "C and C++ compiler",
  entry: "gen/bundle.js",
};

/** The AssemblyScript compiler. */
export const assemblyScriptPackage: PackageRequest = {
  name: "assemblyscript",
  version: "0.28.20",
  purpose: "AssemblyScript compiler",
  entry: "dist/asc.js",
};

/** An absent compiler; carries what to install. */
export class ToolchainMissing extends TsukiError {
  readonly request: PackageRequest;

  constructor(request: PackageRequest, prefix: string) {
    super(
      "toolchain-missing",
      `the ${request.purpose} is not installed; run: ${installCommand(request, prefix).join(" ")}`,
    );
    this.request = request;
  }
}

/** The folder into which Tsuki installs compilers: below $XDG_DATA_HOME. */
export function packagePrefix(environment: NodeJS.ProcessEnv): string {
  const base = environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return join(base, "tsuki");
}

/** The command that installs a package where Tsuki finds it. */
export function installCommand(request: PackageRequest, prefix: string): readonly string[] {
  return ["npm", "install", "--prefix", prefix, `${request.name}@${request.version}`];
}

function findAbove(name: string, directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Looks beside Tsuki itself, then above the working directory, then in Tsuki's own prefix. */
export function packageFinder(workingDirectory: string, prefix: string) {
  const places = [dirname(fileURLToPath(import.meta.url)), workingDirectory, prefix];
  return (request: PackageRequest): FoundPackage => {
    for (const place of places) {
      const folder = findAbove(request.name, place);
      if (folder === undefined) continue;
      return {
        entryUrl: pathToFileURL(join(folder, request.entry)).href,
        manifestPath: join(folder, "package.json"),
      };
    }
    throw new ToolchainMissing(request, prefix);
  };
}
