/** Packs files into the embedded tree (contracts/embedded-tree.ts). */
import { createHash } from "node:crypto";
import { embeddedTree } from "../contracts/embedded-tree.ts";
import { TsukiError } from "../contracts/errors.ts";

/** A file to be packed. */
export interface TreeFile {
  /** Names from the root, without slashes in front or behind. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One file or directory on its way into the tree. */
interface TreeNode {
  readonly name: Uint8Array;
  /** Undefined for a directory. */
  readonly bytes: Uint8Array | undefined;
  readonly children: Map<string, TreeNode>;
  /** Number of the first child, once it has one. */
  first: number;
}

const layout = embeddedTree;
const addressLimit = 2 ** 31;

/**
 * Packs files, with the directories that they lie in, and further directories, which may be empty.
 * Throws a TsukiError `embed-unusable` when a path cannot be packed.
 */
export function packTree(
  files: readonly TreeFile[],
  directories: readonly string[] = [],
): Uint8Array {
  const root = makeNode("", undefined);
  for (const path of directories) placeDirectory(root, path, namesOf(path));
  for (const { path, bytes } of files) {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw refusal(path, "is no file's name");
    const parent = placeDirectory(root, path, names);
    if (parent.children.has(name)) throw refusal(path, "is embedded twice");
    parent.children.set(name, makeNode(name, bytes));
  }
  return writeTree(numberNodes(root));
}

function makeNode(name: string, bytes: Uint8Array | undefined): TreeNode {
  return { name: new TextEncoder().encode(name), bytes, children: new Map(), first: 0 };
}

function namesOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (names.length > layout.depthLimit) throw refusal(path, "lies too deep");
  for (const name of names) {
    if (name === "." || name === ".." || name.includes("\0")) throw refusal(path, "is no path");
    if (Buffer.byteLength(name) > layout.nameLimitBytes) throw refusal(path, "has too long a name");
  }
  return names;
}

function placeDirectory(root: TreeNode, path: string, names: readonly string[]): TreeNode {
  let directory = root;
  for (const name of names) {
    const next = directory.children.get(name) ?? makeNode(name, undefined);
    if (next.bytes !== undefined) throw refusal(path, "lies below a file that is embedded, too");
    directory.children.set(name, next);
    directory = next;
  }
  return directory;
}

/** The nodes in the order of their entries: level by level, each directory's by their names. */
function numberNodes(root: TreeNode): TreeNode[] {
  const nodes = [root];
  for (const node of nodes) {
    node.first = node.children.size === 0 ? 0 : nodes.length;
    const children = [...node.children.values()];
    nodes.push(...children.sort((one, other) => Buffer.compare(one.name, other.name)));
  }
  return nodes;
}

function writeTree(nodes: readonly TreeNode[]): Uint8Array {
  const parts = new TreeParts(layout.headerBytes + nodes.length * layout.entryBytes);
  const names = nodes.map(({ name }) => parts.add(name, 1));
  const starts = nodes.map(({ bytes, first }) =>
    bytes === undefined ? { offset: first, hash: 0n } : parts.addContent(bytes),
  );
  const tree = parts.finish();
  const view = new DataView(tree.buffer);
  [layout.magic, layout.version, nodes.length, tree.length].forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  nodes.forEach(({ name, bytes, children }, index) => {
    const entry = layout.headerBytes + index * layout.entryBytes;
    view.setUint32(entry + layout.nameOffset, names[index] ?? 0, true);
    view.setUint16(entry + layout.nameLengthOffset, name.length, true);
    const type = bytes === undefined ? layout.directoryType : layout.fileType;
    view.setUint8(entry + layout.typeOffset, type);
    view.setUint32(entry + layout.startOffset, starts[index]?.offset ?? 0, true);
    view.setUint32(entry + layout.lengthOffset, bytes?.length ?? children.size, true);
    view.setBigUint64(entry + layout.hashOffset, starts[index]?.hash ?? 0n, true);
  });
  return tree;
}

/** What lies behind the entries. */
class TreeParts {
  readonly #parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  readonly #contents = new Map<string, { offset: number; hash: bigint }>();
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  /** Puts bytes at the next multiple of an alignment; their offset. */
  add(bytes: Uint8Array, alignment: number): number {
    const offset = Math.ceil(this.#end / alignment) * alignment;
    if (offset + bytes.length >= addressLimit) {
      throw new TsukiError(
        "embed-unusable",
        "the embedded files have more than 2 GiB; mount a folder instead",
      );
    }
    this.#parts.push({ offset, bytes });
    this.#end = offset + bytes.length;
    return offset;
  }

  /** Puts a file's bytes, unless the same are there already; their offset and their hash. */
  addContent(bytes: Uint8Array): { offset: number; hash: bigint } {
    const digest = createHash("sha256").update(bytes).digest();
    const known = this.#contents.get(digest.toString("hex"));
    if (known !== undefined) return known;
    const offset = this.add(bytes, layout.contentAlignment);
    const placed = { offset, hash: digest.readBigUInt64LE(0) };
    this.#contents.set(digest.toString("hex"), placed);
    return placed;
  }

  /** The whole tree; header and entries are still zero. */
  finish(): Uint8Array {
    const tree = new Uint8Array(this.#end);
    for (const { offset, bytes } of this.#parts) tree.set(bytes, offset);
    return tree;
  }
}

function refusal(path: string, problem: string): TsukiError {
  return new TsukiError("embed-unusable", `cannot embed ${path}: it ${problem}`);
}
