/** Node's fs for whole files. Everything is at hand at once, so the promises are kept at once. */
import {
  type FileStatus,
  listNames,
  makeDirectory,
  readBytes,
  removePath,
  renamePath,
  statusOf,
  writeBytes,
} from "../files/files.ts";
import { SystemError } from "../instance/system-error.ts";
import { URL } from "../url/url.ts";
import { Buffer } from "./buffer.ts";
import { Readable } from "./stream-parts/readable.ts";
import { Writable } from "./stream-parts/writable.ts";
import { fileURLToPath } from "./url.ts";

type Path = string | URL;
type Encoding =
  | string
  | {
      encoding?: string | null;
      flag?: string;
      flags?: string;
      recursive?: boolean;
      withFileTypes?: boolean;
    }
  | null
  | undefined;

function pathOf(path: Path): string {
  return path instanceof URL ? fileURLToPath(path) : path;
}

function encodingOf(options: Encoding): string | null {
  return typeof options === "string" ? options : (options?.encoding ?? null);
}

/** What a path leads to. */
export class Stats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly mtime: Date;
  readonly mode: number;
  readonly #isDirectory: boolean;

  constructor({ isDirectory, size, modified }: FileStatus) {
    this.size = size;
    this.mtimeMs = modified;
    this.mtime = new Date(modified);
    this.mode = isDirectory ? 0o40_755 : 0o100_644;
    this.#isDirectory = isDirectory;
  }

  isDirectory(): boolean {
    return this.#isDirectory;
  }

  isFile(): boolean {
    return !this.#isDirectory;
  }

  isSymbolicLink(): boolean {
    return false;
  }
}

/** An entry of a directory. */
export class Dirent {
  readonly name: string;
  readonly #isDirectory: boolean;

  constructor(entry: string) {
    this.name = entry.replace(/\/$/, "");
    this.#isDirectory = entry.endsWith("/");
  }

  isDirectory(): boolean {
    return this.#isDirectory;
  }

  isFile(): boolean {
    return !this.#isDirectory;
  }

  isSymbolicLink(): boolean {
    return false;
  }
}

export function readFileSync(path: Path, options?: Encoding): Buffer | string {
  const bytes = Buffer.from(readBytes(pathOf(path)).buffer);
  const encoding = encodingOf(options);
  return encoding === null ? bytes : bytes.toString(encoding);
}

export function writeFileSync(path: Path, data: string | Uint8Array, options?: Encoding): void {
  const flag = (typeof options === "object" ? options?.flag : undefined) ?? "w";
  if (flag.includes("x") && existsSync(path)) throw refusal("EEXIST", "open", path);
  writeBytes(pathOf(path), encoded(data, encodingOf(options)), flag.startsWith("a"));
}

function encoded(data: string | Uint8Array, encoding: string | null): string | Uint8Array {
  return typeof data === "string" && encoding !== null ? Buffer.from(data, encoding) : data;
}

/** WASI's numbers of what is refused here and not by the kernel. */
const refusals = { EEXIST: 20, EISDIR: 31, ENOTDIR: 54 } as const;

function refusal(code: keyof typeof refusals, operation: string, path: Path): SystemError {
  return new SystemError(refusals[code], operation, `'${pathOf(path)}'`);
}

export function appendFileSync(path: Path, data: string | Uint8Array): void {
  writeBytes(pathOf(path), data, true);
}

export function existsSync(path: Path): boolean {
  try {
    statusOf(pathOf(path));
    return true;
  } catch {
    return false;
  }
}

export function accessSync(path: Path): void {
  statusOf(pathOf(path));
}

export function statSync(
  path: Path,
  options: { throwIfNoEntry?: boolean } = {},
): Stats | undefined {
  if (options.throwIfNoEntry === false && !existsSync(path)) return undefined;
  return new Stats(statusOf(pathOf(path)));
}

export function readdirSync(path: Path, options?: Encoding): (string | Dirent)[] {
  const entries = listNames(pathOf(path)).map((entry) => new Dirent(entry));
  const isTyped = typeof options === "object" && options?.withFileTypes === true;
  return isTyped ? entries : entries.map(({ name }) => name);
}

export function mkdirSync(path: Path, options?: Encoding): void {
  const isRecursive = typeof options === "object" && options?.recursive === true;
  const whole = pathOf(path);
  if (!isRecursive) return makeDirectory(whole);
  const segments = whole.split("/").filter(Boolean);
  segments.forEach((_, index) => {
    const each = `${whole.startsWith("/") ? "/" : ""}${segments.slice(0, index + 1).join("/")}`;
    if (!existsSync(each)) makeDirectory(each);
  });
}

export function unlinkSync(path: Path): void {
  if (leadsToDirectory(path)) throw refusal("EISDIR", "unlink", path);
  removePath(pathOf(path));
}

export function rmdirSync(path: Path): void {
  if (existsSync(path) && !leadsToDirectory(path)) throw refusal("ENOTDIR", "rmdir", path);
  removePath(pathOf(path));
}

export function renameSync(path: Path, newPath: Path): void {
  renamePath(pathOf(path), pathOf(newPath));
}

export function copyFileSync(path: Path, newPath: Path): void {
  writeBytes(pathOf(newPath), readBytes(pathOf(path)));
}

