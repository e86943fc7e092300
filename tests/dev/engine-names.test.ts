/** `tsuki dev` takes from V8 what images do not have: the list is the engine's own. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { runInEngine } from "../../src/toolchains/javascript/library/engine-run.fixture.ts";

it("knows what the engine of images has", async () => {
  const { reports } = await runInEngine(join(import.meta.dirname, "engine-names.fixture.ts"));
  const lines = Object.entries(reports[0] as Record<string, readonly string[]>)
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([path, names]) => `  ${JSON.stringify(path)}: ${JSON.stringify(names.join(" "))}`);
  await expect(`{\n${lines.join(",\n")}\n}\n`).toMatchFileSnapshot(
    "../../src/monitors/node/engine/engine-names.json",
  );
});
