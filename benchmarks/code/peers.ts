/** One program made ready to run natively, in V8 and as our image. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeApp } from "../../src/engine/app-store.ts";
import { Cache } from "../../src/engine/cache.ts";
import { digestOf } from "../../src/toolchains/source-files.ts";
import type { Bench } from "../bench.ts";
import { isInstalled } from "../programs.ts";
import type { Program } from "./program.ts";

/**
 * Who runs a program; the two compilers may be missing, and the processor may not be of level 3. `liftoff` is V8's baseline tier alone, the last
 * are ours with other options.
 */
export const peerNames = [
  "gcc",
  "clang",
  "v8",
  "liftoff",
  "ours",
  "level3",
  "checked",
  "fast",
] as const;

/** The name of one of them. */
export type PeerName = (typeof peerNames)[number];

/** The command line of each peer that there is. */
export type PeerCommands = ReadonlyMap<PeerName, readonly string[]>;

/** What the C toolchain makes of a source changes with its flags. */
const toolchainPath = new URL("../../src/toolchains/c/toolchain.ts", import.meta.url);
const toolchainIdentity = digestOf(readFileSync(toolchainPath));

const nodeOptions = ["--no-warnings", "--import", import.meta.resolve("tsx")];
const isScript = ({ source }: Program) => source.endsWith(".ts");

/** Builds a program for every peer; `cacheFolder` keeps what clang makes, which takes longest. */
export async function buildPeers(
  bench: Bench,
  program: Program,
  includeDirectories: readonly string[],
  cacheFolder: string,
): Promise<PeerCommands> {
  if (isScript(program)) return scriptPeers(bench, program);
  const wasm = bench.path(`${program.name}.wasm`);
  const { app } = await makeApp(new Cache(cacheFolder), toolchainIdentity, {
    sources: [program.source],
    includeDirectories,
    toolchain: "c",
    workingDirectory: dirname(program.source),
    environment: process.env,
  });
  writeFileSync(wasm, app);
  return new Map([
    ...nativePeers(bench, program, includeDirectories),
    ...v8Peers([beside("v8-peer.ts"), wasm]),
    ...ourPeers(bench, program, wasm),
  ]);
}

function nativePeers(
  bench: Bench,
  program: Program,
  includeDirectories: readonly string[],
): [PeerName, readonly string[]][] {
  return (["gcc", "clang"] as const).filter(isInstalled).map((compiler) => {
    const output = bench.path(`${program.name}-${compiler}`);
    const includes = includeDirectories.map((folder) => `-I${folder}`);
    const words = ["-O2", "-w", ...includes, "-o", output, program.source, "-lm"];
    const { status, stderr } = spawnSync(compiler, words, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${compiler} refuses ${program.name}: ${stderr}`);
    return [compiler, [output]];
  });
}

/** The same interpreter, which its package carries as WebAssembly only. */
function scriptPeers(bench: Bench, program: Program): PeerCommands {
  const { source } = program;
  const engine = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
  return new Map([
    ...v8Peers([beside("quickjs-peer.ts"), engine, source]),
    ...ourPeers(bench, program, source),
  ]);
}

function v8Peers(words: readonly string[]): [PeerName, readonly string[]][] {
  return [
    ["v8", [process.execPath, ...nodeOptions, ...words]],
    ["liftoff", [process.execPath, "--liftoff-only", ...nodeOptions, ...words]],
  ];
}

/** Our images of a program: as by default, and as somebody may ask for. */
function ourPeers(
  bench: Bench,
  { name }: Program,
  source: string,
): [PeerName, readonly string[]][] {
  const level3: [PeerName, readonly string[]][] = hasLevel3()
    ? [["level3", [bench.image(source, "linux", `${name}-level3`, ["--cpu", "v3"])]]]
    : [];
  return [
    ["ours", [bench.image(source, "linux", `${name}-ours`)]],
    ...level3,
    ["checked", [bench.image(source, "linux", `${name}-checked`, ["--memory-checks"])]],
    ["fast", [bench.image(source, "linux", `${name}-fast`, ["--fast"])]],
  ];
}

/** Every processor with AVX2 has the rest of x86-64-v3. */
function hasLevel3(): boolean {
  return readFileSync("/proc/cpuinfo", "utf8").includes(" avx2 ");
}

function beside(file: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), file);
}
