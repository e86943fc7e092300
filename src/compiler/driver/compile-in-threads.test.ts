import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CompileThreads } from "../../contracts/build.ts";
import { encodeObjectFile } from "../object/object-file.ts";
import { assemble } from "../wasm/assemble.fixture.ts";
import { compileInThreads } from "./compile-in-threads.ts";
import { unlinkedApp, unlinkedSettings } from "./unlinked-app.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-threads-"));
const fromSource = { program: join(folder, "compile-worker.mjs") };
const shipped = { program: join(import.meta.dirname, "../../../dist/compile-worker.js") };

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "compile-worker.ts")],
    outfile: fromSource.program,
    bundle: true,
    platform: "node",
    format: "esm",
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Functions of 16 KiB each, so that there is more than one batch for every thread. */
const longCode = Array.from(
  { length: 1800 },
  (_, index) => `local.get 0\ni32.const ${index + 100}\ni32.mul\nlocal.set 0`,
).join("\n");
const functions = Array.from({ length: 32 }, (_, index) => ({
  type: "i32 -> i32",
  code: `${longCode}\nlocal.get 0\ni32.const ${index}\ni32.add`,
}));
const module = assemble({ functions });

/** The module with two bodies that are not valid: the first of them is to be complained of. */
const invalid = assemble({
  functions: functions.map((fn, index) => (index === 9 || index === 30 ? { ...fn, code: "" } : fn)),
});

async function objectOf(bytes: Uint8Array, threads: CompileThreads): Promise<Uint8Array> {
  const { environment, symbols } = unlinkedApp(bytes);
  const chunks = await compileInThreads(environment, unlinkedSettings, symbols, threads);
  return encodeObjectFile(chunks, symbols);
}

describe("compiling in threads", () => {
  const alone = objectOf(module, { ...fromSource, count: 1 });

  it.each([
    ["two, from source", { ...fromSource, count: 2 }],
    ["three, as shipped", { ...shipped, count: 3 }],
  ])("makes the same object with %s", async (_, threads) => {
    expect(Buffer.compare(await objectOf(module, threads), await alone)).toBe(0);
  });

  it.each([1, 3])("names the first function that is not valid, with %i threads", async (count) => {
    await expect(objectOf(invalid, { ...fromSource, count })).rejects.toThrow(/f9\b|func\[9\]/);
  });

  it.each([
    ["exits", "process.exit(3)", "exit status 3"],
    ["throws", "throw new Error('out of paper')", "out of paper"],
  ])("says so in one line when a thread %s", async (_, code, why) => {
    const program = join(folder, "broken-worker.mjs");
    writeFileSync(program, code);
    const failing = objectOf(module, { program, count: 2 });
    await expect(failing).rejects.toMatchObject({ code: "compile-thread" });
    await expect(failing).rejects.toThrow(why);
  });
});
