/** Bundles a program, with what it imports from npm and from the library, into one module. */
import { builtinModules, createRequire } from "node:module";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type * as esbuild from "esbuild";
import type { BuildOptions, BuildResult, Message, OnResolveResult, Plugin } from "esbuild";
import { engineGlobal, engineProperties } from "../../contracts/engine-interface.ts";
import { TsukiError } from "../../contracts/errors.ts";
import { libraryFolder, libraryModule, sharedModulePath, sharedModules } from "./library-files.ts";
import { LineMap, type SourceMap } from "./line-map.ts";

/** One ES module without imports. */
export interface Bundle {
  readonly code: string;
  readonly lines: LineMap;
  /** Its source map (ECMA-426) as JSON. */
  readonly sourceMap: string;
  /** Absolute paths of everything that went into it. */
  readonly inputs: readonly string[];
  /** esbuild's warnings, ready to print. */
  readonly warnings: string;
}

const sharedNamespace = "tsuki-shared";
const indexName = "tsuki-index";

/** What both bundles are made with. QuickJS has everything of ES2023 and top-level await. */
const commonOptions = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "es2023",
  mainFields: ["module", "main"],
  conditions: ["tsuki", "worker", "import", "module"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  sourcemap: "external",
  sourcesContent: false,
  treeShaking: true,
  logLevel: "silent",
  define: { "process.env.NODE_ENV": '"production"' },
} as const satisfies BuildOptions;

/** Bundles a program. Throws `javascript-bundle` with esbuild's messages. */
export async function bundleProgram(entry: string, workingDirectory: string): Promise<Bundle> {
  return await runEsbuild({
    entryPoints: [entry],
    absWorkingDir: workingDirectory,
    inject: [join(libraryFolder(), "node/globals.ts")],
    plugins: [programPlugin],
  });
}

/**
 * Bundles the library: its globals, and a register of its modules for what programs import. With
 * `isForV8` it brings what QuickJS has by itself.
 */
export async function bundleLibrary(isForV8 = false): Promise<Bundle> {
  const folder = libraryFolder();
  const modules = sharedModules();
  // The index decides the order in which the library's modules are evaluated.
  const first = `${isForV8 ? 'import "./v8/natives.ts"; ' : ""}import "./index.ts";`;
  const imports = modules.map((path, index) => `import * as m${index} from "./${path}.ts";`);
  const register = modules.map((path, index) => `${JSON.stringify(path)}: m${index}`);
  const target = `globalThis.${engineGlobal}.${engineProperties.modules}`;
  return await runEsbuild({
    stdin: {
      contents: [first, ...imports, `${target} = { ${register.join(", ")} };`].join("\n"),
      resolveDir: folder,
      sourcefile: indexName,
    },
    absWorkingDir: folder,
  });
}

async function runEsbuild(options: BuildOptions): Promise<Bundle> {
  // Required, not imported: Node would first look through all of it for the names it exports.
  const { build, formatMessages } = createRequire(import.meta.url)("esbuild") as typeof esbuild;
  const folder = options.absWorkingDir ?? ".";
  const print = async (messages: Message[], kind: "error" | "warning"): Promise<string> =>
    (await formatMessages(messages, { kind, color: false })).join("\n").trimEnd();
  try {
    const result = await build({ ...commonOptions, ...options, outdir: folder });
    return { ...outputOf(result, folder), warnings: await print(result.warnings, "warning") };
  } catch (error) {
    const messages = messagesOf(error);
    if (messages === undefined) throw error;
    throw new TsukiError("javascript-bundle", summaryOf(messages), {
      detail: await print(messages, "error"),
    });
  }
}

function outputOf(result: BuildResult, folder: string): Omit<Bundle, "warnings"> {
  const files = result.outputFiles ?? [];
  const code = files.find(({ path }) => !path.endsWith(".map"))?.text ?? "";
  const map = files.find(({ path }) => path.endsWith(".map"))?.text ?? '{"sources":[]}';
  const inputs = Object.keys(result.metafile?.inputs ?? {})
    .filter((input) => !/^[a-z-]{2,}:/.test(input) && input !== "<stdin>")
    .map((input) => resolve(folder, input));
  const { sources, mappings } = JSON.parse(map) as SourceMap;
  const lines = new LineMap({ mappings, sources: sources.map((source) => shown(source, folder)) });
  return { code: openCommonJs(withoutPlace(code, folder)), lines, sourceMap: map, inputs };
}

