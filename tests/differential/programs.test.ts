import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadToolchain } from "../../src/toolchains/choose.ts";
import { packageFinder } from "../../src/toolchains/packages.ts";
import { RecordedFiles } from "../../src/toolchains/source-files.ts";
import { buildSubject, canRunSubject } from "./subject.ts";

const sources = fileURLToPath(new URL("programs/", import.meta.url));
const minute = 60_000;

/** Runs a module with Node's own WASI. */
const referenceScript = `
  import { readFileSync } from "node:fs";
  import { WASI } from "node:wasi";
  const [path, ...rest] = process.argv.slice(1);
  const wasi = new WASI({ version: "preview1", args: ["p", ...rest], returnOnExit: true });
  const { instance } = await WebAssembly.instantiate(readFileSync(path), wasi.getImportObject());
  process.exitCode = wasi.start(instance);`;

const input = Array.from(
  { length: 90 },
  (_, index) => `line ${index} of ${"x ".repeat(index)}`,
).join("\n");

describe.skipIf(!canRunSubject)("C programs", () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tsuki-programs-"));
    const names = [
      "main.c",
      ...readdirSync(sources).filter((name) => name.endsWith(".c") && name !== "main.c"),
    ];
    const toolchain = await loadToolchain("c");
    const { app } = await toolchain.toApp({
      sources: names.map((name) => join(sources, name)),
      includeDirectories: [],
      workingDirectory: sources,
      files: new RecordedFiles(),
      findPackage: packageFinder(sources, sources),
    });
    writeFileSync(join(folder, "app.wasm"), app);
    writeFileSync(join(folder, "app"), await buildSubject(app), { mode: 0o755 });
  }, minute);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["digest", "text", "structures", "numbers", "lines", "vectors", "unknown"])(
    "prints what it prints in V8: %s",
    (name) => {
      const options = { encoding: "utf8", input, maxBuffer: 1 << 24 } as const;
      const flags = ["--no-warnings", "--input-type=module", "--eval", referenceScript];
      const expected = spawnSync(
        process.execPath,
        [...flags, join(folder, "app.wasm"), name],
        options,
      );
      const actual = spawnSync(join(folder, "app"), [name], options);
      expect(actual.stderr).toBe(expected.stderr);
      expect(actual.stdout).toBe(expected.stdout);
      expect(actual.status).toBe(expected.status);
      expect(actual.stdout.length + actual.stderr.length).toBeGreaterThan(0);
    },
    minute,
  );
});
