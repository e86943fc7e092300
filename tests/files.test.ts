/** Files as programs see them, wherever they lie and whatever runs the program. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Monitor } from "../src/monitors/interface.ts";
import { consoleMonitorCase, monitorCases } from "./built-monitors.fixture.ts";
import { behaviours, type FilePlace, outcomeAt } from "./file-behaviours.fixture.ts";
import { FileProgram } from "./file-program.fixture.ts";

const work = mkdtempSync(join(tmpdir(), "tsuki-files-"));
afterAll(() => rmSync(work, { recursive: true }));

const options = { timeout: 120_000 };
const program = new FileProgram(work, () => {
  mkdirSync(join(work, "public", "texts", "empty"), { recursive: true });
  writeFileSync(join(work, "public", "hello.txt"), "hello\n");
  writeFileSync(join(work, "public", "texts", "größe.txt"), "x".repeat(5000));
  return [{ source: "public", target: "/srv" }];
});

/** What the program prints for each command. */
async function act(
  monitor: Monitor,
  root: string,
  commands: readonly string[],
  environment: readonly string[] = [],
): Promise<readonly string[]> {
  const { status, lines, errors } = await program.run(monitor, { root, commands, environment });
  expect([status, errors]).toEqual([0, ""]);
  return lines;
}

let folders = 0;

/** A new folder below one that has what nobody may reach. */
function newFolder(): string {
  const outer = join(work, `outer-${++folders}`);
  mkdirSync(join(outer, "folder"), { recursive: true });
  writeFileSync(join(outer, "outside"), "secret");
  return join(outer, "folder");
}

const cases = [...monitorCases, consoleMonitorCase];
const here = cases.filter(({ isHere, title }) => isHere && !title.includes("q35"));
const withFolders = here.filter(({ title }) => title === "process" || title === "node");

const read = (steps: (typeof behaviours)[number]["steps"], place: FilePlace) => ({
  commands: steps.map(([command]) => command),
  expected: steps.map(([command, outcome]) => `${command}: ${outcomeAt(outcome, place)}`),
});

const paired = (commands: readonly string[], printed: readonly string[]): readonly string[] =>
  commands.map((command, index) => `${command}: ${printed[index]}`);

/** Where there is no input, commands are arguments, for which there is little room. */
const lineBytes = 6000;

describe.each(here)("files on $title", options, (monitorCase) => {
  const { open } = monitorCase;
  const isConsole = monitorCase === consoleMonitorCase;
  const short = behaviours.filter(
    ({ steps }) => !isConsole || steps.map(([command]) => command).join(" ").length < lineBytes,
  );

  test.each(short)("in memory: $title", async ({ steps }) => {
    const { commands, expected } = read(steps, "memory");
    expect(paired(commands, await act(open(), "/tmp", commands))).toEqual(expected);
  });

  test("embedded: are read, and nothing else", async () => {
    const steps = [
      ["open 0 hello.txt r", "0"],
      ["read 0 99", '"hello0"'.replace("0", "\n")],
      ["stat texts/größe.txt", "file 5000"],
      ["list .", "hello.txt texts"],
      ["list texts/empty", ""],
      ["open 1 hello.txt rw", "EROFS"],
      ["open 1 hello.txt rt", "EROFS"],
      ["open 1 hello.txt rc", "0"],
      ["open 1 hello.txt rcx", "EEXIST"],
      ["open 1 new wc", "EROFS"],
      ["open 1 none r", "ENOENT"],
      ["open 1 texts w", "EISDIR"],
      ["mkdir d", "EROFS"],
      ["mkdir texts", "EEXIST"],
      ["unlink hello.txt", "EROFS"],
      ["rmdir texts/empty", "EROFS"],
      ["rename hello.txt bye.txt", "EROFS"],
      ["times hello.txt 1", "EROFS"],
      ["symlink a b", "EROFS"],
      ["stat ../srv/hello.txt", "file 6"],
      ["stat ../../srv", "ENOTCAPABLE"],
    ];
    const commands = steps.map(([command = ""]) => command);
    const printed = (await act(open(), "/srv", commands)).join("\n").replace('"hello\n"', "hello");
    expect(printed.split("\n")).toEqual(
      steps.map(([, outcome = ""]) => (outcome.includes("hello\n") ? "hello" : outcome)),
    );
  });

  test("in memory: are bounded", async () => {
    const printed = await act(open(), "/tmp", [
      "open 0 a wc",
      "fill 0 200000000",
      "open 1 b wc",
      "write 1 x",
      "truncate 0 0",
      "write 1 x",
    ]);
    expect(printed[1]).toMatch(/^ENOSPC after \d{7,8}$/);
    expect(printed.slice(2)).toEqual(["0", "ENOSPC", "0", "1"]);
  });

  test.skipIf(isConsole)("in memory: names are bounded, and come back", async () => {
    const names = Array.from({ length: 4200 }, (_, index) => `open 0 ${index} wc\nclose 0`);
    const again = ["unlink 1", "close 0", "open 0 again wc"];
    const printed = await act(open(), "/tmp", [...names, ...again]);
    expect(printed.filter((line) => line === "ENOSPC").length).toBeGreaterThan(100);
    expect(printed.at(-1)).toBe("0");
  });
});

/** Node has no way to open a file below a directory: it can be fooled in time (docs/files.md). */
const withoutRaces = withFolders.filter(({ title }) => title === "process");

