/** The budget in docs/boot.md, held by counting. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { deviceWords } from "../../benchmarks/qemu/devices/device-machine.ts";
import { type BootTrace, type BootTraceRequest, traceBoot } from "../../src/engine/boot-trace.ts";
import { build } from "../../src/engine/build.ts";
import { buildProgram } from "../../src/image/build.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";
import { compileKernel } from "../../tools/build-kernel.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const devices = "benchmarks/qemu/devices";
const rows = readFileSync(join(root, "docs/boot.md"), "utf8").matchAll(
  /^\| ((?:examples|benchmarks)\/\S+) \| (\S+) \| ([\d,]+) \|$/gm,
);
const budgets = [...rows].map(([, program = "", part = "", limit = ""]) => ({
  program,
  part,
  limit: Number(limit.replaceAll(",", "")),
}));
const programs = [...new Set(budgets.map(({ program }) => program))];

async function built(program: string, platform: "pc" | "node"): Promise<string> {
  const { path } = await build({
    sources: [program],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: root,
    environment: { ...process.env, XDG_CACHE_HOME: folder },
    platform,
  });
  return path;
}

/** An image and the machine that it boots on; the benchmark's has the devices that its kernel takes. */
async function machineOf(program: string): Promise<Partial<BootTraceRequest>> {
  if (!program.startsWith(devices)) return { imagePath: await built(program, "pc") };
  const { wasm: kernel } = await compileKernel(`${devices}/probing.as.ts`);
  const app = readFileSync(await built(program, "node"));
  const imagePath = join(folder, "probing.elf");
  writeFileSync(imagePath, await buildProgram({ platform: "pc", kernel, app }));
  const diskPath = join(folder, "disk");
  writeFileSync(diskPath, new Uint8Array(1 << 20));
  return { imagePath, devices: deviceWords(diskPath), firstFunction: "_start" };
}

async function traceOf(program: string): Promise<BootTrace> {
  return await traceBoot({
    imagePath: "",
    machine: "microvm",
    arguments: ["app"],
    environment: [],
    memoryMebibytes: 256,
    hostEnvironment: process.env,
    ...(await machineOf(program)),
  });
}

describe.skipIf(!hasQemu)(`a boot${qemuNeeded}`, { timeout: 120_000 }, () => {
  test.each(programs)(
    "of %s costs no more instructions than docs/boot.md allows",
    async (program) => {
      const { phases, instructions: all, different } = await traceOf(program);
      const counted = new Map([
        ...phases.map(({ name, instructions }) => [name, instructions] as const),
        ["all", all] as const,
        ["different", different] as const,
      ]);
      for (const budget of budgets.filter((each) => each.program === program)) {
        const spent = counted.get(budget.part) ?? 0;
        expect(spent, `${program}: ${budget.part}`).toBeGreaterThan(0);
        expect(spent, `${program}: ${budget.part}`).toBeLessThanOrEqual(budget.limit);
      }
    },
  );
});
