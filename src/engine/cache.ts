/** Files that can be made again, kept under $XDG_CACHE_HOME/tsuki. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { writeFileAtomically } from "./atomic-file.ts";

/** What is kept, a folder each. */
export type CacheSection = "sources" | "apps" | "images" | "objects" | "host";

/** What is checked when it is read back, so that a host's crash may break it. */
const verifiedSections: readonly CacheSection[] = ["sources", "apps", "objects"];

/** The most files that a section keeps; the least recently used go first. */
const sectionLimit = 256;

/** Where the cache lies for a user with this environment. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tsuki");
}

/** A folder of files named by what went into them. */
export class Cache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A kept file's bytes, or undefined. */
  read(section: CacheSection, name: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#folder, section, name));
    } catch {
      return undefined;
    }
  }

  /** The path of a kept file, or undefined; counts as a use. */
  find(section: CacheSection, name: string): string | undefined {
    const path = join(this.#folder, section, name);
    if (!existsSync(path)) return undefined;
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // A cache that can only be read still serves.
    }
    return path;
  }

  /** Keeps a file, readable by this user only, and returns its path. Throws `cache-unusable`. */
  write(section: CacheSection, name: string, bytes: Uint8Array, mode: 0o600 | 0o700): string {
    const folder = join(this.#folder, section);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#refuseForeign(folder);
      this.#makeRoom(folder);
      writeFileAtomically(join(folder, name), bytes, mode, !verifiedSections.includes(section));
    } catch (error) {
      if (error instanceof TsukiError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new TsukiError(
        "cache-unusable",
        `cannot write the cache in ${folder}: ${why}; set XDG_CACHE_HOME to a folder of yours`,
        { cause: error },
      );
    }
    return join(folder, name);
  }

  /** Images are executed from here, so that nobody else may be able to write. */
  #refuseForeign(folder: string): void {
    const state = statSync(folder);
    const user = process.getuid?.();
    if (user === undefined) return;
    if (state.uid === user && (state.mode & 0o022) === 0) return;
    throw new TsukiError(
      "cache-unusable",
      `the cache folder ${folder} can be written by others; set XDG_CACHE_HOME to a folder of yours`,
    );
  }

  #makeRoom(folder: string): void {
    const names = readdirSync(folder);
    if (names.length < sectionLimit) return;
    const oldestFirst = names
      .map((name) => ({ path: join(folder, name), time: lastUse(join(folder, name)) }))
      .sort((a, b) => a.time - b.time);
    for (const { path } of oldestFirst.slice(0, names.length - sectionLimit / 2)) {
      rmSync(path, { force: true });
    }
  }
}

function lastUse(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
