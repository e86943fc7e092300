/** The budget in docs/boot.md, held by counting. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { traceBoot } from "../../src/engine/boot-trace.ts";
import { build } from "../../src/engine/build.ts";
import { hasQemu, qemuNeeded } from "../../src/monitors/qemu/qemu.fixture.ts";

const root = join(import.meta.dirname, "../..");
const cache = mkdtempSync(join(tmpdir(), "tsuki-test-"));
afterAll(() => rmSync(cache, { recursive: true }));

const rows = readFileSync(join(root, "docs/boot.md"), "utf8").matchAll(
  /^\| (examples\/\S+) \| (\S+) \| ([\d,]+) \|$/gm,
);
const budgets = [...rows].map(([, program = "", part = "", limit = ""]) => ({
  program,
  part,
  limit: Number(limit.replaceAll(",", "")),
}));
const programs = [...new Set(budgets.map(({ program }) => program))];

describe.skipIf(!hasQemu)(`a boot${qemuNeeded}`, { timeout: 120_000 }, () => {
  test.each(programs)(
    "of %s costs no more instructions than docs/boot.md allows",
    async (program) => {
      const { path } = await build({
        sources: [program],
        includeDirectories: [],
        toolchain: undefined,
        workingDirectory: root,
        environment: { ...process.env, XDG_CACHE_HOME: cache },
        platform: "pc",
      });
      const { phases, instructions: all } = await traceBoot({
        imagePath: path,
        machine: "microvm",
        arguments: ["app"],
        environment: [],
        memoryMebibytes: 256,
        hostEnvironment: process.env,
      });
      const counted = new Map([
        ...phases.map(({ name, instructions }) => [name, instructions] as const),
        ["all", all],
      ]);
      for (const budget of budgets.filter((each) => each.program === program)) {
        const spent = counted.get(budget.part) ?? 0;
        expect(spent, `${program}: ${budget.part}`).toBeGreaterThan(0);
        expect(spent, `${program}: ${budget.part}`).toBeLessThanOrEqual(budget.limit);
      }
    },
  );
});
