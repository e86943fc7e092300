/** Tells when files change, by watching the folders they lie in: editors replace files. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Some editors write a file in several steps. */
const settleMs = 8;

/** What to watch; absolute paths. */
export interface Watched {
  /** Files, and folders for the names in them. */
  readonly files: readonly string[];
  /** Folders with all that is in them. */
  readonly trees: readonly string[];
}

/** Watches files and folders, which may come and go. */
export class Watcher {
  readonly #onChange: (path: string) => void;
  readonly #folders = new Map<string, FSWatcher>();
  #files = new Map<string, string>();
  #changedTree: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `onChange` is told what has changed, or one of several, once all were quiet for a moment. */
  constructor(onChange: (path: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches these from now on. */
  follow({ files, trees }: Watched): void {
    this.#files = new Map(files.map((path) => [path, versionOf(path)]));
    const wanted = new Set([...files.map(dirname), ...files.filter(isFolder), ...trees]);
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) {
      if (!this.#folders.has(folder)) this.#open(folder, trees.includes(folder));
    }
  }

  /** Ends watching. */
  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #open(folder: string, isTree: boolean): void {
    try {
      const watcher = watch(folder, { recursive: isTree }, () => {
        if (isTree) this.#changedTree = folder;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#look(), settleMs);
      });
      watcher.on("error", () => this.#folders.delete(folder));
      this.#folders.set(folder, watcher);
    } catch {
      // It is gone; the next version tells what is to be watched.
    }
  }

  /** A folder's events are not only about what counts in it. */
  #look(): void {
    const isChanged = ([path, version]: readonly [string, string]) => versionOf(path) !== version;
    const changed = [...this.#files].find(isChanged)?.[0] ?? this.#changedTree;
    this.#changedTree = undefined;
    if (changed === undefined) return;
    for (const path of this.#files.keys()) this.#files.set(path, versionOf(path));
    this.#onChange(changed);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What tells one version of a file from the next without reading it. */
function versionOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false, bigint: true });
  return status === undefined ? "" : `${status.mtimeNs} ${status.size} ${status.ino}`;
}
