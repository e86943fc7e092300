/** Every template: made, built, run; and what its configuration says. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Workplace } from "./command-line.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { untilListening } from "./standalone.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";
const place = new Workplace();
const tsuki = async (...words: string[]) => await place.tsuki(words);
afterAll(() => place.remove());

describe.skipIf(!canRun)("tsuki init", { timeout: 90_000 }, () => {
  it.each(["http-ts", "http-c", "http-as", "static-site"])("%s serves", async (template) => {
    expect((await tsuki("init", "-t", template, template)).errors).toContain("tsuki.config.ts");
    const port = await freePort();
    const publish = ["--publish", `${port}:8080`, "--name", template];
    const run = ["run", "-d", "-q", "--monitor", "process", ...publish, template];
    expect(await tsuki(...run)).toMatchObject({ errors: "", status: 0 });
    await untilListening(port);
    const { status, headers } = await fetch(`http://127.0.0.1:${port}/`);
    await tsuki("rm", "-f", template);
    expect({ status, length: Number(headers.get("content-length")) > 0 }).toEqual({
      status: 200,
      length: true,
    });
  });

  it("worker runs, with the arguments and variables of its configuration", async () => {
    await tsuki("init", "-t", "worker", "worker");
    writeFileSync(
      join(place.folder, "worker", "tsuki.config.ts"),
      `export default { app: "worker.ts", args: ["by", "config"], env: { GREETING: "Salve" } };`,
    );
    const run = ["run", "-q", "--monitor", "process"];
    expect((await tsuki(...run, "worker")).output).toMatch(
      /^Salve: 2 words, the longest "config"\n/,
    );
    const flagged = await tsuki(...run, "-e", "GREETING=Ave", "worker", "--", "x");
    expect(flagged.output).toMatch(/^Ave: 1 words/);
  });

  it("refuses a folder that is not empty, and unknown templates", async () => {
    place.write("full/file", "mine");
    expect(await tsuki("init", "full")).toMatchObject({ status: 2 });
    expect(existsSync(join(place.folder, "full", "tsuki.config.ts"))).toBe(false);
    expect((await tsuki("init", "-t", "java", "new")).errors).toContain("no template named java");
  });

  it("is what run without a source points to", async () => {
    const { errors, status } = await tsuki("run");
    expect(errors).toContain("there is no program here");
    expect(status).toBe(125);
  });

  it("has wrong members of a configuration refused in one line", async () => {
    place.write("wrong/tsuki.config.json", '{"app":"a.c","port":["80:80"]}');
    const { errors, status } = await tsuki("run", "wrong");
    expect(errors).toMatch(/^tsuki: [^\n]*tsuki\.config\.json: [^\n]*port[^\n]*\n$/);
    expect(status).toBe(125);
  });
});
