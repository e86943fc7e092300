/**
 * A disk that loses its power: of what was done to it, only what was flushed (fsync(2)) is sure to be
 * there afterwards. Stricter than any file system that journals: each folder, and each file, on its own.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { FileOperation } from "./recording.fixture.ts";

interface File {
  readonly kind: "file";
  readonly mode: number;
  bytes: Buffer;
  flushed: Buffer;
}

interface Link {
  readonly kind: "link";
  readonly target: string;
}

/** Names, and what they mean from then on: nothing where they were removed. */
type Change = ReadonlyMap<string, Node | undefined>;

interface Folder {
  readonly kind: "folder";
  flushed: ReadonlyMap<string, Node>;
  /** What was done since, in order. */
  changes: Change[];
}

type Node = File | Link | Folder;

type NameOperation = Extract<FileOperation, { path: string } | { to: string }> & {
  kind: "rename" | "link" | "symlink" | "remove" | "makeFolder";
};
type OpenOperation = Extract<FileOperation, { kind: "open" }>;

interface OpenFile {
  readonly node: Node;
  readonly appends: boolean;
  offset: number;
}

/** A file, a symbolic link or a folder on the host. */
type Remainder =
  | { readonly mode: number; readonly bytes: Buffer }
  | { readonly target: string }
  | "folder";

/** What a power cut leaves, by paths; a folder stands before what is in it. */
export type Remains = ReadonlyMap<string, Remainder>;

/** What of the things that were not flushed has reached the disk by chance. */
export interface Chance {
  /** How many of so many changes of a folder, the first ones. */
  readonly changes: (count: number) => number;
  /** The bytes of a file, of which these were flushed, and these written. */
  readonly bytes: (flushed: Buffer, written: Buffer) => Buffer;
}

/** Everything below one folder of the host's, flushed as it stands. */
export class Disk {
  readonly #place: string;
  readonly #root: Folder;
  readonly #open = new Map<number, OpenFile>();

  constructor(place: string) {
    this.#place = place;
    this.#root = takeFolder(place);
  }

  /** Does one thing more; what lies elsewhere is no matter of this disk's. */
  do(operation: FileOperation): void {
    switch (operation.kind) {
      case "open":
        this.#opened(operation);
        break;
      case "close":
        this.#open.delete(operation.descriptor);
        break;
      case "flush":
        flush(this.#open.get(operation.descriptor)?.node);
        break;
      case "truncate":
        resize(this.#open.get(operation.descriptor)?.node, operation.length);
        break;
      case "write":
        this.#write(operation.descriptor, operation.bytes);
        break;
      case "copy":
        this.#copy(operation.from, operation.to, operation.length);
        break;
      default:
        this.#changeNames(operation);
    }
  }

  /** What is left of one of the disk's folders when the power goes now, by paths in it. */
  cutPower(name: string, chance: Chance): Remains {
    const node = entriesOf(this.#root, chance.changes(this.#root.changes.length)).get(name);
    return new Map(node === undefined ? [] : remainsOf("", node, chance));
  }

  #changeNames(operation: NameOperation): void {
    switch (operation.kind) {
      case "makeFolder":
        this.#set(operation.path, { kind: "folder", flushed: new Map(), changes: [] });
        break;
      case "symlink":
        this.#set(operation.path, { kind: "link", target: operation.target });
        break;
      case "remove":
        this.#set(operation.path, undefined);
        break;
      case "link":
        this.#set(operation.to, this.#find(operation.from));
        break;
      case "rename":
        this.#rename(operation.from, operation.to);
        break;
    }
  }

  /** Within one folder a rename is one change, as POSIX wants it; between two it is one of each. */
  #rename(from: string, to: string): void {
    const node = this.#find(from);
    const folder = this.#folderOf(from);
    if (folder === this.#folderOf(to)) {
      const change = [
        [basename(from), undefined],
        [basename(to), node],
      ] as const;
      folder?.changes.push(new Map(change));
    } else {
      this.#set(to, node);
      this.#set(from, undefined);
    }
  }

  #opened({ path, descriptor, creates, empties, appends, mode }: OpenOperation): void {
    this.#open.delete(descriptor);
    if (creates && this.#find(path) === undefined) {
      this.#set(path, { kind: "file", mode, bytes: Buffer.alloc(0), flushed: Buffer.alloc(0) });
    }
    const node = this.#find(path);
    if (node === undefined) return;
    if (empties) resize(node, 0);
    this.#open.set(descriptor, { node, appends, offset: 0 });
  }

