/** A home on a disk of its own, on which the power goes behind every single thing that a program does. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "../../src/simulator/random.ts";
import { Workplace } from "../command-line.fixture.ts";
import { type Chance, Disk, digestOf, putRemains, type Remains } from "./disk.fixture.ts";
import { type FileOperation, operationsIn, recordingTo } from "./recording.fixture.ts";

/** Nothing that was not flushed; all names, but no bytes; names, and zeroes; everything. */
const chances: readonly Chance[] = [
  { changes: () => 0, bytes: (flushed) => flushed },
  { changes: (count) => count, bytes: (flushed) => flushed },
  { changes: (count) => count, bytes: (_, written) => Buffer.alloc(written.length) },
  { changes: (count) => count, bytes: (_, written) => written },
];

/** Some of it, folder by folder and file by file. */
function someOf(random: SeededRandom): Chance {
  return {
    changes: (count) => random.between(0, count),
    bytes: (flushed, written) =>
      [flushed, written, Buffer.alloc(written.length)][random.below(3)] ?? written,
  };
}

/** What is looked at after each cut. */
export interface Cuts {
  /** Runs the program to its end, by these words before its own. */
  readonly run: (strace: readonly string[]) => Promise<void>;
  /** The folder in which it works. */
  readonly folder?: string;
  /** Whether a write tells somebody that all is done, as its end does; any to standard output otherwise. */
  readonly isSaid?: (descriptor: number, bytes: Buffer) => boolean;
  /** Looks at what is left, in the environment that says where; `hasSaid`: whether somebody was told. */
  readonly look: (environment: NodeJS.ProcessEnv, hasSaid: boolean) => Promise<void> | void;
}

/** The home and a folder to work in. */
export class Site {
  readonly place = new Workplace();
  // In memory, if that can be: nothing there waits for a disk.
  readonly #target = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "tsuki-cut-"),
  );

  /** Where the home's data is. */
  get data(): string {
    return join(this.#home, "data");
  }

  /** Runs a program, and looks at all that power cuts on its way leave; how many those were. */
  async cutEverywhere({ run, folder, isSaid, look }: Cuts): Promise<number> {
    const disk = new Disk(this.#home);
    const trace = join(this.place.folder, "trace");
    await run(["strace", ...recordingTo(trace)]);
    const says = isSaid ?? ((descriptor: number) => descriptor === 1);
    const seen = new Set<string>();
    let hasSaid = false;
    const operations = operationsIn(readFileSync(trace, "utf8"), folder ?? "/");
    for (const [index, operation] of operations.entries()) {
      disk.do(operation);
      hasSaid ||=
        index === operations.length - 1 ||
        (operation.kind === "write" && says(operation.descriptor, operation.bytes));
      const random = new SeededRandom(index);
      for (const chance of [...chances, someOf(random), someOf(random)]) {
        const remains = disk.cutPower("data", chance);
        const digest = `${digestOf(remains)} ${hasSaid}`;
        if (!seen.has(digest))
          await this.#lookBehind(operation, remains, (data) => look(data, hasSaid));
        seen.add(digest);
      }
    }
    return seen.size;
  }

  /** Removes everything. */
  remove(): void {
    this.place.remove();
    rmSync(this.#target, { recursive: true });
  }

  get #home(): string {
    return this.place.environment["HOME"] ?? "";
  }

  async #lookBehind(
    operation: FileOperation,
    remains: Remains,
    look: (environment: NodeJS.ProcessEnv) => Promise<void> | void,
  ): Promise<void> {
    const data = join(this.#target, "data");
    putRemains(remains, data);
    mkdirSync(data, { recursive: true });
    try {
      await look({ XDG_DATA_HOME: data });
    } catch (error) {
      const what = JSON.stringify(operation, (name, value: unknown) => {
        return name === "bytes" ? undefined : value;
      });
      throw new Error(`when the power goes behind ${what}: ${String(error)}`, { cause: error });
    } finally {
      rmSync(data, { recursive: true });
    }
  }
}
