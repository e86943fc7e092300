import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { buildEngine } from "./build-engine.ts";
import { buildKernel } from "./build-kernel.ts";

const outputFolder = "dist";
const hashbang = "#!/usr/bin/env node\n";

/** Programs in dist/ and where their source begins. */
const entries: Readonly<Record<string, string>> = {
  cli: "src/apps/cli/main.ts",
  "compile-worker": "src/compiler/driver/compile-worker.ts",
  "node-monitor": "src/monitors/node/main.ts",
};

/** Folders of sources that the product hands to other compilers, and where they lie in dist/. */
const sourceFolders: Readonly<Record<string, string>> = {
  assemblyscript: "src/toolchains/assemblyscript/library",
  c: "src/toolchains/c/include",
  "javascript/library": "src/toolchains/javascript/library",
};

/** Loaded when first needed, from node_modules: Tsuki's, or the user's own. */
const external = ["assemblyscript", "binaryen", "@yowasp/clang", "esbuild", "quickjs-wasi"];

/** Bundles the programs, each with lazily loaded chunks; returns the names of those that exist. */
async function bundlePrograms(): Promise<string[]> {
  const present = Object.entries(entries).filter(([, source]) => existsSync(source));
  if (present.length === 0) {
    console.log(`build: no program to bundle yet (${Object.values(entries).join(", ")})`);
    return [];
  }
  await removeOldScripts();
  await build({
    entryPoints: Object.fromEntries(present),
    outdir: outputFolder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: external.flatMap((name) => [name, `${name}/*`]),
    chunkNames: "chunks/[name]-[hash]",
    // Bundled CommonJS packages call require() for Node's own modules.
    banner: {
      js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire(import.meta.url);',
    },
    minifySyntax: true,
    keepNames: false,
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "warning",
  });
  await makeExecutable(join(outputFolder, "cli.js"));
  return present.map(([name]) => `${name}.js`);
}

/** Removes earlier bundles, whose chunk names depend on their content; keeps the kernel. */
async function removeOldScripts(): Promise<void> {
  await mkdir(outputFolder, { recursive: true });
  await rm(join(outputFolder, "chunks"), { recursive: true, force: true });
  const old = (await readdir(outputFolder)).filter((name) => /\.js(\.map)?$/.test(name));
  await Promise.all(old.map((name) => rm(join(outputFolder, name))));
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

/** The library is being written: until it is whole, the rest is built without an engine. */
async function buildEngineIfPossible(): Promise<string | undefined> {
  try {
    return await buildEngine(outputFolder);
  } catch (error) {
    console.log(`build: no JavaScript engine: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function buildAll(): Promise<void> {
  const startedMs = performance.now();
  const [programs, kernel] = await Promise.all([
    bundlePrograms(),
    buildKernel(outputFolder),
    copySources(),
  ]);
  const engine = kernel === undefined ? undefined : await buildEngineIfPossible();
  const made = [...programs, kernel, engine].filter((name) => name !== undefined);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (made.length > 0) console.log(`build: ${made.join(", ")} in ${outputFolder}/ (${seconds} s)`);
}

try {
  await buildAll();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
