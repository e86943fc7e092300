/** Apps made from sources, remade only when something that was looked at has changed. */
import { relative, resolve } from "node:path";
import { loadToolchain, toolchainNameFor } from "../toolchains/choose.ts";
import { packageFinder, packagePrefix } from "../toolchains/packages.ts";
import {
  digestOf,
  isUnchanged,
  RecordedFiles,
  type SourceLook,
} from "../toolchains/source-files.ts";
import type { App, AppRequest, Preinitialization, ToolchainName } from "../toolchains/toolchain.ts";
import type { Cache } from "./cache.ts";
import { missingSource } from "./missing-source.ts";

/** Told before something is compiled, and by what; what it returns is called when that is done. */
export type OnCompiling = (compiler: ToolchainName | "machine code") => () => void;

/** Sources to be made into an app. */
export interface AppSources {
  /** Paths, relative to `workingDirectory` or absolute. */
  readonly sources: readonly string[];
  readonly includeDirectories: readonly string[];
  /** Macros of C and C++, each `NAME` or `NAME=value`. */
  readonly definitions?: readonly string[] | undefined;
  /** The toolchain; chosen by the first source's name when undefined. */
  readonly toolchain: ToolchainName | undefined;
  /** How a JavaScript program is evaluated; `auto` when undefined. */
  readonly preinitialization?: Preinitialization | undefined;
  /** Whether the app is to tell where its code comes from; not by default. */
  readonly hasDebugInfo?: boolean | undefined;
  /** Whether the app, optimised as ever, is to tell the lines that its code comes from. */
  readonly hasLines?: boolean | undefined;
  readonly workingDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onCompiling?: OnCompiling | undefined;
}

/** An app, its digest, and whether it was there already. */
export interface StoredApp extends App {
  readonly digest: string;
  readonly isCached: boolean;
  /** Absolute paths of files and folders at which the toolchain looked. */
  readonly inputs: readonly string[];
}

/** What a build looked at and what came of it; kept under the digest of the request. */
interface BuildRecord {
  readonly looks: readonly SourceLook[];
  readonly app: string;
  readonly warnings: string;
}

/**
 * Finds or makes the app of some sources. `identity` is this build of Tsuki's; `onMaking` is told
 * when the app has to be made, before it is, and by which toolchain.
 */
export async function makeApp(
  cache: Cache,
  identity: string,
  request: AppSources,
  onMaking: (toolchain: ToolchainName) => void = () => undefined,
): Promise<StoredApp> {
  const paths = request.sources.map((source) => resolve(request.workingDirectory, source));
  const includes = request.includeDirectories.map((folder) =>
    resolve(request.workingDirectory, folder),
  );
  const definitions = request.definitions ?? [];
  const files = new RecordedFiles();
  for (const path of paths) requireReadable(files, path, request.workingDirectory);
  const toolchain = request.toolchain ?? toolchainNameFor(paths[0] ?? "");
  const key = digestOf(
    JSON.stringify([
      identity,
      toolchain,
      request.preinitialization ?? "auto",
      request.hasDebugInfo === true,
      request.hasLines === true,
      request.workingDirectory,
      paths,
      includes,
      definitions,
    ]),
  );
  const stored = findStored(cache, key);
  if (stored !== undefined) return stored;
  onMaking(toolchain);

  const prefix = packagePrefix(request.environment);
  const { app, warnings } = await compile(toolchain, request, {
    sources: paths,
    includeDirectories: includes,
    definitions,
    preinitialization: request.preinitialization,
    hasDebugInfo: request.hasDebugInfo === true,
    hasLines: request.hasLines === true,
    workingDirectory: request.workingDirectory,
    files,
    findPackage: packageFinder(request.workingDirectory, prefix),
  });
  if (toolchain !== "wasm" && toolchain !== "javascript")
    await checkMade(app, paths[0] ?? "", request.workingDirectory);
  const digest = digestOf(app);
  const record: BuildRecord = { looks: files.looks, app: digest, warnings };
  cache.write("apps", digest, app, 0o600);
  cache.write("sources", key, Buffer.from(JSON.stringify(record)), 0o600);
  return { app, warnings, digest, isCached: false, inputs: pathsOf(files.looks) };
}

async function compile(
  name: ToolchainName,
  { onCompiling }: AppSources,
  request: AppRequest,
): Promise<App> {
  const toolchain = await loadToolchain(name);
  const done = onCompiling?.(name);
  try {
    return await toolchain.toApp(request);
  } finally {
    done?.();
  }
}

/** A compiler may leave undefined functions as imports: those are refused like anybody's. */
async function checkMade(app: Uint8Array, source: string, folder: string): Promise<void> {
  const { checkCommand } = await import("../toolchains/wasm/check-command.ts");
  checkCommand(app, relative(folder, source));
}

function requireReadable(files: RecordedFiles, path: string, workingDirectory: string): void {
  if (files.read(path) !== undefined) return;
  throw missingSource(path, workingDirectory);
}

function findStored(cache: Cache, key: string): StoredApp | undefined {
  const bytes = cache.read("sources", key);
  if (bytes === undefined) return undefined;
  const record = parseRecord(new TextDecoder().decode(bytes));
  if (record === undefined || !record.looks.every(isUnchanged)) return undefined;
  const app = cache.read("apps", record.app);
  if (app === undefined || digestOf(app) !== record.app) return undefined;
  const { warnings, looks } = record;
  return { app, warnings, digest: record.app, isCached: true, inputs: pathsOf(looks) };
}

function pathsOf(looks: readonly SourceLook[]): readonly string[] {
  return looks.map(({ path }) => path);
}

/** The cache is this user's own, so its records are trusted beyond being whole. */
function parseRecord(text: string): BuildRecord | undefined {
  try {
    return JSON.parse(text) as BuildRecord;
  } catch {
    return undefined;
  }
}
