/** One image, whichever way a loader enters it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { type MachineType, machineTypes } from "../../src/monitors/qemu/command.ts";
import { qemuMonitor } from "../../src/monitors/qemu/monitor.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { ProbeImages } from "../built-monitors.fixture.ts";
import { loaderMemoryMebibytes, loaderOf, otherBootWays } from "./loader.fixture.ts";

const images = new ProbeImages();
const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => {
  images.remove();
  rmSync(folder, { recursive: true });
});

const cases = machineTypes.flatMap((machine) => otherBootWays.map((way) => ({ machine, way })));

describe.skipIf(!hasQemu)(`an image${qemuNeeded}`, { timeout: 60_000 }, () => {
  test.each(cases)("boots by $way on $machine", async ({ machine, way }) => {
    const run = async (words: readonly string[]) => {
      const image = readFileSync(await images.path("pc"));
      const imagePath = join(folder, "loader");
      writeFileSync(imagePath, loaderOf(image, way, ["probe", ...words]));
      return await launch({ machine, imagePath, words: [], mebibytes: loaderMemoryMebibytes });
    };
    expect(await run(["arguments", "one"])).toEqual({
      status: 0,
      output: "[probe]\n[arguments]\n[one]\n",
    });
    // 32 MiB of the 64 that the loader tells of.
    expect(await run(["fill"])).toEqual({ status: 0, output: "" });
  });

  test.each(machineTypes)("has memory above 4 GiB for its app on %s", async (machine) => {
    const imagePath = await images.path("pc");
    expect(await launch({ machine, imagePath, words: ["fill"], mebibytes: 5120 })).toEqual({
      status: 0,
      output: "",
    });
  });
});

interface Launch {
  readonly machine: MachineType;
  readonly imagePath: string;
  readonly words: readonly string[];
  readonly mebibytes: number;
}

async function launch({ machine, imagePath, words, mebibytes }: Launch) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const monitor = qemuMonitor({ machine, accelerator: "tcg", environment: process.env });
  const instance = await monitor.launch({
    imagePath,
    arguments: ["probe", ...words],
    environment: [],
    streams: { stdin: stdin.end(), stdout, stderr },
    memoryMebibytes: mebibytes,
  });
  const status = await instance.wait();
  stdout.end();
  return { status, output: await text(stdout) };
}
