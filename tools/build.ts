import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { configDocumentSchema } from "../src/engine/config/config.ts";
import { buildEngine } from "./build-engine.ts";
import { buildHost } from "./build-host.ts";
import { buildKernel } from "./build-kernel.ts";

const outputFolder = "dist";
const chunkLifetimeMs = 3_600_000;
const hashbang = "#!/usr/bin/env node\n";

/** Programs in dist/ and where their source begins. */
const entries: Readonly<Record<string, string>> = {
  cli: "src/apps/cli/main.ts",
  "dev-program": "src/monitors/node/dev-main.ts",
  "compile-worker": "src/compiler/driver/compile-worker.ts",
  "instance-runner": "src/apps/instance-runner/main.ts",
  "node-monitor": "src/monitors/node/main.ts",
};

/** Folders of sources that the product hands to compilers or users, and where they lie in dist/. */
const sourceFolders: Readonly<Record<string, string>> = {
  assemblyscript: "src/toolchains/assemblyscript/library",
  c: "src/toolchains/c/include",
  "javascript/library": "src/toolchains/javascript/library",
  "templates/http-ts": "examples/http-ts",
  "templates/http-c": "examples/http-service-c",
  "templates/http-as": "examples/http-service-as",
  "templates/static-site": "examples/static-site",
  "templates/worker": "examples/worker-ts",
};

/** Loaded when first needed, from node_modules: Tsuki's, or the user's own. */
const external = ["assemblyscript", "binaryen", "@yowasp/clang", "esbuild", "quickjs-wasi"];

/**
 * What starts, lists and ends instances is one file, and so is what all commands need: Node takes a
 * millisecond to find and link each file, and there would be fifty.
 */
const groups = [
  { name: "report", test: /cli\/guarded\.ts$/, priority: 1 },
  {
    name: "instances",
    test: /cli\/(?:detached|instance-verbs|run-command)\.ts$|process\/monitor\.ts$/,
  },
].map((group) => ({ ...group, includeDependenciesRecursively: true }));

/**
 * Importing a module of Node's own has Node make a namespace of all that it exports, for which it loads
 * streams, promises, WebCrypto and more: 8 ms of a start. Asking for it by name takes what is named.
 */
const lightImports: Plugin = {
  name: "light-imports",
  renderChunk: (code) => ({
    code: code.replaceAll(
      /^import (?:\* as (\w+)|(\w+)|\{([^}]*)\}) from "(node:[^"]+)";$/gm,
      (_, all: string | undefined, whole: string | undefined, names: string | undefined, id) => {
        const what = all ?? whole ?? `{${(names ?? "").replaceAll(" as ", ": ")}}`;
        return `const ${what} = process.getBuiltinModule("${id}");`;
      },
    ),
    map: null, // no line moves
  }),
};

/** Bundles the programs, each with lazily loaded chunks; returns the names of those that exist. */
async function bundlePrograms(): Promise<string[]> {
  const present = Object.entries(entries).filter(([, source]) => existsSync(source));
  if (present.length === 0) {
    console.log(`build: no program to bundle yet (${Object.values(entries).join(", ")})`);
    return [];
  }
  const aside = join(outputFolder, `.aside-${process.pid}`);
  const bundle = await rolldown({
    input: Object.fromEntries(present),
    platform: "node",
    transform: { target: "node20.19" },
    external: external.flatMap((name) => [name, new RegExp(`^${name}/`)]),
    checks: { ineffectiveDynamicImport: false },
    plugins: [lightImports],
  });
  await bundle.write({
    dir: aside,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: { groups },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    sourcemap: true,
  });
  await bundle.close();
  await makeExecutable(join(aside, "cli.js"));
  await moveScripts(aside);
  return present.map(([name]) => `${name}.js`);
}

/**
 * Puts new bundles in the place of the old ones, file by file, chunks before what imports them, so
 * that a program which is running meanwhile finds all it wants; its chunks go an hour later.
 */
async function moveScripts(aside: string): Promise<void> {
  const files = await readdir(aside, { recursive: true, withFileTypes: true });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(aside.length + 1))
    .sort((a, b) => Number(b.startsWith("chunks")) - Number(a.startsWith("chunks")));
  for (const name of names) {
    await mkdir(dirname(join(outputFolder, name)), { recursive: true });
    await rename(join(aside, name), join(outputFolder, name));
  }
  await rm(aside, { recursive: true });
  await removeOldChunks(new Set(names));
}

async function removeOldChunks(current: ReadonlySet<string>): Promise<void> {
  const folder = join(outputFolder, "chunks");
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (current.has(join("chunks", name))) continue;
    if (Date.now() - (await stat(path)).mtimeMs > chunkLifetimeMs) await rm(path, { force: true });
  }
}

async function makeExecutable(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const text = await readFile(path, "utf8");
  if (!text.startsWith("#!")) await writeFile(path, hashbang + text);
  await chmod(path, 0o755);
}

async function copySources(): Promise<void> {
  for (const [name, source] of Object.entries(sourceFolders)) {
    const target = join(outputFolder, name);
    await rm(target, { recursive: true, force: true });
    if (existsSync(source)) await cp(source, target, { recursive: true });
  }
}

/** What editors check configurations in JSON by. */
async function writeSchema(): Promise<void> {
  await mkdir(outputFolder, { recursive: true });
  const text = JSON.stringify(configDocumentSchema(), undefined, 2);
  await writeFile(join(outputFolder, "config.schema.json"), `${text}\n`);
}

async function buildAll(isFresh: boolean): Promise<void> {
  const startedMs = performance.now();
  if (isFresh) await rm(outputFolder, { recursive: true, force: true });
  const [programs, kernel] = await Promise.all([
    bundlePrograms(),
    buildKernel(outputFolder),
    copySources(),
    writeSchema(),
  ]);
  const engine = kernel === undefined ? undefined : await buildEngine(outputFolder);
  const made = [...programs, kernel, engine, await buildHost(outputFolder)].filter(
    (name) => name !== undefined,
  );
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (made.length > 0) console.log(`build: ${made.join(", ")} in ${outputFolder}/ (${seconds} s)`);
}

try {
  // What an earlier build left is not for users: it has no place in a package.
  await buildAll(process.argv.includes("--fresh"));
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
