/** Programs: an app with the files that it carries, made from sources or found in an image. */
import { basename } from "node:path";
import { digestOf } from "../toolchains/source-files.ts";
import type { App, ToolchainName } from "../toolchains/toolchain.ts";
import { type AppSources, makeApp } from "./app-store.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { type EmbedSource, embedTree, splitTree, withTree } from "./embed.ts";
import { buildIdentity } from "./package-files.ts";
import { findSite } from "./site.ts";

/** Sources of a program. */
export interface ProgramSources extends AppSources {
  /** Files and folders to build into the image. */
  readonly embed?: readonly EmbedSource[] | undefined;
}

/** What an image of any platform can be built of. */
export interface Program extends App {
  /** The name of its first source. */
  readonly source: string;
  /** The app's own, without the tree. */
  readonly digest: string;
  /** The files that it carries (contracts/embedded-tree.ts). */
  readonly tree: Uint8Array | undefined;
  /** Whether no toolchain had to run. */
  readonly isCached: boolean;
  /** Absolute paths of files and folders at which the toolchain looked. */
  readonly inputs: readonly string[];
}

/** Makes a program; `onMaking` is told by which toolchain, when one has to run. Throws a TsukiError. */
export async function makeProgram(
  options: ProgramSources,
  onMaking?: (toolchain: ToolchainName) => void,
): Promise<Program> {
  const site = findSite(options);
  const embed = [...(site?.files ?? []), ...(options.embed ?? [])];
  const tree = embed.length === 0 ? undefined : embedTree(embed, options.workingDirectory);
  const cache = new Cache(cacheFolder(options.environment));
  const app = site?.app ?? (await makeApp(cache, buildIdentity(), options, onMaking));
  return { ...app, tree, source: basename(options.sources[0] ?? "app") };
}

/** A program's module with its files, which is its image for `node`. */
export function moduleOf({ app, tree }: Program): Uint8Array {
  return tree === undefined ? app : withTree(app, tree);
}

/** The program that a module holds; the inverse of `moduleOf`. */
export function programIn(module: Uint8Array, source: string): Program {
  const { app, tree } = splitTree(module);
  return { app, tree, digest: digestOf(app), source, warnings: "", isCached: true, inputs: [] };
}

/** The name that an app made from a source finds as its own. */
export function programName(source: string): string {
  return basename(source).replace(/(?:\.as)?\.[^.]+$/, "");
}
