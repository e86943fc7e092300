import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { wasiErrors } from "../contracts/wasi-preview1.ts";
import { FolderError } from "./folders.ts";

const linkLimit = 40;

/** Where a path leads: a path of the host without symbolic links above its last name. */
export interface ResolvedPath {
  readonly hostPath: string;
  /** Undefined when there is nothing of that name. */
  readonly status: Stats | undefined;
  /** Whether the path ends in a name, not in `.` or `..`, so that it may be made or removed. */
  readonly endsInName: boolean;
  /** Whether the path ends with a slash. */
  readonly namesDirectory: boolean;
}

/**
 * Goes along a path below a directory, name by name and link by link. What would lead out, by `..` or
 * an absolute link, throws a FolderError `notcapable`. Somebody who changes the folder meanwhile may
 * be in time to fool it: Node has no way to open a file below a directory.
 */
export function resolveBelow(directory: string, path: string, follow: boolean): ResolvedPath {
  if (path === "") throw new FolderError("noent");
  if (path.startsWith("/")) throw new FolderError("notcapable");
  if (path.includes("\0")) throw new FolderError("inval");
  const namesDirectory = path.endsWith("/");
  const waiting = namesOf(path);
  const walked: string[] = [];
  let status = statusOf(directory);
  let links = 0;
  let endsInName = false;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (status === undefined) throw new FolderError("noent");
    if (!status.isDirectory()) throw new FolderError("notdir");
    endsInName = name !== "." && name !== "..";
    if (name === "." || name === "..") {
      if (name === ".." && walked.pop() === undefined) throw new FolderError("notcapable");
      status = statusOf(join(directory, ...walked));
      continue;
    }
    const hostPath = join(directory, ...walked, name);
    status = statusOf(hostPath);
    const isFollowed = follow || waiting.length > 0 || namesDirectory;
    if (status?.isSymbolicLink() !== true || !isFollowed) {
      walked.push(name);
      continue;
    }
    if (++links > linkLimit) throw new FolderError("loop");
    const target = call(() => readlinkSync(hostPath));
    if (target.startsWith("/")) throw new FolderError("notcapable");
    waiting.unshift(...namesOf(target));
    status = statusOf(join(directory, ...walked));
  }
  if (namesDirectory && status !== undefined && !status.isDirectory()) {
    throw new FolderError("notdir");
  }
  return { hostPath: join(directory, ...walked), status, endsInName, namesDirectory };
}

/** Calls a function of Node's; its error becomes a FolderError. */
export function call<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const name = code.slice(1).toLowerCase();
    throw new FolderError(name in wasiErrors ? (name as keyof typeof wasiErrors) : "io");
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}

function statusOf(path: string): Stats | undefined {
  return call(() => lstatSync(path, { throwIfNoEntry: false }));
}
