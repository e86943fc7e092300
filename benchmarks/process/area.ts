/** Everything that is measured of an image that runs as a sealed process. */
import { statSync } from "node:fs";
import { type Bench, sources } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { measureMemory } from "./memory.ts";
import { measureStartTime } from "./start-time.ts";
import { countSystemCalls } from "./system-calls.ts";

const goalBytesC = 64 * 1024;
const goalBytesAs = 32 * 1024;

/** Runs the measurements of the process monitor's images. */
export async function measureProcess(bench: Bench): Promise<Finding[]> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return [skipped("process", "everything", "needs x86-64 Linux")];
  }
  bench.note("process: building images");
  const helloC = bench.image(sources.helloC, "linux", "hello-c");
  const helloAs = bench.image(sources.helloAs, "linux", "hello-as");
  return [
    ...measureStartTime(bench, helloC, helloAs),
    imageSize("hello (C)", helloC, goalBytesC),
    imageSize("hello (AssemblyScript)", helloAs, goalBytesAs),
    ...(await measureMemory(bench)),
    countSystemCalls(bench, "hello (C)", helloC),
    countSystemCalls(bench, "hello (AssemblyScript)", helloAs),
  ];
}

function imageSize(name: string, path: string, goal: number): Finding {
  const value = statSync(path).size;
  return { area: "process", measure: `${name}, image`, value, unit: "bytes", goal, detail: "" };
}
