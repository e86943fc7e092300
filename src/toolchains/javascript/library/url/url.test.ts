import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compareWithNode } from "../differential.fixture.ts";
import { runInEngine } from "../engine-run.fixture.ts";

await compareWithNode(new URL("url.suite.ts", import.meta.url));

it("follows the standard where it has changed since Node 20", async () => {
  const { reports } = await runInEngine(
    fileURLToPath(new URL("newer.fixture.ts", import.meta.url)),
  );
  expect(reports).toEqual(["http://a/%5E", "data:a%20#x", "data:a%20?x"]);
});
