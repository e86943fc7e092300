/** Disks as programs see them, on every monitor, and who keeps whom from them. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { builtFile } from "../src/engine/package-files.ts";
import type { DiskMount, Monitor } from "../src/monitors/interface.ts";
import { diskLock } from "../src/monitors/lock-disk.ts";
import { consoleMonitorCase, monitorCases } from "./built-monitors.fixture.ts";
import { FileProgram, type FileRun } from "./file-program.fixture.ts";

const work = mkdtempSync(join(tmpdir(), "tsuki-disks-"));
afterAll(() => rmSync(work, { recursive: true }));

const options = { timeout: 120_000 };
const program = new FileProgram(work);
const here = monitorCases.filter(({ isHere }) => isHere);
const target = "/data.img";
const size = 200_000;

let disks = 0;

/** A new disk of zeroes, of a size that is no multiple of a page. */
function newDisk(): string {
  const path = join(work, `disk-${++disks}.img`);
  writeFileSync(path, "");
  truncateSync(path, size - (size % 512));
  return path;
}

/** How a monitor is told of disks. */
function given(
  monitor: Monitor,
  mounts: readonly DiskMount[],
): Pick<FileRun, "disks" | "environment"> {
  if (monitor.name === "qemu") return { disks: mounts };
  const entries = mounts.map(
    ({ path, target: place, isReadOnly }) => `${path}:${place}${isReadOnly ? ":ro" : ""}`,
  );
  return { environment: [`TSUKI_DISK=${entries.join(",")}`] };
}

const commandsOf = (steps: readonly (readonly [string, string])[]) => steps.map(([word]) => word);
const outcomes = (steps: readonly (readonly [string, string])[]) => steps.map(([, one]) => one);

describe.each(here)("a disk on $title", options, ({ open }) => {
  test("is one file of its size, which nothing changes", async () => {
    const path = newDisk();
    const bytes = readFileSync(path).length;
    const steps = [
      ["stat data.img", `file ${bytes}`],
      ["open 0 data.img rwc", "0"],
      ["fstat 0", `file ${bytes}`],
      ["write 0 hello", "5"],
      ["pread 0 7 0", '"hello00"'],
      ["seek 0 -3 e", `${bytes - 3}`],
      ["write 0 abcdef", "3"],
      ["write 0 x", "ENOSPC"],
      ["read 0 5", '""'],
      ["pread 0 9 199674", '"000abc"'],
      ["open 1 data.img wa", "0"],
      ["write 1 x", "ENOSPC"],
      [`truncate 0 ${bytes}`, "0"],
      [`truncate 0 ${bytes + 1}`, "EFBIG"],
      ["truncate 0 0", "EPERM"],
      ["open 2 data.img wt", "EPERM"],
      ["open 2 data.img wcx", "EEXIST"],
      ["open 2 data.img rd", "ENOTDIR"],
      ["open 2 data.img/x r", "ENOTDIR"],
      ["list data.img", "ENOTDIR"],
      ["mkdir data.img", "EEXIST"],
      ["rmdir data.img", "ENOTDIR"],
      ["unlink data.img", "EBUSY"],
      ["rename data.img tmp/x", "EXDEV"],
      ["readlink data.img", "EINVAL"],
      ["times data.img 5", "EPERM"],
      ["sync 0", "0"],
      ["seek 0 1000 s", "1000"],
      ["fill 0 300000", `ENOSPC after ${bytes - 1000}`],
      ["sync 0", "0"],
    ] as const;
    const monitor = open();
    const mounts = given(monitor, [{ path, target, isReadOnly: false }]);
    const run = { root: "", commands: commandsOf(steps), ...mounts };
    const { lines } = await program.run(monitor, run);
    expect(lines).toEqual(outcomes(steps));
    const expected = Buffer.alloc(bytes, "x").fill(0, 5, 1000);
    expected.write("hello");
    expect(Buffer.compare(readFileSync(path), expected)).toBe(0);
  });

  test("is not written where it is read-only, and is told from others", async () => {
    const [first, second] = [newDisk(), newDisk()];
    writeFileSync(first, "1".repeat(512));
    writeFileSync(second, "2".repeat(1024));
    const steps = [
      ["open 0 a r", "0"],
      ["pread 0 3 510", '"11"'],
      ["open 1 deep/b rw", "0"],
      ["pread 1 3 1022", '"22"'],
      ["open 2 a rw", "EROFS"],
      ["unlink a", "EBUSY"],
      ["write 1 x", "1"],
    ] as const;
    const monitor = open();
    const mounts = given(monitor, [
      { path: first, target: "/a", isReadOnly: true },
      { path: second, target: "/deep/b", isReadOnly: false },
    ]);
    const run = { root: "", commands: commandsOf(steps), ...mounts };
    expect((await program.run(monitor, run)).lines).toEqual(outcomes(steps));
    expect(readFileSync(second, "latin1").slice(0, 3)).toBe("x22");
  });
});

