/** C and C++: clang from npm, WASI preview 1, no exceptions. */
import { basename, relative } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { clangPackage } from "../packages.ts";
import type { App, AppRequest, Toolchain } from "../toolchain.ts";
import { runClang } from "./clang.ts";
import { resolveClimbing } from "./climbing-includes.ts";
import { placeFiles, topFolder } from "./file-tree.ts";
import { headerFolder, headerTree } from "./header-files.ts";
import { gatherSources } from "./source-closure.ts";

const outputName = "app.wasm";

/** The stack grows down to address 0, so that overflowing it is a trap and not silent damage. */
const stackBytes = 256 * 1024;

const commonFlags = [
  "--target=wasm32-wasip1",
  "-msimd128",
  "-Wl,--stack-first",
  `-Wl,-z,stack-size=${stackBytes}`,
];

/**
 * Bitcode between compiler and linker keeps the object file small: it would hold every zero of a
 * large array, and the file system in which clang runs copies a file for each 4 KiB written to it.
 */
const releaseFlags = ["-O2", "-flto", "-Wl,--strip-debug"];

/** Without optimisation every variable has a place in memory from its declaration to its end. */
const debugFlags = (folder: string) => ["-O0", "-g", `-fdebug-compilation-dir=${folder}`];

/** What tells lines changes no code. */
const lineFlags = (folder: string) => [
  ...["-O2", "-flto", "-gline-tables-only"],
  `-fdebug-compilation-dir=${folder}`,
];

function levelFlags({ hasDebugInfo, hasLines }: AppRequest, folder: string): readonly string[] {
  if (hasDebugInfo === true) return debugFlags(folder);
  return hasLines === true ? lineFlags(folder) : releaseFlags;
}

/** Compiles C or C++ sources into one app. */
export const cToolchain: Toolchain = { name: "c", toApp };

async function toApp(request: AppRequest): Promise<App> {
  const found = request.findPackage(clangPackage);
  request.files.read(found.manifestPath);
  const gathered = gatherSources(request);
  const placed = placeFiles(gathered, request.workingDirectory);
  resolveClimbing(gathered, placed, request.includeDirectories);
  const isPlusPlus = request.sources.some((source) => !source.endsWith(".c"));
  const parameters = [
    ...commonFlags,
    ...levelFlags(request, placed.root),
    `-ffile-prefix-map=${topFolder}/=`,
    `-ffile-prefix-map=/${topFolder}/=`,
    ...(isPlusPlus ? ["-fno-exceptions"] : []),
    `-isystem/${headerFolder}`,
    ...request.includeDirectories.map((folder) => `-I${placed.inside(folder)}`),
    ...(request.definitions ?? []).map((definition) => `-D${definition}`),
    ...request.sources.map((source) => placed.inside(source)),
  ];
  const result = await runClang(
    found.entryUrl,
    isPlusPlus ? "clang++" : "clang",
    parameters,
    { ...placed.tree, [headerFolder]: headerTree() },
    outputName,
  );
  const messages = placed.outside(result.messages);
  if (result.output !== undefined) return { app: result.output, warnings: messages };
  throw exceptionsError(messages) ?? compileError(request, messages);
}

function exceptionsError(messages: string): TsukiError | undefined {
  const place = /^(\S+:\d+:\d+): error: cannot use '(?:throw|try)' with exceptions disabled/m;
  const found = place.exec(messages)?.[1];
  if (found === undefined) return undefined;
  return new TsukiError(
    "c-exceptions",
    `${found}: C++ exceptions (throw, try) are not supported yet; return errors instead`,
  );
}

function compileError(request: AppRequest, messages: string): TsukiError {
  const [source = ""] = request.sources;
  const name = relative(request.workingDirectory, source) || basename(source);
  const more = request.sources.length > 1 ? " and its companions do" : " does";
  const missing = /fatal error: '([^']+)' file not found/.exec(messages)?.[1];
  const advice = missing === undefined ? "" : `; -I names the folder of ${missing}, if it has one`;
  return new TsukiError(
    "c-compile",
    `${name}${more} not compile; clang's messages stand above${advice}`,
    { detail: messages.trimEnd() },
  );
}
