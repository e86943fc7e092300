import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { commandFromText } from "./command.ts";
import { runInReference } from "./reference.ts";
import { failedChecks, relaxedModule } from "./relaxed-operators.ts";
import { canRunSubject, codeModes, runInSubject } from "./subject.ts";

// Node 20 has them, and does not say so.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const modes = codeModes.filter(([, { memory }]) => memory === "reserved");
const command = commandFromText(relaxedModule());

describe("relaxed vector instructions give what the standard allows", () => {
  it("in V8, whose sums of products are wrong where it uses AVX-VNNI", () => {
    const [outcome] = runInReference(command);
    const others = failedChecks(outcome).filter((name) => !name.endsWith("_add_s"));
    expect(others).toEqual([]);
  });

  it.skipIf(!canRunSubject).each(modes)("%s", async (_, code) => {
    const [outcome] = await runInSubject(command, code);
    expect(failedChecks(outcome)).toEqual([]);
  });
});
