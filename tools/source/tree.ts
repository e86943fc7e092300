import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AssemblyScriptOutline, outlineAssemblyScript } from "./assemblyscript.ts";
import type { Outline } from "./outline.ts";
import { outlineTypeScript } from "./typescript.ts";

/** Whether a path names AssemblyScript, which ordinary TypeScript tools reject. */
export function isAssemblyScript(path: string): boolean {
  return path.endsWith(".as.ts");
}

/** Whether a path names a TypeScript or JavaScript source that ordinary tools accept. */
export function isTypeScript(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path) && !isAssemblyScript(path) && !path.endsWith(".d.ts");
}

/** Whether a file exists only for tests: a test, a shared suite of tests or what tests stand on. */
export function isTest(path: string): boolean {
  return /\.(test|suite|fixture)(\.as)?\.ts$/.test(path) || path.startsWith("tests/");
}

/** The files of the repository that are, or could be, committed; each is read and parsed once. */
export class SourceTree {
  /** Paths from the root with forward slashes, sorted. */
  readonly paths: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #read: (path: string) => string;
  readonly #texts = new Map<string, string>();
  readonly #typeScript = new Map<string, Outline>();
  readonly #assemblyScript = new Map<string, AssemblyScriptOutline>();

  private constructor(paths: readonly string[], read: (path: string) => string) {
    this.paths = [...paths].sort();
    this.#known = new Set(paths);
    this.#read = read;
  }

  /** The work tree at `root`: what git tracks or would track, without deleted files and links. */
  static open(root: string): SourceTree {
    const listing = execFileSync(
      "git",
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 },
    );
    const paths = listing
      .split("\0")
      .filter((path) => path !== "" && existsSync(join(root, path)))
      .filter((path) => lstatSync(join(root, path)).isFile());
    return new SourceTree([...new Set(paths)], (path) => readFileSync(join(root, path), "utf8"));
  }

  /** A tree held in memory: path to text. */
  static of(files: Readonly<Record<string, string>>): SourceTree {
    return new SourceTree(Object.keys(files), (path) => files[path] ?? "");
  }

  /** Whether the tree holds a file of this path. */
  has(path: string): boolean {
    return this.#known.has(path);
  }

  /** A file's text, decoded as UTF-8. */
  text(path: string): string {
    return remember(this.#texts, path, () => this.#read(path));
  }

  /** The outline of a source in either language. */
  outline(path: string): Outline {
    if (isAssemblyScript(path)) return this.assemblyScript(path);
    return remember(this.#typeScript, path, () => outlineTypeScript(path, this.text(path)));
  }

  /** The outline of an AssemblyScript source. */
  assemblyScript(path: string): AssemblyScriptOutline {
    return remember(this.#assemblyScript, path, () => outlineAssemblyScript(path, this.text(path)));
  }

  /** Paths of the sources in either language. */
  sources(): string[] {
    return this.paths.filter((path) => isTypeScript(path) || isAssemblyScript(path));
  }
}

function remember<T>(known: Map<string, T>, path: string, make: () => T): T {
  const found = known.get(path);
  if (found !== undefined) return found;
  const made = make();
  known.set(path, made);
  return made;
}