describe.each(here)("the counters of a disk on $title", options, ({ open }) => {
  test("tell what was read and written", async () => {
    const monitor = open();
    const mounts = given(monitor, [{ path: newDisk(), target, isReadOnly: false }]);
    const run = { root: "", hasReports: true, ...mounts };
    const { instance, stdin, stdout, ended } = await program.start(monitor, run);
    const commands = [
      "open 0 data.img rw",
      "fill 0 100000",
      "sync 0",
      "pread 0 100 150000",
      "pread 0 100 90000",
    ];
    const speaks = new Promise((resolve) => stdout.once("readable", resolve));
    stdin.write(`${commands.join("\n")}\nstat data.img\n`);
    await speaks;
    let health = await instance.health(10_000);
    while (health?.state === "starting") health = await instance.health(10_000);
    const metrics = await instance.metrics(10_000);
    stdin.end();
    await ended();
    const [disk, ...others] = metrics?.disks ?? [];
    expect(others).toEqual([]);
    // A block device is written whole sectors, and read those at the ends of what is written.
    expect(disk).toMatchObject({ writes: 2, failedRequests: 0 });
    expect(disk?.writtenBytes).toBeGreaterThanOrEqual(100_000);
    expect(disk?.writtenBytes).toBeLessThan(101_000);
    expect(disk?.reads).toBeGreaterThanOrEqual(1);
    expect(disk?.readBytes).toBeGreaterThanOrEqual(100);
  });
});

const apart = here.filter(({ title }) => !title.includes("q35"));
const canLock = process.platform === "linux" && process.arch === "x64";

/** Whether an instance that is to have a disk is refused it. */
async function isRefused(monitor: Monitor, mounts: readonly DiskMount[]): Promise<boolean> {
  const run = program.run(monitor, { root: "", ...given(monitor, mounts) });
  if (monitor.name === "qemu") {
    return await run.then(
      () => false,
      (error: unknown) => String(error).includes("another instance has a disk"),
    );
  }
  const { status, errors } = await run;
  expect(errors).toMatch(/^$|^tsuki: cannot mount .*: another instance has it; [^\n]*\n$/);
  return status === 125;
}

describe.skipIf(!canLock).each(apart)("while an instance on $title has a disk", options, (one) => {
  test.each([
    ["to write", false],
    ["to read", true],
  ])("%s, others have it by the rules", async (_what, isReadOnly) => {
    const disk = { path: newDisk(), target };
    const monitor = one.open();
    const mounts = given(monitor, [{ ...disk, isReadOnly }]);
    const { stdin, stdout, ended } = await program.start(monitor, { root: "", ...mounts });
    const speaks = new Promise((resolve) => stdout.once("readable", resolve));
    stdin.write("stat data.img\n");
    await speaks;
    for (const other of apart) {
      expect(await isRefused(other.open(), [{ ...disk, isReadOnly: false }])).toBe(true);
      expect(await isRefused(other.open(), [{ ...disk, isReadOnly: true }])).toBe(!isReadOnly);
    }
    stdin.end();
    expect((await ended()).status).toBe(0);
    expect(await isRefused(monitor, [{ ...disk, isReadOnly: false }])).toBe(false);
  });
});

const machines = here.filter(({ title }) => title.includes("q35") || title.includes("microvm"));

