import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Static } from "typebox";
import { Value } from "typebox/value";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import type { UnikernelConfig } from "../../../types/config.d.ts";
import { configDocumentSchema, type configSchema, loadConfig } from "./config.ts";
import { findConfig } from "./find-config.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("a configuration", () => {
  it("may be TypeScript that imports, and is checked by the same type", async () => {
    write("ports.ts", "export const port: number = 8080;");
    const path = write(
      "tsuki.config.ts",
      `import { defineUnikernel } from "tsuki/config";
       import { port } from "./ports.ts";
       export default defineUnikernel({ app: "server.ts", ports: [\`\${port}:80\`] });`,
    );
    expect(findConfig(folder)).toBe(path);
    expect(await loadConfig(path)).toEqual({
      config: { app: "server.ts", ports: ["8080:80"] },
      folder,
    });
    expectTypeOf<Static<typeof configSchema>["monitor"]>().toEqualTypeOf<
      UnikernelConfig["monitor"]
    >();
    type Volumes = Static<typeof configSchema>["volumes"];
    expectTypeOf<Volumes>().toExtend<UnikernelConfig["volumes"]>();
    expectTypeOf<keyof Static<typeof configSchema>>().toEqualTypeOf<keyof UnikernelConfig>();
  });

  it("may be JSON", async () => {
    const path = write("tsuki.config.json", '{"app":["a.c","b.c"],"env":{"A":"1"}}');
    expect((await loadConfig(path)).config).toEqual({ app: ["a.c", "b.c"], env: { A: "1" } });
  });

  it("in JSON may name its schema, which is one", async () => {
    const path = write("tsuki.config.json", '{"$schema":"x.json","app":"a.c"}');
    expect((await loadConfig(path)).config).toEqual({ app: "a.c" });
    const schema = configDocumentSchema();
    const document = { $schema: "x.json", app: "a.c", compiler: { level: "fast" } };
    expect(Value.Check(schema, document)).toBe(true);
    expect(Value.Check(schema, { app: "a.c", compiler: { level: "slow" } })).toBe(false);
    expect(Value.Check(schema, { app: "a.c", port: [] })).toBe(false);
    const disk = { kind: "disk", source: "data", target: "/data.img" };
    expect(Value.Check(schema, { app: "a.c", volumes: ["a:/a", disk] })).toBe(true);
    expect(Value.Check(schema, { app: "a.c", volumes: [{ ...disk, size: 1 }] })).toBe(false);
  });

  it.each([
    ["tsuki.config.json", "{", "is no JSON document"],
    ["tsuki.config.json", "{}", "app"],
    ["tsuki.config.json", '{"app":"a.c","port":[]}', "port"],
    ["tsuki.config.json", '{"app":"a.c","monitor":"xen"}', "monitor"],
    [
      "tsuki.config.json",
      '{"app":"a.c","volumes":[{"kind":"tape","source":"a","target":"/a"}]}',
      "volumes",
    ],
    ["tsuki.config.js", "export const x = 1;", "exports nothing by default"],
    ["tsuki.config.js", 'throw new Error("no moon");', "no moon"],
    ["tsuki.config.ts", "export default {", "tsuki.config.ts"],
  ])("%s with %j is refused in one line", async (name, text, said) => {
    const refusal = await loadConfig(write(name, text)).catch((error: unknown) => error);
    const message = refusal instanceof Error ? refusal.message : "";
    expect(message).toContain(said);
    expect(message).toContain(folder);
    expect(message.split("\n")).toHaveLength(1);
  });
});