  #write(descriptor: number, bytes: Buffer): void {
    const file = this.#open.get(descriptor);
    if (file?.node.kind !== "file") return;
    const old = file.node.bytes;
    const start = file.appends ? old.length : file.offset;
    file.offset = start + bytes.length;
    const gap = Buffer.alloc(Math.max(0, start - old.length));
    const [before, behind] = [old.subarray(0, start), old.subarray(file.offset)];
    file.node.bytes = Buffer.concat([before, gap, bytes, behind]);
  }

  #copy(from: number, to: number, length: number): void {
    if (!this.#open.has(to)) return;
    const source = this.#open.get(from);
    if (source?.node.kind !== "file") throw new Error("what is copied lies on another disk");
    const start = source.offset;
    source.offset += length;
    this.#write(to, source.node.bytes.subarray(start, source.offset));
  }

  #set(path: string, node: Node | undefined): void {
    this.#folderOf(path)?.changes.push(new Map([[basename(path), node]]));
  }

  #folderOf(path: string): Folder | undefined {
    const node = this.#find(dirname(path));
    return node?.kind === "folder" ? node : undefined;
  }

  #find(path: string): Node | undefined {
    const way = relative(this.#place, path);
    if (way === "") return this.#root;
    if (way.startsWith("..")) return undefined;
    return way
      .split("/")
      .reduce<Node | undefined>(
        (node, name) =>
          node?.kind === "folder" ? entriesOf(node, node.changes.length).get(name) : undefined,
        this.#root,
      );
  }
}

function entriesOf({ flushed, changes }: Folder, count: number): ReadonlyMap<string, Node> {
  const entries = new Map(flushed);
  for (const [name, node] of changes.slice(0, count).flatMap((change) => [...change])) {
    if (node === undefined) entries.delete(name);
    else entries.set(name, node);
  }
  return entries;
}

function flush(node: Node | undefined): void {
  if (node?.kind === "file") node.flushed = node.bytes;
  if (node?.kind !== "folder") return;
  node.flushed = entriesOf(node, node.changes.length);
  node.changes = [];
}

function resize(node: Node | undefined, length: number): void {
  if (node?.kind !== "file") return;
  const kept = node.bytes.subarray(0, length);
  node.bytes = Buffer.concat([kept, Buffer.alloc(length - kept.length)]);
}

function takeFolder(place: string): Folder {
  const entries = readdirSync(place).map((name) => [name, take(join(place, name))] as const);
  return { kind: "folder", flushed: new Map(entries), changes: [] };
}

function take(path: string): Node {
  const status = lstatSync(path);
  if (status.isDirectory()) return takeFolder(path);
  if (status.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
  const bytes = readFileSync(path);
  return { kind: "file", mode: status.mode & 0o777, bytes, flushed: bytes };
}

function* remainsOf(path: string, node: Node, chance: Chance): Generator<[string, Remainder]> {
  if (node.kind === "link") yield [path, { target: node.target }];
  else if (node.kind === "file") {
    const { flushed, bytes, mode } = node;
    yield [path, { mode, bytes: flushed === bytes ? bytes : chance.bytes(flushed, bytes) }];
  } else {
    yield [path, "folder"];
    const kept = entriesOf(node, chance.changes(node.changes.length));
    for (const [name, entry] of kept) yield* remainsOf(join(path, name), entry, chance);
  }
}

/** Makes a folder on the host of what is left. */
export function putRemains(remains: Remains, folder: string): void {
  for (const [path, remainder] of remains) {
    const place = join(folder, path);
    if (remainder === "folder") mkdirSync(place);
    else if ("target" in remainder) symlinkSync(remainder.target, place);
    else {
      writeFileSync(place, remainder.bytes);
      chmodSync(place, remainder.mode);
    }
  }
}

/** A text that is the same for the same remains. */
export function digestOf(remains: Remains): string {
  const hash = createHash("sha256");
  for (const [path, remainder] of [...remains].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const isFile = typeof remainder === "object" && "bytes" in remainder;
    hash.update(JSON.stringify([path, isFile ? remainder.bytes.length : remainder]));
    if (isFile) hash.update(remainder.bytes);
  }
  return hash.digest("hex");
}
