import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { missingSource } from "./missing-source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
  mkdirSync(join(folder, "src"));
  for (const name of ["server.ts", "greet.as.ts", "src/main.c"])
    writeFileSync(join(folder, name), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["sever.ts", "sever.ts: no such file; did you mean server.ts?"],
  ["server.js", "server.js: no such file; did you mean server.ts?"],
  ["server", "server: no such file; did you mean server.ts?"],
  ["greet", "greet: no such file; did you mean greet.as.ts?"],
  ["src/mian.c", "src/mian.c: no such file; did you mean src/main.c?"],
  ["a.c", "a.c: no such file"],
  ["nowhere/main.c", "nowhere/main.c: no such file"],
  ["web", "web: no such file, and no image of that name (`tsuki images` lists them)"],
  ["web:1.0", "web:1.0: no such file, and no image of that name (`tsuki images` lists them)"],
  ["src", "src: it is there, and cannot be read"],
])("of %s it is said: %s", (name, message) => {
  expect(missingSource(join(folder, name), folder).message).toBe(message);
});
