/** What Tsuki's own package holds besides code: its version and the prebuilt kernel. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TsukiError } from "../contracts/errors.ts";

/** The folder with Tsuki's package.json, above the source tree and above the bundles alike. */
function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) throw incomplete("package.json");
  }
}

function incomplete(name: string): TsukiError {
  return new TsukiError(
    "package-incomplete",
    `${name} is missing from Tsuki's package; reinstall it, or run \`npm run build\` in its sources`,
  );
}

/** The path of a file in `dist/`; throws `package-incomplete`. */
export function builtFile(name: string): string {
  const path = join(packageRoot(), "dist", name);
  if (!existsSync(path)) throw incomplete(name);
  return path;
}

/** The kernel as WebAssembly. */
export function readKernel(): Uint8Array {
  return readFileSync(builtFile("kernel.wasm"));
}

/** The kernel's source map (ECMA-426), whose columns are offsets in its bytes; it may be missing. */
export function readKernelSourceMap(): Uint8Array | undefined {
  const path = join(packageRoot(), "dist", "kernel.wasm.map");
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** The object of a large module that was compiled when the package was built, by its key. */
export function readShippedObject(key: string): Uint8Array | undefined {
  const path = join(packageRoot(), "dist", "objects", key);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/**
 * What distinguishes this build of Tsuki from every other, for cache keys: the version, the names of
 * the bundles' chunks, which are made of their contents, and the key of the JavaScript engine.
 */
export function buildIdentity(): string {
  const chunks = join(packageRoot(), "dist", "chunks");
  const names = existsSync(chunks) ? readdirSync(chunks).sort() : [];
  const engineKey = join(packageRoot(), "dist", "javascript", "engine.key");
  const engine = existsSync(engineKey) ? readFileSync(engineKey, "utf8") : "";
  return [packageVersion(), ...names, engine].join(" ");
}

/** Tsuki's version, as in its package.json. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  const isObject = typeof manifest === "object" && manifest !== null;
  return isObject && "version" in manifest ? String(manifest.version) : "unknown";
}
