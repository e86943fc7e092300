import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodeOptions, ObjectCache } from "../../src/contracts/build.ts";
import { buildProgram } from "../../src/image/build.ts";
import {
  beginsBits,
  type Check,
  didNotTrapBits,
  type SpecificationProgram,
  tellsAll,
} from "./program.ts";

/** What is wrong with a check. */
export interface Failure {
  readonly check: Check;
  readonly reason: string;
}

const kernelPath = fileURLToPath(new URL("../../dist/kernel.wasm", import.meta.url));
let kernel: Uint8Array | undefined;
const objects = new Map<string, Uint8Array>();
const cache: ObjectCache = {
  read: (key) => objects.get(key),
  write: (key, bytes) => void objects.set(key, bytes),
};

const recordBytes = 12;

/** Each run is a process with 10 s of processor time; its status stands behind its output. */
const script =
  'ulimit -t 10; for i in "$@"; do ./i $i >o 2>e; echo "end $?"; od -An -v -tx1 o; echo "errors"; cat e; done';

interface Outcome {
  readonly status: number;
  readonly reports: readonly { readonly id: number; readonly bits: bigint }[];
  readonly trap: string | undefined;
  readonly errors: string;
}

/** The image of a program for the `linux` platform. */
async function buildImage(wasm: Uint8Array, code: CodeOptions): Promise<Uint8Array> {
  kernel ??= readFileSync(kernelPath);
  return await buildProgram({ platform: "linux", kernel, app: wasm, code, objects: cache });
}

/** Runs a program's checks, and says which fail. */
export async function runProgram(
  program: SpecificationProgram,
  code: CodeOptions,
): Promise<Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-specification-"));
  try {
    writeFileSync(join(folder, "i"), await buildImage(program.wasm, code), { mode: 0o755 });
    const traps = program.checks.filter(({ trap }) => trap !== undefined);
    const chosen = program.takesArgument ? [0, ...traps.map(({ id }) => id)] : [0];
    const [plain, ...trapped] = runAll(folder, chosen);
    const failures = plain === undefined ? [] : plainFailures(program, plain, folder);
    trapped.forEach((outcome, index) => {
      const check = traps[index];
      const reason = check === undefined ? undefined : trapFailure(check, outcome);
      if (check !== undefined && reason !== undefined) failures.push({ check, reason });
    });
    return failures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is wrong with a run that had to trap. */
function trapFailure({ trap = "" }: Check, outcome: Outcome): string | undefined {
  if (outcome.reports.some(({ bits }) => bits === didNotTrapBits)) return "does not trap";
  const said = outcome.trap;
  if (said === undefined) return `ends with status ${outcome.status}: ${outcome.errors}`;
  return trap.startsWith(said) || said.startsWith(trap) ? undefined : `traps: ${said}, not ${trap}`;
}

/** A program that takes no argument is run for one trapping check. */
export async function runSelected(
  program: SpecificationProgram,
  id: number,
  code: CodeOptions,
): Promise<Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-specification-"));
  try {
    writeFileSync(join(folder, "i"), await buildImage(program.wasm, code), { mode: 0o755 });
    const [outcome] = runAll(folder, [id]);
    const check = program.checks[id - 1];
    if (outcome === undefined || check === undefined) return [];
    const reason = trapFailure(check, outcome);
    return reason === undefined ? [] : [{ check, reason }];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function plainFailures(
  { checks, takesArgument }: SpecificationProgram,
  outcome: Outcome,
  folder: string,
): Failure[] {
  const find = (id: number) => checks[id - 1] ?? { id, line: 0, trap: undefined };
  const failures = outcome.reports.map(({ bits, id }) => ({
    check: find(id),
    reason: `gives 0x${BigInt.asUintN(64, bits).toString(16)}`,
  }));
  if (outcome.status === 0) return failures;
  const how = outcome.trap ?? `status ${outcome.status}: ${outcome.errors}`;
  if (!takesArgument) return [...failures, { check: find(1), reason: `one ends in ${how}` }];
  const [told] = runAll(folder, [tellsAll]);
  const last = told?.reports.findLast(({ bits }) => bits === beginsBits)?.id ?? 1;
  const missed = checks.filter(({ id, trap }) => id > last && trap === undefined);
  return [
    ...failures,
    { check: find(last), reason: `ends in ${how}` },
    ...missed.map((check) => ({ check, reason: "is not reached" })),
  ];
}

function runAll(folder: string, selectors: readonly number[]): Outcome[] {
  const result = spawnSync("sh", ["-c", script, "sh", ...selectors.map(String)], {
    cwd: folder,
    encoding: "latin1",
    maxBuffer: 1 << 28,
    timeout: 600_000,
  });
  if (result.error !== undefined) throw result.error;
  return result.stdout
    .split(/^end (?=\d+\n)/m)
    .slice(1)
    .map(outcomeOf);
}

function outcomeOf(text: string): Outcome {
  const status = Number(text.slice(0, text.indexOf("\n")));
  const [output = "", errors = ""] = text.slice(text.indexOf("\n") + 1).split(/^errors\n/m);
  const bytes = Buffer.from(output.replaceAll(/\s/g, ""), "hex");
  const reports = [];
  for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
    reports.push({ id: bytes.readInt32LE(at), bits: bytes.readBigInt64LE(at + 4) });
  }
  const trap = status === 134 ? /^tsuki: trap: (.*)$/m.exec(errors)?.[1] : undefined;
  return { status, reports, trap, errors: errors.trim().split("\n")[0] ?? "" };
}
