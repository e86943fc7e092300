/** Versions of a program as `tsuki dev` runs them: made quickly, and without machine code. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DevHandover } from "../../monitors/node/dev-handover.ts";
import { toolchainNameFor } from "../../toolchains/choose.ts";
import { bundleProgram } from "../../toolchains/javascript/bundle.ts";
import { digestOf } from "../../toolchains/source-files.ts";
import { buildProgram } from "../build.ts";
import { embedTree } from "../embed.ts";
import { makeProgram, type ProgramSources } from "../program.ts";
import { findSite } from "../site.ts";
import type { Watched } from "./watch.ts";

/** A version, ready to run. */
export interface Version {
  readonly handover: Pick<DevHandover, "script" | "appPath" | "tree">;
  /** What tells it from others. */
  readonly digest: string;
  readonly watched: Watched;
  /** The compiler's own lines. */
  readonly warnings: string;
}

/** Makes the present version; with `hasMap` debuggers find its sources. Throws a TsukiError. */
export async function makeVersion(sources: ProgramSources, hasMap: boolean): Promise<Version> {
  const trees = treesOf(sources);
  const version = isScript(sources) ? await bundle(sources, hasMap) : await compile(sources);
  return { ...version, watched: { files: version.inputs, trees } };
}

/** What a version that cannot be made depends on as far as is known. */
export function knownSources(sources: ProgramSources): Watched {
  const files = sources.sources.map((source) => resolve(sources.workingDirectory, source));
  return { files, trees: treesOf(sources) };
}

type Made = Omit<Version, "watched"> & { readonly inputs: readonly string[] };

function isScript(sources: ProgramSources): boolean {
  if (findSite(sources) !== undefined) return false;
  return (sources.toolchain ?? toolchainNameFor(sources.sources[0] ?? "")) === "javascript";
}

async function bundle(sources: ProgramSources, hasMap: boolean): Promise<Made> {
  const { workingDirectory, embed = [] } = sources;
  const [entry = ""] = sources.sources;
  const program = await bundleProgram(resolve(workingDirectory, entry), workingDirectory);
  const map = hasMap ? mapComment(program.sourceMap, workingDirectory) : "";
  const lines = Buffer.from(program.lines.encode()).toString("base64");
  const tree = embed.length === 0 ? new Uint8Array(0) : embedTree(embed, workingDirectory);
  return {
    handover: {
      script: { code: program.code + map, lines },
      appPath: null,
      tree: Buffer.from(tree).toString("base64"),
    },
    digest: digestOf(program.code + digestOf(tree)),
    inputs: program.inputs,
    warnings: program.warnings === "" ? "" : `${program.warnings}\n`,
  };
}

/** The bundle's map for debuggers, its sources by their addresses. */
function mapComment(text: string, folder: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) => pathToFileURL(resolve(folder, source)).href);
  const data = Buffer.from(JSON.stringify({ ...map, sources })).toString("base64");
  return `\n//# sourceMappingURL=data:application/json;base64,${data}\n`;
}

async function compile(sources: ProgramSources): Promise<Made> {
  const program = await makeProgram(sources);
  const { environment } = sources;
  const image = await buildProgram(program, { environment, platform: "node" });
  return {
    handover: { script: null, appPath: image.path, tree: "" },
    digest: image.path,
    inputs: program.inputs,
    warnings: image.warnings,
  };
}

function treesOf(sources: ProgramSources): readonly string[] {
  const site = findSite(sources)?.files ?? [];
  return [...site, ...(sources.embed ?? [])].map(({ source }) =>
    resolve(sources.workingDirectory, source),
  );
}
