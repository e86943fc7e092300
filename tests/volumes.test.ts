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

/** Counts how often it ran, at the beginning of the disk; with an argument it stays until it is stopped. */
const diskSource = `#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
  int disk = open("/data.img", O_RDWR), runs = 0;
  if (disk < 0 || pread(disk, &runs, sizeof runs, 0) != sizeof runs) { perror("disk"); return 1; }
  runs++;
  if (pwrite(disk, &runs, sizeof runs, 0) != sizeof runs || fsync(disk)) { perror("disk"); return 1; }
  printf("run %d\\n", runs);
  fflush(stdout);
  if (count > 1) for (;;) sleep(1000);
}
`;

const place = new Workplace();
const tsuki = async (...words: string[]) => await place.tsuki(words);
const run = async (...words: string[]) =>
  await tsuki("run", "-q", "--monitor", "process", ...words);

describe.skipIf(!canRun)("volumes", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    place.write("app.c", source);
    place.write("disk.c", diskSource);
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

  it("may be disks, which one instance writes", async () => {
    expect((await tsuki("volume", "create", "--size", "1m", "db")).output).toBe("db\n");
    expect((await run("-v", "db:/data.img", "disk.c")).output).toBe("run 1\n");
    const mount = "type=disk,source=db,target=/data.img";
    const onNode = ["run", "-q", "--monitor", "node", "--mount", mount];
    expect((await tsuki(...onNode, "disk.c")).output).toBe("run 2\n");
    const held = ["run", "-q", "-d", "--monitor", "process", "--name", "holder"];
    expect((await tsuki(...held, "-v", "db:/data.img", "disk.c", "stay")).status).toBe(0);
    const refusal = /^tsuki: the disk \S+disk\.img is used by holder; [^\n]+disk-busy\)\n$/;
    for (const words of [onNode, ["run", "--monitor", "process", "-v", "db:/data.img:ro"]]) {
      const { status, errors } = await tsuki(...words, "disk.c");
      expect([status, refusal.test(errors), errors]).toEqual([125, true, errors]);
    }
    expect((await tsuki("volume", "ls")).output).toMatch(/^db +disk +1\.05MB .* holder$/m);
    await tsuki("rm", "-f", "holder");
    expect((await run("-v", "db:/data.img", "disk.c")).output).toBe("run 4\n");
    await tsuki("volume", "rm", "db");
  });

  it("need not be: a disk may be any file", async () => {
    place.write("disk.img", "\0".repeat(512));
    const mount = (file: string) => ["--mount", `type=disk,source=${file},target=/data.img`];
    expect((await run(...mount("./disk.img"), "disk.c")).output).toBe("run 1\n");
    expect((await run(...mount("./disk.img"), "disk.c")).output).toBe("run 2\n");
    expect((await run(...mount("./none.img"), "disk.c")).errors).toContain(
      "no such disk; make one",
    );
  });

  it.each([
    [["volume", "rm", "none"], 1, "no volume is called none"],
    [["volume", "inspect", "none"], 1, "no volume is called none"],
    [["volume", "create", "a/b"], 2, "a/b is no name for a volume"],
    [["volume", "create", "--size", "64q", "x"], 2, "64q is no size of a disk"],
    [["volume", "create", "--size", "100", "x"], 2, "a multiple of 512 bytes"],
    [
      ["run", "--mount", "type=disk,source=none,target=/x", "app.c"],
      127,
      "tsuki volume create --size 64m none",
    ],
    [["run", "--monitor", "qemu", "-v", "./:/x", "app.c"], 125, "give them a disk (tsuki volume"],
    [["run", "-v", "data", "app.c"], 125, "-v data is malformed"],
    [["run", "--mount", "type=tmpfs,target=/x", "app.c"], 125, "is malformed"],
  ])("%j is refused in one line", async (words, status, message) => {
    const ending = await tsuki(...words);
    expect(ending.errors).toContain(message);
    expect(ending.errors.trim().split("\n")).toHaveLength(1);
    expect(ending.status).toBe(status);
  });
});
