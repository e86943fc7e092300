import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expandLiterals } from "../src/kernel/literals.ts";
import { readSections, sectionIds } from "../src/simulator/module-sections.ts";

const kernelFolder = "src/kernel";
const kernelEntry = `${kernelFolder}/index.as.ts`;

/**
 * What asc is told. Statics begin at 1 MiB because asc bakes addresses in; the memory is the
 * machine's and comes zeroed; names are kept for backtraces; a failed assertion is a trap.
 */
const compilerOptions = [
  "--runtime=stub",
  "--memoryBase=1048576",
  "--importMemory",
  "--zeroFilledMemory",
  "--noExportMemory",
  "--use=abort=",
  "-O3",
  "--debug",
  "--sourceMap",
];

/**
 * Compiles the kernel to `kernel.wasm` in `outputFolder` unless it is there from the same sources;
 * returns the file's name with its size, or undefined when there is no kernel to compile yet.
 *
 * @throws Error with asc's own messages when the kernel does not compile.
 */
export async function buildKernel(outputFolder: string): Promise<string | undefined> {
  if (!existsSync(kernelEntry)) {
    console.log(`build: no kernel to compile yet (${kernelEntry})`);
    return undefined;
  }
  const wasmPath = join(outputFolder, "kernel.wasm");
  const keyPath = join(outputFolder, "kernel.key");
  const key = await contentKey();
  const isCurrent = existsSync(wasmPath) && (await readOr(keyPath, "")) === key;
  if (!isCurrent) {
    await mkdir(outputFolder, { recursive: true });
    const { wasm, sourceMap } = await compileKernel(kernelEntry);
    await writeFile(`${wasmPath}.map`, sourceMap);
    await writeFile(`${wasmPath}.new`, wasm);
    await rename(`${wasmPath}.new`, wasmPath);
    await writeFile(keyPath, key);
  }
  const { size: lengthBytes } = await stat(wasmPath);
  const size = `${(lengthBytes / 1024).toFixed(1)} KiB`;
  return `kernel.wasm (${size}${isCurrent ? ", unchanged" : ""})`;
}

/** A module of the kernel's language. */
interface CompiledKernel {
  readonly wasm: Uint8Array;
  /** Its source map (ECMA-426), in which columns are offsets in the module's bytes. */
  readonly sourceMap: string;
}

/** Compiles what a file of the kernel's language exports; throws an Error with asc's own messages. */
export async function compileKernel(entry: string): Promise<CompiledKernel> {
  const { main } = await import("./asc-compiler.js");
  let wasm: Uint8Array | undefined;
  let sourceMap: string | undefined;
  const { error, stderr } = await main([entry, ...compilerOptions, "--outFile=kernel.wasm"], {
    readFile(name, folder) {
      const path = join(folder, name);
      return existsSync(path) ? expandLiterals(readFileSync(path, "utf8")) : null;
    },
    writeFile(_name, contents) {
      if (typeof contents === "string") sourceMap = withoutContents(contents);
      else wasm = contents;
    },
  });
  if (error !== null || wasm === undefined || sourceMap === undefined) {
    throw new Error(`${entry} does not compile\n${stderr.toString()}`);
  }
  if (readSections(wasm).some(({ id }) => id === sectionIds.start)) {
    throw new Error(
      "a variable of the kernel begins with something that asc does not take for a constant; write " +
        "it as a literal, because nothing runs a start function before the kernel",
    );
  }
  return { wasm, sourceMap };
}

/** A source map that names the sources, from Tsuki's folder on, and does not repeat them. */
function withoutContents(sourceMap: string): string {
  const { sourcesContent: _, ...map } = JSON.parse(sourceMap) as Record<string, unknown>;
  return JSON.stringify({ ...map, sourceRoot: "" });
}

/** A digest of everything that the result depends on: sources, options and asc's version. */
async function contentKey(): Promise<string> {
  const asc: unknown = JSON.parse(
    await readFile("node_modules/assemblyscript/package.json", "utf8"),
  );
  const hash = createHash("sha256").update(JSON.stringify([compilerOptions, versionOf(asc)]));
  const names = await readdir(kernelFolder, { recursive: true });
  for (const name of names.filter((path) => isInput(path)).sort()) {
    hash.update(`\0${name}\0`).update(await readFile(join(kernelFolder, name)));
  }
  return hash.digest("hex");
}

/** Sources, and what rewrites them before asc reads them. */
function isInput(path: string): boolean {
  return path.endsWith(".as.ts") || path === "literals.ts";
}

function versionOf(manifest: unknown): string {
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "";
}

async function readOr(path: string, fallback: string): Promise<string> {
  return existsSync(path) ? readFile(path, "utf8") : fallback;
}
