/** Processors that lack what compiled code may use. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { build } from "../../src/engine/build.ts";
import { hasQemu, runGuest } from "../../src/image/pc/machine.fixture.ts";
import { qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = "console.log(popcnt<i32>(process.argv.length * 3).toString());";

describe.skipIf(!hasQemu)(`a processor${qemuNeeded}`, { timeout: 60_000 }, () => {
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
