/** How many instructions the guest executes before the app's first one. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readElf } from "../../src/image/elf/reader.ts";
import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { functionAddress } from "./function-address.ts";
import type { MeasuredMachine } from "./machine.ts";
import { countBetween, type Stretch } from "./trace.ts";

const measure = "hello (C), instructions before the app's first";
const goalInstructions = 200_000;
/** The function with which a C program begins. */
const firstAppFunction = "_start";
const timeLimitMs = 60_000;

/** Counts twice, by QEMU's own trace of a machine whose clock is its instruction counter. */
export function countBootInstructions(
  bench: Bench,
  machine: MeasuredMachine,
  imagePath: string,
): Finding {
  if (bench.accelerator === "kvm") return skipped("qemu", measure, "QEMU counts under TCG only");
  bench.note("qemu: instructions of a boot");
  const image = readFileSync(imagePath);
  const entry = readElf(image).pvhEntry;
  if (entry === undefined) throw new Error(`${imagePath} has no PVH entry`);
  const start = functionAddress(image, firstAppFunction);
  const stretches = ["first", "second"].map((name) =>
    countBetween(traceOf(machine, imagePath, bench.path(`trace-${name}`)), entry, start),
  );
  return findingOf(stretches);
}

function findingOf(stretches: readonly Stretch[]): Finding {
  const counts = stretches.map(({ instructions }) => instructions);
  const isRepeatable = new Set(counts).size === 1;
  const once = stretches[0]?.withoutRepetitions ?? 0;
  return {
    area: "qemu",
    measure,
    value: Math.max(...counts),
    unit: "instructions",
    goal: goalInstructions,
    detail: isRepeatable
      ? `the same twice; ${once.toLocaleString("en")} without repetitions`
      : `differs from boot to boot: ${counts.join(", ")}`,
  };
}

function traceOf(machine: MeasuredMachine, imagePath: string, logPath: string): string[] {
  const [program = "", ...words] = machine.words(imagePath);
  // `-icount` takes TCG's default threading; everything else is what the monitor asks for.
  const parameters = words.map((word) =>
    word.startsWith("tcg") ? tracedAccelerator(program) : word,
  );
  const singleStep = isModern(program) ? [] : ["-singlestep"];
  const tracing = ["-icount", "shift=0,sleep=off", "-d", "exec,nochain", "-D", logPath];
  spawnSync(program, [...parameters, ...singleStep, ...tracing], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    timeout: timeLimitMs,
  });
  return readFileSync(logPath, "latin1").split("\n");
}

/** QEMU 8.1 made the option -singlestep a property of the accelerator; 9.1 removed the option. */
function isModern(program: string): boolean {
  const [, major = "0", minor = "0"] =
    /version (\d+)\.(\d+)/.exec(outputOf(program, ["--version"])) ?? [];
  return Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 1);
}

function tracedAccelerator(program: string): string {
  return isModern(program) ? "tcg,thread=single,one-insn-per-tb=on" : "tcg,thread=single";
}