describe.each(withoutRaces)("folders of the host on $title", options, ({ open }) => {
  test("whoever swaps directories for links meanwhile is not in time", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real", "outside"), "harmless");
    symlinkSync("..", join(folder, "link"));
    const race = { isOver: false };
    const swap = async () => {
      for (let turn = 0; !race.isOver; turn++) {
        renameSync(join(folder, turn % 2 === 0 ? "real" : "link"), join(folder, "d"));
        await new Promise((resolve) => setImmediate(resolve));
        renameSync(join(folder, "d"), join(folder, turn % 2 === 0 ? "real" : "link"));
      }
    };
    const swapping = swap();
    const commands = ["hammer d/outside 20000", "stat ../outside"];
    const printed = await act(open(), "/data", commands, [`TSUKI_MOUNT=${folder}:/data`]);
    race.isOver = true;
    await swapping;
    expect(printed[0]).toMatch(/^\d+ opened, 0 secret$/);
    expect(printed[1]).toBe("ENOTCAPABLE");
  });
});

describe.each(withFolders)("folders of the host on $title", options, ({ open }) => {
  test.each(behaviours)("$title", async ({ steps }) => {
    const { commands, expected } = read(steps, "folder");
    const mounts = [`TSUKI_MOUNT=${newFolder()}:/data`];
    expect(paired(commands, await act(open(), "/data", commands, mounts))).toEqual(expected);
  });

  test("mounted read-only: nothing changes", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "a"), "abc");
    mkdirSync(join(folder, "d"));
    const commands = [
      ["open 0 a r", "0"],
      ["read 0 9", '"abc"'],
      ["open 1 a rw", "EROFS"],
      ["open 1 a rt", "EROFS"],
      ["open 1 a rc", "0"],
      ["open 1 new wc", "EROFS"],
      ["open 1 none r", "ENOENT"],
      ["mkdir new", "EROFS"],
      ["rmdir d", "EROFS"],
      ["unlink a", "EROFS"],
      ["rename a b", "EROFS"],
      ["link a b", "EROFS"],
      ["symlink a b", "EROFS"],
      ["times a 5", "EROFS"],
      ["list .", "a d"],
    ];
    const printed = await act(
      open(),
      "/data",
      commands.map(([command = ""]) => command),
      [`TSUKI_MOUNT=${folder}:/data:ro`],
    );
    expect(printed).toEqual(commands.map(([, outcome]) => outcome));
  });

  test("links of the host lead out no more than the app's own", async () => {
    const folder = newFolder();
    symlinkSync("/etc", join(folder, "etc"));
    symlinkSync(join(folder, "..", "outside"), join(folder, "absolute"));
    symlinkSync("../outside", join(folder, "relative"));
    symlinkSync("/proc/self/root", join(folder, "magic"));
    const commands = [
      "open 0 etc/passwd r",
      "open 0 absolute r",
      "open 0 relative r",
      "open 0 magic/etc/passwd r",
      "stat absolute",
      "list etc",
      "unlink etc/nothing",
      "mkdir etc/tsuki-test",
      "rename etc/passwd mine",
    ];
    const printed = await act(open(), "/data", commands, [`TSUKI_MOUNT=${folder}:/data`]);
    expect(printed).toEqual(commands.map(() => "ENOTCAPABLE"));
  });

  test("several are found by the longest path", async () => {
    const [first, second] = [newFolder(), newFolder()];
    writeFileSync(join(first, "a"), "1");
    writeFileSync(join(second, "a"), "22");
    const mounts = [`TSUKI_MOUNT=${first}:/data,${second}:/data/deep:ro`];
    const commands = [
      "stat data/a",
      "stat data/deep/a",
      "open 0 data/deep/b wc",
      "open 0 data/b wc",
    ];
    const printed = await act(open(), "", commands, mounts);
    expect(printed).toEqual(["file 1", "file 2", "EROFS", "0"]);
  });

  test.each([
    [
      `${"x".repeat(4000)}:/data`,
      /^tsuki: TSUKI_MOUNT: longer than 3840 bytes, see docs\/deploy.md\n$/,
    ],
    ["missing:/data", /^tsuki: cannot mount missing: no such folder\n$/],
    ["folder", /^tsuki: cannot mount folder: not of the form folder:\/target\[:ro\]\n$/],
    [`${import.meta.filename}:/data`, /^tsuki: cannot mount .*: not a folder\n$/],
  ])("TSUKI_MOUNT=%s: one line, status 125", async (mount, line) => {
    const environment = [`TSUKI_MOUNT=${mount}`];
    const { status, errors } = await program.run(open(), { root: "/data", environment });
    expect(status).toBe(125);
    expect(errors).toMatch(line);
  });
});

describe("beside Node's own WASI", options, () => {
  const script = `
    const { WASI } = require("node:wasi");
    const [, module, folder] = process.argv;
    const wasi = new WASI({ version: "preview1", args: ["files", "/data"], preopens: { "/data": folder } });
    const compiled = new WebAssembly.Module(require("node:fs").readFileSync(module));
    wasi.start(new WebAssembly.Instance(compiled, wasi.getImportObject()));
  `;

  const shared = behaviours.filter(({ isOurs }) => isOurs !== true);

  test.each(shared)("the same program does the same: $title", async ({ steps }) => {
    const { commands, expected } = read(steps, "wasi");
    const module = await program.imagePath("node");
    const ran = spawnSync(process.execPath, ["--no-warnings", "-e", script, module, newFolder()], {
      input: `${commands.join("\n")}\n`,
      encoding: "utf8",
    });
    expect(paired(commands, ran.stdout.split("\n").slice(0, -1))).toEqual(expected);
  });
});
