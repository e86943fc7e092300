/** What a program does to files, as strace tells it (strace(1)), for a disk that loses its power. */
import { resolve } from "node:path";

/** Something done to files or folders; paths are absolute, descriptors those of the program. */
export type FileOperation =
  | ({ readonly kind: "open"; readonly path: string; readonly descriptor: number } & OpenFlags)
  | { readonly kind: "close" | "flush"; readonly descriptor: number }
  | { readonly kind: "truncate"; readonly descriptor: number; readonly length: number }
  | { readonly kind: "write"; readonly descriptor: number; readonly bytes: Buffer }
  | { readonly kind: "copy"; readonly from: number; readonly to: number; readonly length: number }
  | { readonly kind: "rename" | "link"; readonly from: string; readonly to: string }
  | { readonly kind: "symlink"; readonly target: string; readonly path: string }
  | { readonly kind: "remove" | "makeFolder"; readonly path: string };

interface OpenFlags {
  readonly creates: boolean;
  readonly empties: boolean;
  readonly appends: boolean;
  readonly mode: number;
}

const calls = [
  ...["open", "openat", "close", "write", "pwrite64", "writev", "ftruncate", "fsync", "fdatasync"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mkdir"],
  ...["mkdirat", "unlink", "unlinkat", "rmdir", "copy_file_range", "sendfile", "fallocate"],
];

/** strace, writing to a file what `operationsIn` reads; `-f` among `more` follows threads. */
export function recordingTo(trace: string, ...more: readonly string[]): readonly string[] {
  return [...more, "-xx", "-s", "100000000", "-e", `trace=${calls.join(",")}`, "-o", trace];
}

/** The operations of one process with all its threads, in the order in which they were done. */
export function operationsIn(trace: string, workingFolder: string): readonly FileOperation[] {
  const folders = new Map<string, string>([["AT_FDCWD", workingFolder]]);
  return wholeLines(trace).flatMap((line) => {
    const [, name = "", rest = "", result = ""] = /^(\w+)\((.*)\) += (\d+)/.exec(line) ?? [];
    if (name === "") return [];
    const operation = read(name, rest.split(", ").map(decode), Number(result), folders);
    if (operation?.kind === "open") folders.set(result, operation.path);
    return operation ?? [];
  });
}

/** Calls during which another thread made some stand in two lines; each has its place where it ended. */
function wholeLines(trace: string): readonly string[] {
  const begun = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = "", call = ""] = /^(?:(\d+) +)?(.*)$/.exec(line) ?? [];
    if (call.endsWith(" <unfinished ...>")) {
      begun.set(thread, call.slice(0, -" <unfinished ...>".length));
      return [];
    }
    return call.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? "");
  });
}

/** A word of strace's: a text without its quotes, a byte a character, or what stands there. */
function decode(word: string): string {
  if (!word.startsWith('"')) return word;
  return Buffer.from(word.replace(/[^0-9a-f]/g, ""), "hex").toString("latin1");
}

function read(
  name: string,
  words: readonly string[],
  result: number,
  folders: ReadonlyMap<string, string>,
): FileOperation | undefined {
  const [first = "", second = "", third = "", fourth = ""] = words;
  const at = (folder: string, path: string): string =>
    resolve(folders.get(folder) ?? "/", Buffer.from(path, "latin1").toString("utf8"));
  const here = (path: string): string => at("AT_FDCWD", path);
  switch (name) {
    case "open":
      return opened(here(first), result, second, third);
    case "openat":
      return opened(at(first, second), result, third, fourth);
    case "close":
      return { kind: "close", descriptor: Number(first) };
    case "fsync":
    case "fdatasync":
      return { kind: "flush", descriptor: Number(first) };
    case "ftruncate":
      return { kind: "truncate", descriptor: Number(first), length: Number(second) };
    case "write":
      return { kind: "write", descriptor: Number(first), bytes: Buffer.from(second, "latin1") };
    case "copy_file_range":
      return { kind: "copy", from: Number(first), to: Number(third), length: result };
    case "sendfile":
      return { kind: "copy", from: Number(second), to: Number(first), length: result };
    case "rename":
    case "link":
      return { kind: name, from: here(first), to: here(second) };
    case "renameat":
    case "renameat2":
      return { kind: "rename", from: at(first, second), to: at(third, fourth) };
    case "linkat":
      return { kind: "link", from: at(first, second), to: at(third, fourth) };
    case "symlink":
      return { kind: "symlink", target: first, path: here(second) };
    case "symlinkat":
      return { kind: "symlink", target: first, path: at(second, third) };
    case "mkdir":
      return { kind: "makeFolder", path: here(first) };
    case "mkdirat":
      return { kind: "makeFolder", path: at(first, second) };
    case "unlink":
    case "rmdir":
      return { kind: "remove", path: here(first) };
    case "unlinkat":
      return { kind: "remove", path: at(first, second) };
    default:
      throw new Error(`nobody has said yet what ${name} does to a disk`);
  }
}

function opened(path: string, descriptor: number, flags: string, mode: string): FileOperation {
  const has = (flag: string): boolean => flags.split("|").includes(flag);
  return {
    kind: "open",
    path,
    descriptor,
    creates: has("O_CREAT"),
    empties: has("O_TRUNC"),
    appends: has("O_APPEND"),
    mode: Number.parseInt(mode, 8) || 0,
  };
}
