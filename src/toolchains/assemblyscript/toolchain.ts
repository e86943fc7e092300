/** AssemblyScript: asc from npm; top-level code is the program, as in a script. */
import { relative, resolve, sep } from "node:path";
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import { TsukiError } from "../../contracts/errors.ts";
import { sourceMapSection } from "../../contracts/machine-interface.ts";
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
  "--runtime",
  "incremental",
  "--exportStart",
  "_start",
  "--noColors",
  "--debug",
];

const releaseParameters = ["--optimizeLevel", "3", "--shrinkLevel", "1"];

/** Without optimisation every function is where the source says. */
const debugParameters = ["--sourceMap"];

function levelParameters({ hasDebugInfo, hasLines }: AppRequest): readonly string[] {
  if (hasDebugInfo === true) return debugParameters;
  return hasLines === true ? [...releaseParameters, "--sourceMap"] : releaseParameters;
}

async function toApp(request: AppRequest): Promise<App> {
  const found = request.findPackage(assemblyScriptPackage);
  request.files.read(found.manifestPath);
  const entries = request.sources.map((source) =>
    relative(request.workingDirectory, source).split(sep).join("/"),
  );
  const parameters = [
    ...entries,
    ...commonParameters,
    ...levelParameters(request),
    "--lib",
    libraryFiles.map((name) => `${libraryFolder}/${name}`).join(","),
    ...libraryAliases.flatMap((alias) => ["--use", alias]),
  ];
  const result = await runCompiler(found.entryUrl, parameters, (name, folder) =>
    readFor(request, name, folder),
  );
  const { output, sourceMap } = result;
  if (output !== undefined) {
    const app =
      sourceMap === undefined ? output : withSourceMap(output, sourceMap, request.workingDirectory);
    return { app, warnings: result.messages };
  }
  throw new TsukiError(
    "assemblyscript-compile",
    `${entries[0] ?? "the program"} does not compile; asc's messages stand above`,
    { detail: result.messages.trimEnd() },
  );
}

/** A module with its source map in a custom section; names of sources are relative to a folder. */
function withSourceMap(module: Uint8Array, sourceMap: string, folder: string): Uint8Array {
  const map = { ...(JSON.parse(sourceMap) as object), sourceRoot: folder, sourcesContent: null };
  const content = new ByteWriter();
  content.unsignedLeb(sourceMapSection.length);
  content.text(sourceMapSection + JSON.stringify(map));
  const writer = new ByteWriter(module.length + content.length);
  writer.bytes(module);
  writer.u8(0);
  writer.unsignedLeb(content.length);
  writer.bytes(content.toBytes());
  return writer.toBytes();
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
