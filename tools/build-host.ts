import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildProgram } from "../src/image/build.ts";
import { compileKernel } from "./build-kernel.ts";

const hostEntry = "src/host/index.as.ts";

/** What the executable is made of besides the compiler's output for it. */
const inputFolders = ["src/host", "src/kernel", "src/compiler", "src/image", "src/contracts"];

/** The shortest WebAssembly module: magic and version. */
const noApp = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * Compiles `tsuki-host` into `outputFolder` unless it is there from the same sources: a kernel that
 * is a program by itself, with no app. Returns a line for the report.
 */
export async function buildHost(outputFolder: string): Promise<string> {
  const path = join(outputFolder, "tsuki-host");
  const keyPath = join(outputFolder, "tsuki-host.key");
  const key = await contentKey();
  const isCurrent =
    existsSync(path) && existsSync(keyPath) && (await readFile(keyPath, "utf8")) === key;
  if (!isCurrent) {
    const { wasm: kernel } = await compileKernel(hostEntry);
    await writeFile(`${path}.new`, await buildProgram({ platform: "linux", kernel, app: noApp }));
    await chmod(`${path}.new`, 0o755);
    await rename(`${path}.new`, path);
    await writeFile(keyPath, key);
  }
  const size = `${((await stat(path)).size / 1024).toFixed(1)} KiB`;
  return `tsuki-host (${size}${isCurrent ? ", unchanged" : ""})`;
}

async function contentKey(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of inputFolders) {
    const names = await readdir(folder, { recursive: true });
    for (const name of names.filter((entry) => entry.endsWith(".ts")).sort()) {
      hash.update(`\0${name}\0`).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest("hex");
}
