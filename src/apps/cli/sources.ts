/** What `build` and `run` share: options that describe sources, and the offer to install. */
import { createInterface } from "node:readline/promises";
import { type CodeOptions, defaultCodeOptions } from "../../contracts/build.ts";
import type { AppSources } from "../../engine/app-store.ts";
import type { BuildOptions } from "../../engine/build.ts";
import {
  parseCodeOptions,
  parseDefinition,
  parseEmbed,
  parseJobs,
  parsePreinitialization,
  parseToolchainName,
} from "../../engine/choices.ts";
import { installPackage, missingPackage } from "../../engine/install.ts";
import { note, passingNote } from "./report.ts";

/** Options as commander gives them. */
export interface SourceOptions {
  readonly toolchain?: string;
  readonly preinit?: string;
  readonly include?: readonly string[];
  readonly define?: readonly string[];
  readonly embed?: readonly string[];
  readonly jobs?: string;
  readonly cpu?: string;
  readonly memoryChecks?: boolean;
  readonly fast?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly debugInfo?: boolean;
}

/** Sources, and how their image is made. */
type SourceRequest = AppSources & Pick<BuildOptions, "code" | "embed" | "jobs">;

/** The engine's request for sources named on the command line. */
export function sourcesOf(sources: readonly string[], options: SourceOptions): SourceRequest {
  return {
    sources,
    includeDirectories: options.include ?? [],
    definitions: (options.define ?? []).map(parseDefinition),
    toolchain: options.toolchain === undefined ? undefined : parseToolchainName(options.toolchain),
    preinitialization:
      options.preinit === undefined ? undefined : parsePreinitialization(options.preinit),
    hasDebugInfo: options.debugInfo,
    workingDirectory: process.cwd(),
    environment: process.env,
    code: codeOptionsOf(options),
    embed: (options.embed ?? []).map(parseEmbed),
    jobs: options.jobs === undefined ? undefined : parseJobs(options.jobs),
    onCompiling: options.quiet === true ? undefined : sayCompiling(sources),
  };
}

/** Compilers take their time; JavaScript's line would be gone before it is read. */
function sayCompiling(sources: readonly string[]): (compiler: string) => () => void {
  const line = `compiling ${sources.join(" ")}`;
  return (compiler) => {
    if (compiler === "javascript" || compiler === "wasm") return () => undefined;
    return passingNote(compiler === "machine code" ? `${line} to ${compiler} ...` : `${line} ...`);
  };
}

function codeOptionsOf({ cpu, fast, memoryChecks }: SourceOptions): CodeOptions {
  const options = parseCodeOptions(cpu ?? defaultCodeOptions.cpu, memoryChecks === true);
  return fast === true ? { ...options, level: "fast" } : options;
}

/** Does `work`; when a compiler is missing and somebody is there to ask, offers to install it. */
export async function offeringInstall<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const missing = missingPackage(error);
    if (missing === undefined || !process.stdin.isTTY || !process.stderr.isTTY) throw error;
    const dialogue = createInterface({ input: process.stdin, output: process.stderr });
    const question = `tsuki: the ${missing.purpose} (npm's ${missing.name}) is needed. Install it now? [Y/n] `;
    const answer = await dialogue.question(question).finally(() => dialogue.close());
    if (!/^(?:y|yes|)$/i.test(answer.trim())) throw error;
    note(`installing ${missing.name}`);
    if (!installPackage(missing, process.env)) throw error;
    return await work();
  }
}
