/** Processors that lack what compiled code may use. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { defaultCodeOptions } from "../../src/contracts/build.ts";
import { build } from "../../src/engine/build.ts";
import { hasQemu, runGuest } from "../../src/image/pc/machine.fixture.ts";
import { processorRefusals } from "../../src/image/processor-check.ts";
import { qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = "console.log(popcnt<i32>(process.argv.length * 3).toString());";

const refusalStatus = 125;

/** Counts zeroes that only the running program knows. */
const counts =
  "const none = process.argv.length * 0;\n" +
  "console.log(clz<i32>(none).toString() + ' ' + ctz<u64>(<u64>none).toString());";

describe.skipIf(!hasQemu)(`a processor${qemuNeeded}`, { timeout: 60_000 }, () => {
  test("below the level of an image is refused in one line, and one of it is not", async () => {
    writeFileSync(join(folder, "counts.as.ts"), counts);
    const { image } = await build({
      sources: ["counts.as.ts"],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: folder,
      environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      platform: "pc",
      code: { ...defaultCodeOptions, cpu: "v3" },
    });
    const saidOn = async (processor: string) => {
      const { output, status } = await runGuest(image, "microvm", processor);
      return { text: new TextDecoder().decode(output), status };
    };
    expect((await saidOn("max")).text).toBe("32 64\n");
    for (const processor of ["Nehalem", "max,bmi2=off", "max,abm=off"]) {
      expect({ processor, ...(await saidOn(processor)) }).toEqual({
        processor,
        text: `tsuki: ${processorRefusals.v3}\n`,
        status: 2 * refusalStatus + 1,
      });
    }
  });

  test("that is too old is told from a program that is wrong", async () => {
    writeFileSync(join(folder, "app.as.ts"), program);
    const { image } = await build({
      sources: ["app.as.ts"],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: folder,
      environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      platform: "pc",
    });
    const saidOn = async (processor: string) => {
      const { output } = await runGuest(image, "microvm", processor);
      return new TextDecoder().decode(output);
    };
    expect(await saidOn("max")).toBe("0\n");
    expect(await saidOn("pentium3,+lm,+nx,+syscall")).toMatch(
      /^tsuki: this processor lacks SSE4\.2 or POPCNT; .*\n$/,
    );
  });
});
