import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runInEngine } from "./engine-run.fixture.ts";

const document = readFileSync(
  new URL("../../../../docs/web-interfaces.md", import.meta.url),
  "utf8",
);

/** Rows of the tables: names in code, and the state. */
const rows = [...document.matchAll(/^\| (`[^|]+`) \| (yes|partly|no) \|/gm)].flatMap(
  ([, names = "", state]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => ({ name, state })),
);

describe("docs/web-interfaces.md", async () => {
  const { reports } = await runInEngine(
    fileURLToPath(new URL("globals.fixture.ts", import.meta.url)),
  );
  const present = new Set((reports as string[][])[0]);

  it("names all that WinterTC asks for", () => expect(rows.length).toBeGreaterThan(70));

  it.each(rows)("$name: $state", ({ name, state }) =>
    expect(present.has(name)).toBe(state !== "no"),
  );
});
