/** Reads what `--embed` names: files and folders of this host, and where the app will find them. */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { embeddedTreeSection } from "../contracts/embedded-tree.ts";
import { TsukiError } from "../contracts/errors.ts";
import { packTree, type TreeFile } from "../image/embedded-tree.ts";
import { encodeUnsigned, readSections } from "../simulator/module-sections.ts";

/** A file or folder to embed. */
export interface EmbedSource {
  /** Its path here, relative to the working directory or absolute. */
  readonly source: string;
  /** An absolute path: where the app finds it. */
  readonly target: string;
}

/** Reads `folder:/path`; a folder alone is embedded at `/`. Throws a TsukiError `usage`. */
export function parseEmbed(text: string): EmbedSource {
  const [, source = "", target = "/"] = /^([^\0]*?)(?::(\/[^:\0]*))?$/.exec(text) ?? [];
  if (source !== "") return { source, target };
  throw new TsukiError("usage", `--embed ${text} is malformed; write ./public:/srv`);
}

/**
 * Packs files and folders into one tree. Symbolic links are followed as far as they stay below what
 * was named. Throws a TsukiError `embed-unusable`.
 */
export function embedTree(sources: readonly EmbedSource[], workingDirectory: string): Uint8Array {
  const found: FoundFiles = { files: [], directories: [] };
  for (const { source, target } of sources) {
    const path = resolve(workingDirectory, source);
    const root = attempt(source, () => realpathSync(path));
    collect(root, { name: source, path: root, target, above: [] }, found);
  }
  return packTree(found.files, found.directories);
}

/** An app's module that carries a tree, as images for `node` do. */
export function withTree(app: Uint8Array, tree: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(embeddedTreeSection);
  const content = [...encodeUnsigned(name.length), ...name];
  const header = Uint8Array.of(0, ...encodeUnsigned(content.length + tree.length), ...content);
  return Buffer.concat([app, header, tree]);
}

/** An app's module and the tree that it carries, if it does: what `withTree` joined. */
export function splitTree(module: Uint8Array): { app: Uint8Array; tree: Uint8Array | undefined } {
  const name = new TextEncoder().encode(embeddedTreeSection);
  const mark = Uint8Array.of(name.length, ...name);
  const last = readSections(module).at(-1);
  const carries = last?.id === 0 && mark.every((byte, index) => last.content[index] === byte);
  if (!carries) return { app: module, tree: undefined };
  const headerBytes = 1 + encodeUnsigned(last.content.length).length;
  const app = module.subarray(0, last.start - headerBytes);
  return { app, tree: last.content.subarray(mark.length) };
}

interface FoundFiles {
  readonly files: TreeFile[];
  readonly directories: string[];
}

interface Place {
  /** The path as the user knows it. */
  readonly name: string;
  readonly path: string;
  readonly target: string;
  /** The directories above, without symbolic links. */
  readonly above: readonly string[];
}

/** `root` is what was named, without symbolic links. */
function collect(root: string, place: Place, found: FoundFiles): void {
  const { name, path, target, above } = place;
  const isLink = attempt(name, () => lstatSync(path)).isSymbolicLink();
  const real = isLink ? attempt(name, () => realpathSync(path)) : path;
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw refusal(name, "is a symbolic link that leads out of what is embedded");
  }
  if (above.includes(real)) throw refusal(name, "is a symbolic link to a directory above it");
  const status = attempt(name, () => statSync(real));
  if (status.isFile()) {
    found.files.push({ path: target, bytes: attempt(name, () => readFileSync(real)) });
    return;
  }
  if (!status.isDirectory()) throw refusal(name, "is neither a file nor a directory");
  found.directories.push(target);
  for (const entry of attempt(name, () => readdirSync(real))) {
    if (entry.includes("\ufffd")) throw refusal(join(name, entry), "has a name that is not UTF-8");
    collect(
      root,
      {
        name: join(name, entry),
        path: join(real, entry),
        target: `${target}/${entry}`,
        above: [...above, real],
      },
      found,
    );
  }
}

function attempt<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw refusal(name, code === "ENOENT" ? "is not there" : `cannot be read (${code})`);
  }
}

function refusal(name: string, problem: string): TsukiError {
  return new TsukiError("embed-unusable", `cannot embed ${name}: it ${problem}`);
}
