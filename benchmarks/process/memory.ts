/** Resident memory of a process that lives and waits for standard input. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Bench, sources } from "../bench.ts";
import { compileStatic, findCompiler } from "../launcher/c-compiler.ts";
import type { Finding } from "../report/finding.ts";

const goalBytes = 1 << 20;
const patienceMs = 10_000;

/** What the host says of a process's resident memory, in bytes. */
interface Resident {
  /** VmRSS of /proc/pid/status, which Linux keeps roughly. */
  readonly status: number;
  /** Rss and Private_Dirty of /proc/pid/smaps_rollup, which are counted page by page. */
  readonly exact: number;
  readonly ownPages: number;
}

/** VmRSS of greet, which waits for its first line, and of the same program as static C. */
export async function measureMemory(bench: Bench): Promise<Finding[]> {
  bench.note("process: resident memory");
  const own = await residentOf(bench.image(sources.greetC, "linux", "greet"));
  const found: Finding = {
    area: "process",
    measure: "resident memory of greet (C), waiting",
    value: Math.max(own.status, own.exact),
    unit: "bytes",
    goal: goalBytes,
    detail: `${described(own)}${await peerDetail(bench)}`,
  };
  return [found];
}

async function peerDetail(bench: Bench): Promise<string> {
  const compiler = findCompiler();
  const path = bench.path("greet-static");
  if (compiler === undefined || !compileStatic(compiler, sources.greetC, path)) return "";
  return `; as static C: ${described(await residentOf(path))}`;
}

function described({ status, exact, ownPages }: Resident): string {
  return `VmRSS ${status >> 10} KiB, Rss ${exact >> 10} KiB, private dirty ${ownPages >> 10} KiB`;
}

async function residentOf(path: string): Promise<Resident> {
  const child = spawn(path, [], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((settle) => child.once("exit", settle));
  try {
    await waiting(child, path);
    return residentMemory(child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** The resident memory of a process. */
export function residentMemory(processId: number): Resident {
  const folder = `/proc/${processId}`;
  const rollup = readFileSync(`${folder}/smaps_rollup`, "utf8");
  return {
    status: fieldOf(readFileSync(`${folder}/status`, "utf8"), "VmRSS"),
    exact: fieldOf(rollup, "Rss"),
    ownPages: fieldOf(rollup, "Private_Dirty"),
  };
}

/** Resolves once the program itself (not the fork before it) sleeps. */
async function waiting(child: ChildProcess, path: string): Promise<void> {
  const folder = `/proc/${child.pid ?? 0}`;
  const limit = performance.now() + patienceMs;
  while (performance.now() < limit) {
    const words = readFileSync(`${folder}/cmdline`, "utf8").split("\0");
    const isAsleep = /^State:\s+S/m.test(readFileSync(`${folder}/status`, "utf8"));
    if (words[0] === path && isAsleep) return;
    await pause(1);
  }
  throw new Error(`${path} does not wait for its input`);
}

function fieldOf(text: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`the host does not tell ${name} of a process`);
  return Number(kibibytes) * 1024;
}
