/** Machines on which an image cannot run say so before any of its kernel does. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../../src/engine/build.ts";
import { hasQemu, runMachine } from "../../src/image/pc/machine.fixture.ts";
import { qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lean = "microvm,acpi=off,pit=off,pic=off,rtc=off,x-option-roms=off,isa-serial=on";
const statusOf = (exitStatus: number) => 2 * exitStatus + 1;

const badMachines = [
  ["a processor of 32 bits", "qemu32", "16M", /^tsuki: this processor lacks long mode or .*\n$/],
  ["a processor without no-execute", "max,-nx", "16M", /^tsuki: this processor lacks .*\n$/],
  [
    "less memory than the image fills",
    "max",
    "1152K",
    /^tsuki: .* less memory than the image.*\n$/,
  ],
] as const;

describe.skipIf(!hasQemu)(`a machine${qemuNeeded}`, { timeout: 60_000 }, () => {
  let image: Uint8Array;
  beforeAll(async () => {
    writeFileSync(join(folder, "app.as.ts"), "console.log(process.argv.length.toString());");
    ({ image } = await build({
      sources: ["app.as.ts"],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: folder,
      environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      platform: "pc",
    }));
  }, 60_000);

  test.each(badMachines)(
    "with %s is refused in one line",
    async (_what, processor, memory, said) => {
      const flags = ["-M", lean, "-bios", "qboot.rom", "-m", memory];
      const debugExit = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"];
      const { output, status } = await runMachine(image, [...flags, ...debugExit], processor);
      expect(new TextDecoder().decode(output)).toMatch(said);
      expect(status).toBe(statusOf(125));
    },
  );
});
