/**
 * Compiles a large module in a process of its own: `compile-alone MODULE THREADS LEVEL WORKER`, where
 * the worker is the built program of other threads. Prints what it took as JSON, of which
 * `Compilation` has the shape.
 */
import { readFileSync } from "node:fs";
import { largeModuleChunks } from "../../src/compiler/driver/large-module.ts";
import { unlinkedApp, unlinkedSettings } from "../../src/compiler/driver/unlinked-app.ts";
import { type CompileLevel, defaultCodeOptions } from "../../src/contracts/build.ts";

/** What a compilation took. */
export interface Compilation {
  readonly seconds: number;
  /** Of all threads, V8's own included. */
  readonly cpuSeconds: number;
  /** With the object in the cache, from the module's bytes to chunks that can be linked. */
  readonly cachedMs: number;
  /** The most memory that the process had. */
  readonly peakMebibytes: number;
  readonly functions: number;
  readonly codeBytes: number;
}

const [path = "", threads = "1", level = "optimising", program = ""] = process.argv.slice(2);
const code = { ...defaultCodeOptions, level: level as CompileLevel };
const settings = { ...unlinkedSettings, code };
const bytes = readFileSync(path);
const kept = new Map<string, Uint8Array>();
const objects = {
  read: (key: string) => kept.get(key),
  write: (key: string, object: Uint8Array) => void kept.set(key, object),
};

async function compile() {
  const { environment, symbols } = unlinkedApp(bytes, settings);
  return await largeModuleChunks(environment, settings, symbols, {
    objects,
    threads: { count: Number(threads), program },
  });
}

async function measure(): Promise<Compilation> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const functions = await compile();
  const seconds = (performance.now() - before) / 1e3;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peakMebibytes = process.resourceUsage().maxRSS / 1024;
  const beforeCached = performance.now();
  await compile();
  const cachedMs = performance.now() - beforeCached;
  const codeBytes = [...functions.values()].flat().reduce((sum, chunk) => sum + chunk.size, 0);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    cachedMs,
    peakMebibytes,
    functions: functions.size,
    codeBytes,
  };
}

console.log(JSON.stringify(await measure()));
