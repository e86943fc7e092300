/** Runs the built command line as a user would, with a home of its own. */
import { type SpawnOptions, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** The built program. */
export const program = join(import.meta.dirname, "..", "dist", "cli.js");

/** How a program ended and what it said. */
export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A folder in which a test works, and the command line in it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
  readonly #home = mkdtempSync(join(tmpdir(), "tsuki-home-"));

  /** Puts a file into the folder; returns its name. */
  write(name: string, content: string | Uint8Array): string {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  /** Names of everything in the folder, sorted. */
  names(): readonly string[] {
    return readdirSync(this.folder).sort();
  }

  /** The environment that a command gets; the cache lies in the workplace's own home. */
  get environment(): NodeJS.ProcessEnv {
    const { PATH, TMPDIR } = process.env;
    return {
      ...(PATH === undefined ? {} : { PATH }),
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      HOME: this.#home,
    };
  }

  /** Runs `tsuki` with these words. */
  async tsuki(words: readonly string[], options: RunOptions = {}): Promise<Ending> {
    return await this.run(process.execPath, [program, ...words], options);
  }

  /** Runs any program in the folder. */
  async run(path: string, words: readonly string[], options: RunOptions = {}): Promise<Ending> {
    const spawnOptions: SpawnOptions = {
      cwd: this.folder,
      env: { ...this.environment, ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
    };
    const child = spawn(path, words, spawnOptions);
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new Error("no streams");
    stdin.on("error", () => {});
    const { typed } = options;
    if (typed === undefined) stdin.end(options.input ?? "");
    let seen = "";
    stdout.on("data", (bytes: Buffer) => {
      seen += bytes.toString("utf8");
      stdin.write(typed?.(seen) ?? "");
    });
    const [output, errors] = [text(stdout), text(stderr)];
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((settle, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => settle([status, signal]));
    });
    options.onStart?.({ signal: (name) => void child.kill(name), stdout });
    const [status, signal] = await ended;
    return { status, signal, output: await output, errors: await errors };
  }

  /** Removes the folder and the home. */
  remove(): void {
    for (const folder of [this.folder, this.#home])
      rmSync(folder, { recursive: true, force: true });
  }
}

/** What else a run gets. */
export interface RunOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Instead of an input: what to type, by what was seen so far. */
  readonly typed?: (seen: string) => string | undefined;
  readonly onStart?: (running: {
    signal: (name: NodeJS.Signals) => void;
    stdout: NodeJS.ReadableStream;
  }) => void;
}
