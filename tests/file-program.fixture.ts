/** tests/apps/files.c, which does with files what standard input says, on any monitor. */
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Platform } from "../src/contracts/machine-interface.ts";
import { build } from "../src/engine/build.ts";
import type { DiskMount, Instance, Monitor } from "../src/monitors/interface.ts";

/** What is built into its images. */
type Embeds = NonNullable<Parameters<typeof build>[0]["embed"]>;

/** One run of the program. */
export interface FileRun {
  /** Put before every path. */
  readonly root: string;
  readonly commands?: readonly string[];
  readonly environment?: readonly string[];
  readonly disks?: readonly DiskMount[];
  /** Whether it is to be asked how it is. */
  readonly hasReports?: boolean;
}

/** What came of it. */
export interface FileEnding {
  readonly status: number;
  /** A line for each command. */
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A program that runs, and its input, which its end ends. */
export interface RunningProgram {
  readonly instance: Instance;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly ended: () => Promise<FileEnding>;
}

/** The program and its images, built once for each platform. */
export class FileProgram {
  readonly #folder: string;
  readonly #embed: () => Embeds;
  readonly #images = new Map<string, Promise<string>>();

  /** `embed` makes what is built into images, in the folder. */
  constructor(folder: string, embed: () => Embeds = () => []) {
    this.#folder = folder;
    this.#embed = embed;
  }

  /** The path of an image; one for `solo5` has so many disks. */
  async imagePath(platform: Platform, diskCount = 0): Promise<string> {
    const key = `${platform} ${diskCount}`;
    const known = this.#images.get(key);
    if (known !== undefined) return await known;
    const made = build({
      sources: [join(import.meta.dirname, "apps", "files.c")],
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: this.#folder,
      environment: { ...process.env, XDG_CACHE_HOME: join(this.#folder, "cache") },
      platform,
      diskCount,
      embed: this.#embed(),
    }).then(({ path }) => path);
    this.#images.set(key, made);
    return await made;
  }

  /** Starts the program, and leaves its input open; where there is none, it is given the commands. */
  async start(monitor: Monitor, run: FileRun): Promise<RunningProgram> {
    const { root, environment, disks, commands = [], hasReports = false } = run;
    const isConsole = monitor.name === "solo5";
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const instance = await monitor.launch({
      imagePath: await this.imagePath(monitor.platform, isConsole ? disks?.length : 0),
      arguments: ["files", root, ...(isConsole ? commands : [])],
      environment: environment ?? [],
      disks,
      hasReports,
      streams: { stdin, stdout, stderr },
      memoryMebibytes: undefined,
    });
    const ended = async (): Promise<FileEnding> => {
      const [output, errors] = [text(stdout), text(stderr)];
      const status = await instance.wait();
      stdout.end();
      stderr.end();
      return { status, lines: (await output).split("\n").slice(0, -1), errors: await errors };
    };
    return { instance, stdin, stdout, ended };
  }

  /** Runs the program to its end. */
  async run(monitor: Monitor, run: FileRun): Promise<FileEnding> {
    const { stdin, ended } = await this.start(monitor, run);
    Readable.from((run.commands ?? []).map((command) => `${command}\n`)).pipe(stdin);
    return await ended();
  }
}
