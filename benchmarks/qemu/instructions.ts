/** How many instructions the guest executes before the app's first one. */
import { type BootTrace, traceBoot } from "../../src/engine/boot-trace.ts";
import { defaultMemoryMebibytes } from "../../src/monitors/qemu/monitor.ts";
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";

const measure = "hello (C), instructions before the app's first";
const goalInstructions = 200_000;

/** Counts twice, by QEMU's own trace of a machine whose clock is its instruction counter. */
export async function countBootInstructions(bench: Bench, imagePath: string): Promise<Finding> {
  if (bench.accelerator === "kvm") return skipped("qemu", measure, "QEMU counts under TCG only");
  bench.note("qemu: instructions of a boot");
  const request = {
    imagePath,
    machine: "microvm",
    arguments: ["hello"],
    environment: [],
    memoryMebibytes: defaultMemoryMebibytes,
    hostEnvironment: process.env,
  } as const;
  return findingOf([await traceBoot(request), await traceBoot(request)]);
}

function findingOf(traces: readonly BootTrace[]): Finding {
  const counts = traces.map(({ instructions }) => instructions);
  const isRepeatable = new Set(counts).size === 1;
  const once = traces[0]?.withoutRepetitions ?? 0;
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