/** How esbuild declares a module that it evaluates late, up to the module's name. */
const lateModule = /^( {2}(?:async )?")([^"\n]+)(?="\([^)\n]*\) \{$)/gm;

/** esbuild calls modules that it evaluates late by their paths, which would lie in the image. */
function withoutPlace(code: string, folder: string): string {
  const place = `${relative(folder, libraryFolder()).split(sep).join("/")}/`;
  return code.replace(lateModule, (declaration, start: string, path: string) =>
    path.startsWith(place) ? `${start}tsuki:${path.slice(place.length)}` : declaration,
  );
}

/** Sources of the library by names of its own: where it is installed is nobody's business. */
function shown(source: string, folder: string): string {
  const path = relative(libraryFolder(), resolve(folder, source)).split(sep).join("/");
  return path.startsWith("../") || isAbsolute(path) ? source : `tsuki:${path}`;
}

/**
 * What a program in CommonJS exports: `module.exports`, or its `default` where ES modules were
 * compiled to it. A script, which exports nothing, has no default.
 */
function openCommonJs(code: string): string {
  return code.replace(
    /^export default (require_\w+)\(\);\s*$/m,
    (_all, program: string) =>
      `var program = ${program}();\nvar isEmpty = typeof program === "object" && ` +
      "Object.keys(program ?? {}).length === 0;\n" +
      "var exported = program?.__esModule ? program.default : isEmpty ? undefined : program;\n" +
      "export { exported as default };\n",
  );
}

function messagesOf(error: unknown): Message[] | undefined {
  if (typeof error !== "object" || error === null || !("errors" in error)) return undefined;
  return Array.isArray(error.errors) ? (error.errors as Message[]) : undefined;
}

/** The first message in one line, with its place. */
function summaryOf(messages: readonly Message[]): string {
  const [first] = messages;
  const place = first?.location;
  const at = place === null || place === undefined ? "" : `${place.file}:${place.line}: `;
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  return `${at}${first?.text ?? "the program cannot be bundled"}${more}`;
}

/** Decides what imports mean that are no files of the program's. */
const programPlugin: Plugin = {
  name: "tsuki",
  setup(build) {
    build.onResolve({ filter: /^(node|tsuki):/ }, ({ path }) => resolveLibrary(path));
    build.onResolve({ filter: /\.node$/ }, ({ path }) => refuseAddon(path));
    build.onResolve({ filter: /^(bindings|node-gyp-build|node-pre-gyp)$/ }, ({ path }) =>
      refuseAddon(path),
    );
    build.onResolve({ filter: /^[a-z_]+(\/[a-z_]+)?$/ }, ({ path }) =>
      builtinModules.includes(path) ? resolveLibrary(`node:${path}`) : undefined,
    );
    // Each call waits for another process: packages, which name no TypeScript, are not asked about.
    build.onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer }) => {
      const shared = sharedModulePath(resolve(dirname(importer), path));
      return shared === undefined ? undefined : { path: shared, namespace: sharedNamespace };
    });
    build.onLoad({ filter: /.*/, namespace: sharedNamespace }, ({ path }) => ({
      contents: `module.exports = globalThis.${engineGlobal}.${engineProperties.modules}[${JSON.stringify(path)}];`,
      loader: "js",
    }));
  },
};

function resolveLibrary(specifier: string): OnResolveResult {
  const path = libraryModule(specifier);
  if (path !== undefined) return { path };
  return { errors: [{ text: `Tsuki has no ${specifier}` }] };
}

function refuseAddon(path: string): OnResolveResult {
  return {
    errors: [{ text: `${path} is a native addon, which cannot run in an image` }],
  };
}
