/** What TypeScript programs do with files: in the image, in memory and in mounted folders. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import type { Platform } from "../../src/contracts/machine-interface.ts";
import { build } from "../../src/engine/build.ts";
import type { Monitor } from "../../src/monitors/interface.ts";
import { monitorCases } from "../built-monitors.fixture.ts";

const work = mkdtempSync(join(tmpdir(), "tsuki-javascript-files-"));
afterAll(() => rmSync(work, { recursive: true }));

const images = new Map<Platform, Promise<string>>();

async function imagePath(platform: Platform): Promise<string> {
  const known = images.get(platform);
  if (known !== undefined) return await known;
  mkdirSync(join(work, "public"), { recursive: true });
  writeFileSync(join(work, "public", "hello.txt"), "hello\n");
  const made = build({
    sources: [join(import.meta.dirname, "../apps/file-user.ts")],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: work,
    environment: { ...process.env, XDG_CACHE_HOME: join(work, "cache") },
    platform,
    embed: [{ source: "public", target: "/srv" }],
  }).then(({ path }) => path);
  images.set(platform, made);
  return await made;
}

async function run(monitor: Monitor, words: readonly string[], mount?: string): Promise<unknown> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [output, errors] = [text(stdout), text(stderr)];
  const instance = await monitor.launch({
    imagePath: await imagePath(monitor.platform),
    arguments: ["file-user", ...words],
    environment: mount === undefined ? [] : [`TSUKI_MOUNT=${mount}`],
    streams: { stdin: Readable.from([]).pipe(new PassThrough()), stdout, stderr },
    memoryMebibytes: undefined,
  });
  const status = await instance.wait();
  stdout.end();
  stderr.end();
  expect([status, await errors]).toEqual([0, ""]);
  return JSON.parse(await output);
}

/** A folder of the host with one file. */
function makeFolder(name: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "hello.txt"), "hello\n");
  return folder;
}

const reading = {
  list: ["hello.txt"],
  read: "hello\n",
  bytes: 6,
  directory: true,
  missing: "ENOENT",
  readDirectory: "EISDIR",
  listFile: "ENOTDIR",
  dots: "hello\n",
};

const changing = {
  write: "done",
  append: "done",
  readBack: "größe!",
  shorten: "done",
  shortened: "short",
  exclusive: "EEXIST",
  makeDirectory: "done",
  makeAgain: "EEXIST",
  listMade: ["a", "hello.txt", "made"],
  kinds: ["a"],
  rename: "done",
  moved: [false, "short"],
  fileInFile: "ENOTDIR",
  removeFull: "ENOTEMPTY",
  unlinkDirectory: "EISDIR",
  promises: ["promised", ["file"], 8, false],
  streams: 785,
  large: [3_000_000, true],
  removeTree: "done",
  removeMissing: "ENOENT",
  listEnd: ["hello.txt"],
};

const refused = {
  write: "EROFS",
  append: "EROFS",
  readBack: "ENOENT",
  shorten: "EROFS",
  shortened: "ENOENT",
  exclusive: "EROFS",
  makeDirectory: "EROFS",
  makeAgain: "EROFS",
  listMade: ["hello.txt"],
  kinds: [],
  rename: "EROFS",
  promises: "EROFS",
  streams: "EROFS",
  large: "EROFS",
  removeMissing: "ENOENT",
  listEnd: ["hello.txt"],
};

for (const { title, open, isHere } of monitorCases) {
  if (title.startsWith("qemu")) continue;
  const name = title.replace(/ .*/, "");
  describe.runIf(isHere)(`files of a TypeScript program on ${title}`, { timeout: 40_000 }, () => {
    test("in a mounted folder", async () => {
      const folder = makeFolder(`tour-${name}`);
      const result = await run(open(), ["tour", "/data/deep"], `${folder}:/data/deep`);
      expect(result).toEqual({ ...reading, status: [false, 6, true], ...changing });
      expect(readdirSync(folder)).toEqual(["hello.txt"]);
    });

    test("in a folder that is mounted read-only", async () => {
      const folder = makeFolder(`read-${name}`);
      const result = await run(open(), ["tour", "/data"], `${folder}:/data:ro`);
      expect(result).toMatchObject({ ...reading, status: [false, 6, true], ...refused });
      expect(readdirSync(folder)).toEqual(["hello.txt"]);
    });

    test("in the image", async () => {
      const result = await run(open(), ["tour", "/srv"]);
      expect(result).toMatchObject({ ...reading, status: [false, 6, false], ...refused });
    });

    test("in memory", async () => {
      const result = await run(open(), ["tour", "/tmp"]);
      expect(result).toMatchObject({
        ...changing,
        list: [],
        listMade: ["a", "made"],
        listEnd: [],
      });
    });

    test("are listed where mounts begin", async () => {
      const folder = makeFolder(`list-${name}`);
      const mounts = `${folder}:/srv/more/data,${folder}:/data`;
      const root = ["data/", "srv/", "tmp/"];
      expect(await run(open(), ["list", "/srv"], mounts)).toEqual([root, ["hello.txt", "more/"]]);
      expect(await run(open(), ["list", "/srv/more"], mounts)).toEqual([root, ["data/"]]);
    });

    test("lie in no other place", async () => {
      const folder = makeFolder(`escape-${name}`);
      const outside = makeFolder(`outside-${name}`);
      writeFileSync(join(outside, "secret.txt"), "secret");
      writeFileSync(join(work, "secret.txt"), "secret");
      symlinkSync(`../outside-${name}`, join(folder, "link"));
      symlinkSync(`../outside-${name}/secret.txt`, join(folder, "file-link"));
      symlinkSync("/etc/passwd", join(folder, "absolute"));
      const results = (await run(open(), ["escape"], `${folder}:/data`)) as string[][];
      for (const [read, write] of results) {
        expect(read).toMatch(/^E[A-Z]+$/);
        expect(write).toMatch(/^E[A-Z]+$/);
      }
      expect(readdirSync(outside)).toEqual(["hello.txt", "secret.txt"]);
      const beyond = readdirSync(work).filter((entry) => entry.startsWith("secret"));
      expect(beyond).toEqual(["secret.txt"]);
    });
  });
}
