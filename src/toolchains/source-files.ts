/** The file system as toolchains see it: read-only, and every look at it is noted. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Read-only access to source files by absolute path. */
export interface SourceFiles {
  /** A file's bytes, or undefined when there is no readable file of that name. */
  read(path: string): Uint8Array | undefined;
  /** Names in a folder, sorted, folders with a trailing slash; empty when it cannot be read. */
  list(directory: string): readonly string[];
}

/** One look at the file system: what was asked and a digest of the answer. */
export interface SourceLook {
  readonly kind: "read" | "list";
  readonly path: string;
  /** SHA-256 in hexadecimal; empty when a file was not there. */
  readonly digest: string;
}

/** SHA-256 of bytes or text, in hexadecimal. */
export function digestOf(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readDisk(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function listDisk(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Source files on disk, read once each, with a record of every look. */
export class RecordedFiles implements SourceFiles {
  readonly #contents = new Map<string, Uint8Array | undefined>();
  readonly #looks = new Map<string, SourceLook>();

  read(path: string): Uint8Array | undefined {
    if (this.#contents.has(path)) return this.#contents.get(path);
    const bytes = readDisk(path);
    this.#contents.set(path, bytes);
    const digest = bytes === undefined ? "" : digestOf(bytes);
    this.#looks.set(`read ${path}`, { kind: "read", path, digest });
    return bytes;
  }

  list(directory: string): readonly string[] {
    const names = listDisk(directory);
    const digest = digestOf(names.join("\n"));
    this.#looks.set(`list ${directory}`, { kind: "list", path: directory, digest });
    return names;
  }

  /** Every look so far, in order. */
  get looks(): readonly SourceLook[] {
    return [...this.#looks.values()];
  }
}

/** Whether looking again would give the same answer. */
export function isUnchanged(look: SourceLook): boolean {
  if (look.kind === "list") return digestOf(listDisk(look.path).join("\n")) === look.digest;
  const bytes = readDisk(look.path);
  return (bytes === undefined ? "" : digestOf(bytes)) === look.digest;
}

/** Every file below a folder that `accept` takes, at most `limit`, in sorted order. */
export function filesBelow(
  files: SourceFiles,
  directory: string,
  accept: (name: string) => boolean,
  limit: number,
): readonly string[] {
  const found: string[] = [];
  const waiting = [directory];
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    for (const name of files.list(folder)) {
      if (found.length + waiting.length >= limit) return found;
      if (name.startsWith(".") || name === "node_modules/") continue;
      if (name.endsWith("/")) waiting.push(join(folder, name.slice(0, -1)));
      else if (accept(name)) found.push(join(folder, name));
    }
  }
  return found;
}
