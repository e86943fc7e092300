/** Programs in JavaScript, made with a small library and run in V8 or as sealed processes. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectCache } from "../../src/contracts/build.ts";
import { buildProgram } from "../../src/image/build.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { MemoryStreams } from "../../src/simulator/memory-streams.ts";
import { type AppRun, runApp } from "../../src/simulator/run-app.ts";
import { bundleProgram } from "../../src/toolchains/javascript/bundle.ts";
import { makeBase } from "../../src/toolchains/javascript/evaluate.ts";
import { makeApp, type ProgramApp } from "../../src/toolchains/javascript/toolchain.ts";
import type { Preinitialization } from "../../src/toolchains/toolchain.ts";
import { smallLibrary } from "./small-library.fixture.ts";

/** What a run leaves behind. */
export interface ProgramRun {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

const quickjsPath = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");

/** The engine with the small library. */
export const smallBase = makeBase(readFileSync(quickjsPath), smallLibrary);

/** The kernel as `npm run build` left it. */
export const kernel = readFileSync("dist/kernel.wasm");

/** Makes an app of TypeScript; `files` are further modules beside `app.ts`. */
export async function makeProgram(
  source: string,
  mode: Preinitialization = "auto",
  files: Readonly<Record<string, string>> = {},
): Promise<ProgramApp> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-program-"));
  try {
    writeFileSync(join(folder, "app.ts"), source);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const bundle = await bundleProgram(join(folder, "app.ts"), folder);
    return makeApp({ name: "app.ts", bundle, base: smallBase }, mode);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs an app in V8 under a virtual clock. */
export function runInV8(app: Uint8Array, options: Partial<AppRun> = {}): ProgramRun {
  const streams = new MemoryStreams();
  const status = runApp({
    kernel,
    app,
    arguments: ["app", "first"],
    environment: ["NAME=value"],
    streams,
    clock: new VirtualClock(),
    ...options,
  });
  return { status, output: streams.text(1), errors: streams.text(2) };
}

const objects = new Map<string, Uint8Array>();

/** The engine's code is the same whatever lies in its memory: its object is in the package. */
const cache: ObjectCache = {
  read: (key) => objects.get(key) ?? readBuilt(`dist/objects/${key}`),
  write: (key, object) => {
    objects.set(key, object);
  },
};

function readBuilt(path: string): Uint8Array | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** Builds a Linux image; the engine is compiled once for all tests. */
export async function makeImage(app: Uint8Array): Promise<Uint8Array> {
  return await buildProgram({ platform: "linux", kernel, app, objects: cache });
}

/** Runs an app as a sealed process. */
export async function runSealed(app: Uint8Array): Promise<ProgramRun> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-sealed-"));
  const path = join(folder, "app");
  try {
    writeFileSync(path, await makeImage(app), { mode: 0o755 });
    const run = spawnSync(path, ["first"], { env: { NAME: "value" }, encoding: "utf8" });
    return { status: run.status ?? -1, output: run.stdout, errors: run.stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
