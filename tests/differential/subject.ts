import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CodeOptions,
  defaultCodeOptions,
  type ObjectCache,
} from "../../src/contracts/build.ts";
import { buildProgram } from "../../src/image/build.ts";
import type { TestCommand } from "./command.ts";
import { type Outcome, trapClass } from "./outcome.ts";

/** Whether this host runs images of the `linux` platform. */
export const canRunSubject = process.platform === "linux" && process.arch === "x64";

const verified: CodeOptions = { ...defaultCodeOptions, isVerified: true };

/** Whether this processor runs code for x86-64-v3. */
function hasLevel3(): boolean {
  if (!canRunSubject) return false;
  const flags = /^flags.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0] ?? "";
  return ["avx2", "bmi1", "bmi2", "fma", "abm"].every((name) => flags.includes(` ${name}`));
}

/** The ways to make code that tests compare with V8. */
export const codeModes: readonly (readonly [string, CodeOptions])[] = [
  ["as by default", verified],
  ["with memory checks", { ...verified, memory: "checked" }],
  ...(hasLevel3() ? [["for x86-64-v3", { ...verified, cpu: "v3" }] as const] : []),
  ["made fast", { ...verified, level: "fast" }],
];

const kernelPath = fileURLToPath(new URL("../../dist/kernel.wasm", import.meta.url));
let kernel: Uint8Array | undefined;

/** Each run is a process with 10 s of processor time; its status follows its output. */
const script =
  'ulimit -t 10; i=0; while [ $i -lt $1 ]; do ./i $i 2>&1; echo "end $?"; i=$((i+1)); done';

/** The kernel's code is compiled once. */
const objects = new Map<string, Uint8Array>();
const cache: ObjectCache = {
  read: (key) => objects.get(key),
  write: (key, bytes) => void objects.set(key, bytes),
};

/** The image of an app for the `linux` platform. */
export async function buildSubject(
  app: Uint8Array,
  code: CodeOptions = verified,
): Promise<Uint8Array> {
  kernel ??= readFileSync(kernelPath);
  return await buildProgram({ platform: "linux", kernel, app, code, objects: cache });
}

/** Runs of a command compiled for the `linux` platform, each in a process of its own. */
export async function runInSubject(
  { wasm, runs }: TestCommand,
  code?: CodeOptions,
): Promise<Outcome[]> {
  const image = await buildSubject(wasm, code);
  const folder = mkdtempSync(join(tmpdir(), "tsuki-differential-"));
  try {
    writeFileSync(join(folder, "i"), image, { mode: 0o755 });
    const result = spawnSync("sh", ["-c", script, "sh", String(runs.length)], {
      cwd: folder,
      encoding: "latin1",
      maxBuffer: 1 << 28,
      timeout: 120_000,
    });
    if (result.error !== undefined) throw result.error;
    return result.stdout.split(/^end (?=\d+\n)/m).reduce(splitOutcome, { outcomes: [], text: "" })
      .outcomes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Split {
  readonly outcomes: Outcome[];
  readonly text: string;
}

/** Takes one process's status from the start of a part; the rest is the next one's output. */
function splitOutcome({ outcomes, text }: Split, part: string, index: number): Split {
  if (index === 0) return { outcomes, text: part };
  const lineEnd = part.indexOf("\n");
  outcomes.push(outcomeOf(text, Number(part.slice(0, lineEnd))));
  return { outcomes, text: part.slice(lineEnd + 1) };
}

function outcomeOf(text: string, status: number): Outcome {
  if (status === 0) return { output: text, end: "returned" };
  const trap = /^tsuki: trap: (.*)\n/m.exec(text);
  if (status !== 134 || trap === null) return { output: text, end: `status ${status}` };
  return { output: text.slice(0, trap.index), end: trapClass(trap[1] ?? "") };
}
