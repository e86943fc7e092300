/** What a machine with a network and a block device costs, and what its disk is worth. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { traceBoot } from "../../../src/engine/boot-trace.ts";
import { buildProgram } from "../../../src/image/build.ts";
import { defaultMemoryMebibytes } from "../../../src/monitors/qemu/monitor.ts";
import { compileKernel } from "../../../tools/build-kernel.ts";
import type { Bench } from "../../bench.ts";
import { type Finding, skipped } from "../../report/finding.ts";
import { median, pairedDifference, pairedRatio } from "../../report/statistics.ts";
import { findLeastMemory } from "../least-memory.ts";
import type { MeasuredMachine } from "../machine.ts";
import { makeSmallestGuest } from "../smallest-guest.ts";
import { deviceWords, imageWords, linuxWords } from "./device-machine.ts";
import { linuxMissing, makeLinuxGuest } from "./linux-guest.ts";
import { measureTransfers } from "./transfers.ts";

const area = "qemu";
const roundCount = 60;
const linuxRoundCount = 5;
const goalMs = 1;
const goalRatio = 50;
const goalInstructions = 1_000_000;
const goalKibibytes = 2048;
const diskBytes = 64 * 1024 * 1024;

/** QEMU ends with 2 n + 1 for n on isa-debug-exit, and with 0 when a machine restarts. */
const endedByGuest = 1;
const restarted = 0;

/** Runs the measurements; those against Linux only where there is one. */
export async function measureDevices(bench: Bench, machine: MeasuredMachine): Promise<Finding[]> {
  bench.note("qemu: images that use devices");
  const diskPath = bench.path("disk");
  writeFileSync(diskPath, "");
  truncateSync(diskPath, diskBytes);
  const image = await probingImage(bench);
  return [
    ...measureFirstByte(bench, machine, image, diskPath),
    await countInstructions(bench, image, diskPath),
    await findLeastMemory(
      bench,
      "hello, network and block device, least memory",
      goalKibibytes,
      (mebibytes) => imageWords(machine, image, diskPath, mebibytes),
    ),
    ...(await measureTransfers(bench, machine, diskPath)),
  ];
}

/** Hello in C behind a kernel that takes both devices into use first. */
async function probingImage(bench: Bench): Promise<string> {
  const source = fileURLToPath(new URL("hello.c", import.meta.url));
  const app = readFileSync(bench.image(source, "node", "hello-devices.wasm"));
  const { wasm: kernel } = await compileKernel("benchmarks/qemu/devices/probing.as.ts");
  const path = bench.path("hello-devices");
  writeFileSync(path, await buildProgram({ platform: "pc", kernel, app }));
  return path;
}

function measureFirstByte(
  bench: Bench,
  machine: MeasuredMachine,
  image: string,
  diskPath: string,
): Finding[] {
  const measure = "hello, network and block device, first byte";
  const { launcher } = bench;
  if (typeof launcher === "string") return [skipped(area, measure, launcher)];
  bench.note("qemu: first byte with devices");
  const smallest = bench.path("smallest-guest-devices");
  writeFileSync(smallest, makeSmallestGuest());
  const commands = [smallest, image].map((path) => ({
    words: imageWords(machine, path, diskPath),
    expectedStatus: endedByGuest,
  }));
  const [peers = [], runs = []] = launcher.time("byte", bench.rounds(roundCount), commands);
  const { value, ...range } = pairedDifference(runs, peers);
  const after: Finding = {
    area,
    measure: `${measure} after the smallest guest's (${bench.accelerator})`,
    value,
    range,
    unit: "ms",
    goal: goalMs,
    detail: `${range.low.toFixed(2)} to ${range.high.toFixed(2)} ms; medians ${median(runs).toFixed(1)} : ${median(peers).toFixed(1)} ms`,
  };
  const missing = linuxMissing(bench);
  if (missing !== undefined) return [after, skipped(area, `Linux's first byte to ours`, missing)];
  const guest = makeLinuxGuest(bench, "hello", ["/busybox echo Hello > /dev/ttyS0"]);
  const linux = { words: linuxWords(machine, guest, diskPath), expectedStatus: restarted };
  const ours = commands.slice(1);
  const [our = [], their = []] = launcher.time("byte", bench.rounds(linuxRoundCount), [
    ...ours,
    linux,
  ]);
  const ratio = pairedRatio(their, our);
  return [
    after,
    {
      area,
      measure: `Linux's first byte to ours, network and block device (${bench.accelerator})`,
      value: ratio.value,
      range: ratio,
      unit: "x",
      goal: goalRatio,
      isGoalLeast: true,
      detail: `medians ${median(their).toFixed(0)} : ${median(our).toFixed(1)} ms`,
    },
  ];
}

async function countInstructions(bench: Bench, image: string, diskPath: string): Promise<Finding> {
  const measure = "hello, network and block device, instructions before the app's first";
  if (bench.accelerator === "kvm") return skipped(area, measure, "QEMU counts under TCG only");
  const trace = await traceBoot({
    imagePath: image,
    machine: "microvm",
    arguments: ["hello"],
    environment: [],
    memoryMebibytes: defaultMemoryMebibytes,
    hostEnvironment: process.env,
    devices: deviceWords(diskPath),
    firstFunction: "_start",
  });
  return {
    area,
    measure,
    value: trace.instructions,
    unit: "instructions",
    goal: goalInstructions,
    detail: `${trace.different.toLocaleString("en")} different ones`,
  };
}
