/** Runs gdb on images: on a process, or on a machine through QEMU's stub. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Workplace } from "../command-line.fixture.ts";

const debuggerProgram = "gdb";
const machineProgram = "qemu-system-x86_64";
const timeLimitMs = 100_000;

/** Steps through a program and compares frames; a script in gdb's Python. */
export const frameChecker = join(import.meta.dirname, "check-frames.py");

function isMissing(program: string): boolean {
  return spawnSync(program, ["--version"]).status !== 0;
}

/** Why processes cannot be debugged here, in brackets for a title; nothing if they can. */
export const missingForProcess = isMissing(debuggerProgram) ? " (needs gdb)" : "";

/** Why machines cannot be debugged here, in brackets for a title; nothing if they can. */
export const missingForMachine =
  missingForProcess === "" && isMissing(machineProgram)
    ? " (needs qemu-system-x86_64)"
    : missingForProcess;

const quiet = [
  "set pagination off",
  "set confirm off",
  "set width 0",
  "set debuginfod enabled off",
];

/** Builds an image that gdb can read, with further options. */
export async function buildForDebugger(
  work: Workplace,
  source: string,
  platform: string,
  output: string,
  options: readonly string[] = [],
): Promise<void> {
  const words = ["build", "-q", "-g", ...options, "-p", platform, source, "-o", output];
  expect((await work.tsuki(words)).errors).toBe("");
}

/** What gdb prints when it is given these commands for an image. */
export function debug(work: Workplace, image: string, commands: readonly string[]): string {
  const script = join(work.folder, "commands.gdb");
  writeFileSync(script, `${[...quiet, ...commands].join("\n")}\n`);
  const { stdout, stderr, error } = spawnSync(
    debuggerProgram,
    ["-nx", "-batch", "-x", script, join(work.folder, image)],
    { cwd: work.folder, env: work.environment, encoding: "utf8", timeout: timeLimitMs },
  );
  if (error !== undefined) throw error;
  return stdout + stderr;
}

/** The command that starts a machine from an image and stops it before its first instruction. */
export function attachToMachine(image: string): string {
  const words = [
    machineProgram,
    ...["-M", "microvm", "-accel", "tcg", "-cpu", "max", "-m", "64M", "-S", "-gdb", "stdio"],
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ...["-serial", "file:machine-output.txt", "-kernel", image],
  ];
  return `target remote | exec ${words.join(" ")}`;
}