describe.each(machines)("eight disks on $title", options, ({ title, open }) => {
  test("are there with the arguments, or refused in one line where there is no room", async () => {
    const mounts = Array.from({ length: 8 }, (_, place) => {
      return { path: newDisk(), target: `/disk${place}`, isReadOnly: false };
    });
    const monitor = open();
    const run = program.run(monitor, {
      root: "",
      commands: ["stat disk7"],
      ...given(monitor, mounts),
    });
    if (title.includes("q35")) expect((await run).lines[0]).toMatch(/^file \d+$/);
    else
      await expect(run).rejects.toThrow(/^this machine has room for [67] disks, .*--machine q35/);
  });
});

const withFiles = here.filter(({ title }) => title === "process" || title === "node");

describe.each(withFiles)("a disk that cannot be had on $title", options, ({ open }) => {
  test.each([
    ["missing:/data", /^tsuki: cannot mount missing: no such file\n$/],
    ["file", /^tsuki: cannot mount file: not of the form file:\/target\[:ro\]\n$/],
    [`${work}:/data`, /^tsuki: cannot mount .*: a folder, and no disk\n$/],
    ["/dev/null:/data", /^tsuki: cannot mount .*: neither a file nor a block device\n$/],
  ])("TSUKI_DISK=%s: one line, status 125", async (disk, line) => {
    const environment = [`TSUKI_DISK=${disk}`];
    const { status, errors } = await program.run(open(), { root: "", environment });
    expect(status).toBe(125);
    expect(errors).toMatch(line);
  });
});

const { title: solo5, isHere: hasSolo5, open: openSolo5 } = consoleMonitorCase;

describe.skipIf(!hasSolo5)(`disks on ${solo5}`, options, () => {
  const monitor = openSolo5();
  const given5 = (mounts: readonly DiskMount[]) => {
    const entries = mounts.map(({ path, target: place }) => `${path}:${place}`);
    return { disks: mounts, environment: [`TSUKI_DISK=${entries.join(",")}`] };
  };

  test("are files of their size, which nothing makes durable", async () => {
    const [first, second] = [newDisk(), newDisk()];
    const bytes = readFileSync(first).length;
    const steps = [
      ["stat data.img", `file ${bytes}`],
      ["open 0 data.img rw", "0"],
      ["write 0 hello", "5"],
      ["pread 0 7 0", '"hello00"'],
      ["seek 0 -3 e", `${bytes - 3}`],
      ["write 0 abcdef", "3"],
      ["write 0 x", "ENOSPC"],
      ["seek 0 1000 s", "1000"],
      ["fill 0 300000", `ENOSPC after ${bytes - 1000}`],
      ["sync 0", "ENOTSUP"],
      ["open 1 other rw", "0"],
      ["write 1 second", "6"],
    ] as const;
    const mounts = given5([
      { path: first, target, isReadOnly: false },
      { path: second, target: "/other", isReadOnly: false },
    ]);
    const run = { root: "", commands: commandsOf(steps), ...mounts };
    expect((await program.run(monitor, run)).lines).toEqual(outcomes(steps));
    const expected = Buffer.alloc(bytes, "x").fill(0, 5, 1000);
    expected.write("hello");
    expect(Buffer.compare(readFileSync(first), expected)).toBe(0);
    expect(readFileSync(second, "latin1").slice(0, 6)).toBe("second");
  });

  test("have one writer, which is the tender", async () => {
    const path = newDisk();
    const held = openSync(path, "r+");
    expect(diskLock(builtFile("tsuki-host"))(held, false)).toBe(true);
    const mounts = given5([{ path, target, isReadOnly: false }]);
    const start = async () => await program.run(monitor, { root: "", commands: ["x"], ...mounts });
    await expect(start()).rejects.toMatchObject({ code: "disk-busy" });
    closeSync(held);
    expect((await start()).status).toBe(0);
    const [lost] = given5([{ path, target, isReadOnly: false }]).environment;
    const without = { root: "", commands: ["x"], environment: [lost ?? ""] };
    const { status, lines } = await program.run(monitor, without);
    expect(status).toBe(125);
    expect(lines[0]).toMatch(/^tsuki: cannot mount .*: its tender has attached no block device/);
  });
});