function leadsToDirectory(path: Path): boolean {
  return existsSync(path) && statusOf(pathOf(path)).isDirectory;
}

export function rmSync(path: Path, options: { force?: boolean; recursive?: boolean } = {}): void {
  if (options.force === true && !existsSync(path)) return;
  const whole = pathOf(path);
  if (leadsToDirectory(path)) {
    if (options.recursive !== true) throw refusal("EISDIR", "rm", path);
    for (const entry of listNames(whole)) rmSync(`${whole}/${entry.replace(/\/$/, "")}`, options);
  }
  removePath(whole);
}

/** A file as a stream. */
export function createReadStream(
  path: Path,
  options: { start?: number; end?: number; encoding?: string } = {},
): Readable {
  const stream = new Readable({
    read() {
      try {
        const { start = 0, end = Number.POSITIVE_INFINITY } = options;
        this.push(readBytes(pathOf(path)).subarray(start, end + 1));
        this.push(null);
      } catch (error) {
        this.destroy(error as Error);
      }
    },
  });
  return options.encoding === undefined ? stream : stream.setEncoding(options.encoding);
}

/** A file that is written as a stream: emptied at first, or gone on with. */
export function createWriteStream(path: Path, options: Encoding = {}): Writable {
  const flags = typeof options === "object" ? (options?.flags ?? options?.flag) : undefined;
  const stream = new Writable({
    write: (chunk, _encoding, done) =>
      done(failure(() => appendFileSync(path, chunk as Uint8Array))),
  });
  const error = failure(() => writeFileSync(path, "", { flag: flags ?? "w" }));
  if (error !== null) queueMicrotask(() => stream.destroy(error));
  return stream;
}

/** What an attempt throws. */
function failure(attempt: () => void): Error | null {
  try {
    attempt();
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** The same as promises. */
export const promises = {
  access: async (path: Path): Promise<void> => await Promise.resolve().then(() => accessSync(path)),
  appendFile: async (path: Path, data: string | Uint8Array): Promise<void> =>
    await Promise.resolve().then(() => appendFileSync(path, data)),
  copyFile: async (path: Path, newPath: Path): Promise<void> =>
    await Promise.resolve().then(() => copyFileSync(path, newPath)),
  mkdir: async (path: Path, options?: Encoding): Promise<void> =>
    await Promise.resolve().then(() => mkdirSync(path, options)),
  readFile: async (path: Path, options?: Encoding): Promise<Buffer | string> =>
    await Promise.resolve().then(() => readFileSync(path, options)),
  readdir: async (path: Path, options?: Encoding): Promise<(string | Dirent)[]> =>
    await Promise.resolve().then(() => readdirSync(path, options)),
  rename: async (path: Path, newPath: Path): Promise<void> =>
    await Promise.resolve().then(() => renameSync(path, newPath)),
  rm: async (path: Path, options?: { force?: boolean; recursive?: boolean }): Promise<void> =>
    await Promise.resolve().then(() => rmSync(path, options)),
  rmdir: async (path: Path): Promise<void> => await Promise.resolve().then(() => rmdirSync(path)),
  stat: async (path: Path): Promise<Stats | undefined> =>
    await Promise.resolve().then(() => statSync(path)),
  unlink: async (path: Path): Promise<void> => await Promise.resolve().then(() => unlinkSync(path)),
  writeFile: async (path: Path, data: string | Uint8Array, options?: Encoding): Promise<void> =>
    await Promise.resolve().then(() => writeFileSync(path, data, options)),
};

type Callback = (error: unknown, value?: unknown) => void;

/** A promise's function as one that takes a callback last. */
function withCallback(
  call: (...values: never[]) => Promise<unknown>,
): (...values: unknown[]) => void {
  return (...values) => {
    const callback = values.pop() as Callback;
    (Reflect.apply(call, undefined, values) as Promise<unknown>).then(
      (value) => queueMicrotask(() => callback(null, value)),
      (error: unknown) => queueMicrotask(() => callback(error)),
    );
  };
}

export const access = withCallback(promises.access);
export const appendFile = withCallback(promises.appendFile);
export const copyFile = withCallback(promises.copyFile);
export const mkdir = withCallback(promises.mkdir);
export const readFile = withCallback(promises.readFile);
export const readdir = withCallback(promises.readdir);
export const rename = withCallback(promises.rename);
export const rm = withCallback(promises.rm);
export const rmdir = withCallback(promises.rmdir);
export const stat = withCallback(promises.stat);
export const unlink = withCallback(promises.unlink);
export const writeFile = withCallback(promises.writeFile);
export const lstat = stat;
export const lstatSync = statSync;
export const constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };
const whole = {
  access,
  accessSync,
  appendFile,
  appendFileSync,
  constants,
  copyFile,
  copyFileSync,
  createReadStream,
  createWriteStream,
  Dirent,
  existsSync,
  lstat,
  lstatSync,
  mkdir,
  mkdirSync,
  promises,
  readdir,
  readdirSync,
  readFile,
  readFileSync,
  rename,
  renameSync,
  rm,
  rmdir,
  rmdirSync,
  rmSync,
  stat,
  Stats,
  statSync,
  unlink,
  unlinkSync,
  writeFile,
  writeFileSync,
};

export { whole as default };
