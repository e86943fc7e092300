/** Transfers of a block device by our driver, against a Linux guest on the same disk. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../../src/image/build.ts";
import { compileKernel } from "../../../tools/build-kernel.ts";
import type { Bench } from "../../bench.ts";
import { compilerMissing, compileStatic, findCompiler } from "../../launcher/c-compiler.ts";
import { type Finding, skipped } from "../../report/finding.ts";
import { median, pairedRatio } from "../../report/statistics.ts";
import type { MeasuredMachine } from "../machine.ts";
import { imageWords, linuxWords } from "./device-machine.ts";
import { linuxMissing, makeLinuxGuest } from "./linux-guest.ts";

const area = "qemu";
const driverMeasure = "block device, our driver's rate to Linux's";
const fileMeasure = "disk, an app's rate to one's on Linux";
const shareMeasure = "disk, an app's rate to our driver's";
const roundCount = 7;
const timeLimitMs = 300_000;

/** An app that nothing starts, but that makes its kernel look for devices: it imports fd_read. */
const idleApp = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 9, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f],
  ...[2, 0x22, 1, 0x16, ...Buffer.from("wasi_snapshot_preview1")],
  ...[7, ...Buffer.from("fd_read"), 0, 0],
  ...[5, 3, 1, 0, 1],
]);

/** Nanoseconds by the name of a transfer. */
type Times = ReadonlyMap<string, number>;

/** By turns, each on a machine of its own. */
export async function measureTransfers(
  bench: Bench,
  machine: MeasuredMachine,
  diskPath: string,
): Promise<Finding[]> {
  const compiler = findCompiler();
  const missing = compiler === undefined ? compilerMissing : linuxMissing(bench);
  if (missing !== undefined || compiler === undefined) {
    return [skipped(area, driverMeasure, missing ?? compilerMissing)];
  }
  bench.note("qemu: transfers of block devices");
  const { wasm: kernel } = await compileKernel("benchmarks/qemu/devices/transfers.as.ts");
  const image = bench.path("transfers");
  writeFileSync(image, await buildProgram({ platform: "pc", kernel, app: idleApp }));
  const program = bench.path("transfers-linux");
  const source = fileURLToPath(new URL("transfers.c", import.meta.url));
  if (!compileStatic(compiler, source, program))
    return [skipped(area, driverMeasure, compilerMissing)];
  const commands = ["/transfers > /dev/ttyS0"];
  const guest = makeLinuxGuest(bench, "transfers", commands, { transfers: program });
  const ours: Times[] = [];
  const linux: Times[] = [];
  for (let round = 0; round < bench.rounds(roundCount); round++) {
    ours.push(timesOf(imageWords(machine, image, diskPath)));
    linux.push(timesOf(linuxWords(machine, guest, diskPath)));
  }
  const files = await measureFiles(bench, machine, diskPath, compiler, ours);
  return [
    ...[...(ours[0]?.keys() ?? [])].map((name) => finding(bench, driverMeasure, name, ours, linux)),
    ...files,
  ];
}

/** The same of an app's file, one call after the other, and what of the driver's rate is left. */
async function measureFiles(
  bench: Bench,
  machine: MeasuredMachine,
  diskPath: string,
  compiler: string,
  driver: readonly Times[],
): Promise<Finding[]> {
  const source = fileURLToPath(new URL("files.c", import.meta.url));
  const image = bench.image(source, "pc", "files");
  const program = bench.path("files-linux");
  if (!compileStatic(compiler, source, program))
    return [skipped(area, fileMeasure, compilerMissing)];
  const guest = makeLinuxGuest(bench, "files", ["/files > /dev/ttyS0"], { files: program });
  const ours: Times[] = [];
  const linux: Times[] = [];
  for (let round = 0; round < bench.rounds(roundCount); round++) {
    ours.push(timesOf(withDisk(imageWords(machine, image, diskPath))));
    linux.push(timesOf(linuxWords(machine, guest, diskPath)));
  }
  const names = [...(ours[0]?.keys() ?? [])];
  const shared = names.filter((name) => driver[0]?.has(name) === true);
  return [
    ...names.map((name) => finding(bench, fileMeasure, name, ours, linux)),
    ...shared.map((name) => {
      const { goal: _goal, ...share } = finding(bench, shareMeasure, name, ours, driver);
      return share;
    }),
  ];
}

/** The machine's block device is the app's disk. */
function withDisk(words: readonly string[]): string[] {
  const place = words.indexOf("-append") + 1;
  return words.map((word, index) => (index === place ? `${word} tsuki.disk=/data.img` : word));
}

function finding(
  bench: Bench,
  measure: string,
  name: string,
  ours: readonly Times[],
  linux: readonly Times[],
): Finding {
  const our = ours.map((times) => times.get(name) ?? Number.NaN);
  const their = linux.map((times) => times.get(name) ?? Number.NaN);
  const ratio = pairedRatio(their, our);
  const milliseconds = (values: readonly number[]): string => (median(values) / 1e6).toFixed(1);
  return {
    area,
    measure: `${measure}, ${name} (${bench.accelerator})`,
    value: ratio.value,
    range: ratio,
    unit: "x",
    goal: 1,
    isGoalLeast: true,
    detail: `medians ${milliseconds(our)} : ${milliseconds(their)} ms`,
  };
}

/** What a guest says of its transfers. */
function timesOf([program = "", ...parameters]: readonly string[]): Times {
  const { stdout } = spawnSync(program, parameters, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore", "pipe"],
    timeout: timeLimitMs,
  });
  const lines = [...stdout.matchAll(/^([^:\r\n]+): (\d+)\r?$/gm)];
  if (lines.length === 0) throw new Error(`a guest did no transfers; it said: ${stdout}`);
  return new Map(lines.map(([, name = "", nanoseconds]) => [name, Number(nanoseconds)]));
}
