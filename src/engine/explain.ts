/** The verb `explain`: what the compiler makes of one function of a program. */
import { readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type {
  Explanation as CompilerExplanation,
  FunctionSize,
  WasmLine,
} from "../compiler/driver/explain.ts";
import { defaultCodeOptions } from "../contracts/build.ts";
import { toolchainNameFor } from "../toolchains/choose.ts";
import { type AppSources, makeApp } from "./app-store.ts";
import type { BuildOptions } from "./build.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { missingSource } from "./missing-source.ts";
import { buildIdentity } from "./package-files.ts";

export type { FunctionSize } from "../compiler/driver/explain.ts";

/** A line of a source file. */
export interface SourceLine {
  /** Relative to the working directory for files in it. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  /** What stands there, if the file is at hand. */
  readonly text?: string;
}

/** What the compiler makes of one function, with the lines of its source. */
export interface Explanation extends Omit<CompilerExplanation, "wasm"> {
  readonly wasm: readonly (Omit<WasmLine, "source"> & { readonly source?: SourceLine })[];
}

/** The function of a name (or its index) in the app that sources become. Throws a TsukiError. */
export async function explain(
  options: AppSources & Pick<BuildOptions, "code">,
  name: string,
): Promise<Explanation> {
  const { explainFunction } = await import("../compiler/driver/explain.ts");
  const { unlinkedSettings } = await import("../compiler/driver/unlinked-app.ts");
  const { code = defaultCodeOptions } = options;
  const module = await moduleOf({ ...options, hasLines: true });
  const explanation = explainFunction(module, name, { ...unlinkedSettings, code });
  const files = new SourceTexts(options.workingDirectory);
  return { ...explanation, wasm: explanation.wasm.map((line) => files.withText(line)) };
}

/** The functions with code of the app that sources become, in their order. Throws a TsukiError. */
export async function functionsOf(options: AppSources): Promise<readonly FunctionSize[]> {
  const { listFunctions } = await import("../compiler/driver/explain.ts");
  return listFunctions(await moduleOf(options));
}

/** A ready module need not be an app to be looked at. */
async function moduleOf(options: AppSources): Promise<Uint8Array> {
  const { sources, toolchain, workingDirectory } = options;
  const [source = ""] = sources;
  if ((toolchain ?? toolchainNameFor(source)) === "wasm" && sources.length === 1) {
    const path = resolve(workingDirectory, source);
    try {
      return readFileSync(path);
    } catch {
      throw missingSource(path, workingDirectory);
    }
  }
  const cache = new Cache(cacheFolder(options.environment));
  return (await makeApp(cache, buildIdentity(), options)).app;
}

/** Larger files are no sources that somebody reads. */
const longestSourceBytes = 16 * 2 ** 20;

/** The lines of source files, each file read once. */
class SourceTexts {
  readonly #folder: string;
  readonly #files = new Map<string, readonly string[]>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  withText({ source, ...line }: WasmLine): Explanation["wasm"][number] {
    if (source === undefined) return line;
    const path = resolve(this.#folder, source.file);
    const inside = relative(this.#folder, path);
    const file = inside.startsWith("..") ? path : inside;
    const text = this.#linesOf(path)[source.line - 1]?.trim();
    return {
      ...line,
      source: { file, line: source.line, ...(text === undefined ? {} : { text }) },
    };
  }

  #linesOf(path: string): readonly string[] {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const lines = readLines(path);
    this.#files.set(path, lines);
    return lines;
  }
}

/** None for what is not there, or is no file: a module may name anything as its source. */
function readLines(path: string): readonly string[] {
  try {
    const state = statSync(path);
    if (!state.isFile() || state.size > longestSourceBytes) return [];
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
