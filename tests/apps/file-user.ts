/** A program that does to files what its arguments say, by tsuki:files and by node:fs. */
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as files from "tsuki:files";
import { arguments as words } from "tsuki:instance";

async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return (await run()) ?? "done";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What reading and changing does below a folder; names and results. */
async function tour(root: string): Promise<Record<string, unknown>> {
  const steps: Record<string, () => unknown> = {
    list: () => files.list(root).sort(),
    read: () => files.readText(`${root}/hello.txt`),
    bytes: () => files.readFile(`${root}/hello.txt`).length,
    status: () => {
      const { isDirectory, size, modified } = files.status(`${root}/hello.txt`);
      return [isDirectory, size, Math.abs(modified - Date.now()) < 600_000];
    },
    directory: () => statSync(root)?.isDirectory(),
    missing: () => files.readText(`${root}/missing`),
    readDirectory: () => files.readFile(root),
    listFile: () => files.list(`${root}/hello.txt`),
    dots: () => files.readText(`/tmp/..${root}//x/.././hello.txt`),
    write: () => files.writeFile(`${root}/made`, "größe"),
    append: () => files.appendFile(`${root}/made`, new Uint8Array([33])),
    readBack: () => files.readText(`${root}/made`),
    shorten: () => writeFileSync(`${root}/made`, "short"),
    shortened: () => readFileSync(`${root}/made`, "utf8"),
    exclusive: () => writeFileSync(`${root}/made`, "", { flag: "wx" }),
    makeDirectory: () => mkdirSync(`${root}/a/b/c`, { recursive: true }),
    makeAgain: () => files.makeDirectory(`${root}/a`),
    listMade: () => readdirSync(root).sort(),
    kinds: () =>
      readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name),
    rename: () => renameSync(`${root}/made`, `${root}/a/moved`),
    moved: () => [existsSync(`${root}/made`), readFileSync(`${root}/a/moved`, "utf8")],
    fileInFile: () => files.writeFile(`${root}/a/moved/x`, ""),
    removeFull: () => rmdirSync(`${root}/a`),
    unlinkDirectory: () => unlinkSync(`${root}/a`),
    promises: () => promised(`${root}/p`),
    streams: () => streamed(`${root}/s`),
    large: () => large(`${root}/l`),
    removeTree: () => rmSync(`${root}/a`, { recursive: true }),
    removeMissing: () => files.remove(`${root}/a`),
    listEnd: () => files.list(root).sort(),
  };
  const results: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(steps)) results[name] = await outcome(step);
  return results;
}

async function promised(path: string): Promise<unknown> {
  await mkdir(path);
  await writeFile(`${path}/file`, "promised");
  const text = await readFile(`${path}/file`, "utf8");
  const names = await readdir(path);
  const { size } = (await stat(`${path}/file`)) ?? {};
  await rm(path, { recursive: true });
  return [text, names, size, existsSync(path)];
}

async function streamed(path: string): Promise<unknown> {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`);
  await pipeline(Readable.from(lines), createWriteStream(path));
  await pipeline(createReadStream(path), createWriteStream(`${path}2`));
  let length = 0;
  for await (const chunk of createReadStream(`${path}2`, { start: 5 })) {
    length += (chunk as Uint8Array).length;
  }
  unlinkSync(path);
  unlinkSync(`${path}2`);
  return length;
}

/** Three megabytes, written in pieces. */
function large(path: string): unknown {
  const block = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
  for (let index = 0; index < 3; index++) appendFileSync(path, block);
  const bytes = readFileSync(path);
  const isSame = bytes.every((byte, index) => byte === (index % 1_000_000) % 251);
  unlinkSync(path);
  return [bytes.length, isSame];
}

/** What leads out of the folder that is mounted at /data, if anything does. */
const ways = [
  "/data/../secret.txt",
  "../secret.txt",
  "/data/link/secret.txt",
  "/data/file-link",
  "/data/absolute",
  "/etc/passwd",
  "/data/\0/../../secret.txt",
  "/proc/self/environ",
];

const [command = "", root = "/"] = words();
if (command === "tour") {
  console.log(JSON.stringify(await tour(root)));
} else if (command === "escape") {
  const results = ways.map(async (path) => [
    await outcome(() => files.readText(path)),
    await outcome(() => files.writeFile(path, "written")),
    await outcome(() => files.makeDirectory(`${path}.d`)),
  ]);
  console.log(JSON.stringify(await Promise.all(results)));
} else {
  console.log(JSON.stringify([files.list("/").sort(), files.list(root).sort()]));
}
