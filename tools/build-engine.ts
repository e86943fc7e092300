import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildProgram } from "../src/image/build.ts";
import { makeEngineBase } from "../src/toolchains/javascript/base.ts";
import { bundleLibrary } from "../src/toolchains/javascript/bundle.ts";

const compilerFolder = "src/compiler";

/**
 * Makes what programs in JavaScript begin with, unless it is there from the same input: the engine
 * with the library in it, and the engine's object, so that no user waits for its compilation.
 * Returns a line for the report.
 */
export async function buildEngine(outputFolder: string): Promise<string> {
  const base = await makeEngineBase();
  const path = join(outputFolder, "javascript", "engine.wasm");
  const keyPath = join(outputFolder, "javascript", "engine.key");
  const objectFolder = join(outputFolder, "objects");
  const kernel = await readFile(join(outputFolder, "kernel.wasm"));
  const key = await contentKey(base, kernel);
  await mkdir(join(outputFolder, "javascript"), { recursive: true });
  await writeFile(
    join(outputFolder, "javascript", "library-v8.js"),
    (await bundleLibrary(true)).code,
  );
  const isCurrent = existsSync(path) && existsSync(keyPath);
  if (isCurrent && (await readFile(keyPath, "utf8")) === key) {
    return "javascript/engine.wasm (unchanged)";
  }
  await rm(objectFolder, { recursive: true, force: true });
  await mkdir(objectFolder, { recursive: true });
  const objects = new Map<string, Uint8Array>();
  for (const platform of ["linux", "pc"] as const) {
    await buildProgram({
      platform,
      kernel,
      app: base,
      objects: {
        read: (name) => objects.get(name),
        write: (name, object) => objects.set(name, object),
      },
    });
  }
  for (const [name, object] of objects) await writeFile(join(objectFolder, name), object);
  await writeFile(path, base);
  await writeFile(keyPath, key);
  const { size: lengthBytes } = await stat(path);
  return `javascript/engine.wasm (${(lengthBytes / 1024).toFixed(1)} KiB)`;
}

/** A digest of the engine, the library in it, the kernel and the compiler. */
async function contentKey(base: Uint8Array, kernel: Uint8Array): Promise<string> {
  const hash = createHash("sha256").update(base).update(kernel);
  const names = await readdir(compilerFolder, { recursive: true });
  for (const name of names.filter((path) => path.endsWith(".ts")).sort()) {
    hash.update(`\0${name}\0`).update(await readFile(join(compilerFolder, name)));
  }
  return hash.digest("hex");
}
