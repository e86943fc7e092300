/** Volumes: what one instance writes another finds, and nobody takes it away meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "./command-line.fixture.ts";

const canRun = process.platform === "linux" && process.arch === "x64";

/** Appends its argument to a file of the volume and prints all of it. */
const source = `#include <stdio.h>
#include <string.h>
int main(int count, char **words) {
  FILE *file = fopen("/data/log", "a+");
  if (!file || (count > 1 && fprintf(file, "%s\\n", words[1]) < 0) || fflush(file)) {
    perror("log");
    return 1;
  }
  rewind(file);
  for (int byte; (byte = getc(file)) != EOF;) putchar(byte);
}
`;

const place = new Workplace();
const tsuki = async (...words: string[]) => await place.tsuki(words);
const run = async (...words: string[]) =>
  await tsuki("run", "-q", "--monitor", "process", ...words);

describe.skipIf(!canRun)("volumes", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    place.write("app.c", source);
    await tsuki("build", "-q", "app.c");
  }, 120_000);
  afterAll(() => place.remove());

  it("keep what instances write", async () => {
    expect(await tsuki("volume", "create", "--label", "of=test", "log")).toMatchObject({
      output: "log\n",
      errors: "",
    });
    expect((await run("-v", "log:/data", "app.c", "one")).output).toBe("one\n");
    const mount = "type=volume,source=log,target=/data";
    expect((await run("--mount", mount, "app.c", "two")).output).toBe("one\ntwo\n");
    const [volume] = JSON.parse((await tsuki("volume", "ls", "--json")).output) as unknown[];
    expect(volume).toMatchObject({ name: "log", labels: { of: "test" }, usedBy: [] });
  });

  it("are not written to where they are read-only", async () => {
    expect(await run("-v", "log:/data:ro", "app.c", "x")).toMatchObject({ status: 1, output: "" });
  });

  it("are made when an instance names them, and stay while it is there", async () => {
    const made = ["create", "-q", "--monitor", "process", "--name", "one", "-v", "new:/data"];
    await tsuki(...made, "app.c", "late");
    expect((await tsuki("volume", "ls")).output).toMatch(/^new .* one$/m);
    expect(await tsuki("volume", "rm", "new")).toMatchObject({
      status: 1,
      errors: expect.stringContaining("the volume new is used by one") as unknown,
    });
    await tsuki("start", "one");
    await tsuki("wait", "one");
    expect((await tsuki("logs", "one")).output).toBe("late\n");
    await tsuki("rm", "one");
    expect((await tsuki("volume", "prune")).output).toBe("log\nnew\n");
    expect((await tsuki("volume", "ls", "-q")).output).toBe("");
  });

  it.each([
    [["volume", "rm", "none"], 1, "no volume is called none"],
    [["volume", "inspect", "none"], 1, "no volume is called none"],
    [["volume", "create", "a/b"], 2, "a/b is no name for a volume"],
    [["run", "-v", "data", "app.c"], 125, "-v data is malformed"],
    [["run", "--mount", "type=tmpfs,target=/x", "app.c"], 125, "is malformed"],
  ])("%j is refused in one line", async (words, status, message) => {
    const ending = await tsuki(...words);
    expect(ending.errors).toContain(message);
    expect(ending.errors.trim().split("\n")).toHaveLength(1);
    expect(ending.status).toBe(status);
  });
});
