/** AssemblyScript: asc from npm; top-level code is the program, as in a script. */
import { relative, resolve, sep } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { assemblyScriptPackage } from "../packages.ts";
import type { App, AppRequest, Toolchain } from "../toolchain.ts";
import { runCompiler } from "./compiler.ts";
import {
  libraryAliases,
  libraryFiles,
  libraryFolder,
  libraryModules,
  readLibraryFile,
} from "./library.ts";

/** Compiles one AssemblyScript program, with all it imports, into an app. */
export const assemblyScriptToolchain: Toolchain = { name: "assemblyscript", toApp };

/** The collector runs by itself, as programs expect; names stay for backtraces. */
const commonParameters = [
  "--outFile",
  "app.wasm",
  "--optimizeLevel",
  "3",
  "--shrinkLevel",
  "1",
  "--runtime",
  "incremental",
  "--exportStart",
  "_start",
  "--noColors",
  "--debug",
];

async function toApp(request: AppRequest): Promise<App> {
  const found = request.findPackage(assemblyScriptPackage);
  request.files.read(found.manifestPath);
  const entries = request.sources.map((source) =>
    relative(request.workingDirectory, source).split(sep).join("/"),
  );
  const parameters = [
    ...entries,
    ...commonParameters,
    "--lib",
    libraryFiles.map((name) => `${libraryFolder}/${name}`).join(","),
    ...libraryAliases.flatMap((alias) => ["--use", alias]),
  ];
  const result = await runCompiler(found.entryUrl, parameters, (name, folder) =>
    readFor(request, name, folder),
  );
  if (result.output !== undefined) return { app: result.output, warnings: result.messages };
  throw new TsukiError(
    "assemblyscript-compile",
    `${entries[0] ?? "the program"} does not compile; asc's messages stand above`,
    { detail: result.messages.trimEnd() },
  );
}

function readFor(request: AppRequest, name: string, folder: string): string | null {
  if (folder === libraryFolder) return readLibraryFile(name);
  if (folder.startsWith(`${libraryFolder}/`)) {
    const file = libraryModules.get(name.replace(/\.ts$/, ""));
    return file === undefined ? null : readLibraryFile(file);
  }
  // A stray asconfig.json could send the output elsewhere or load code; Tsuki's options stand.
  if (name.endsWith("asconfig.json")) return null;
  const bytes = request.files.read(resolve(request.workingDirectory, folder, name));
  return bytes === undefined ? null : new TextDecoder().decode(bytes);
}
