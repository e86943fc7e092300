/** `tsuki dev` as a user starts it, and what it tells. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { program, type Workplace } from "../command-line.fixture.ts";

/** One line of what a session tells as JSON. */
export type Told = Readonly<Record<string, unknown>> & { readonly event: string };

/** A session of development in a test's folder. */
export class DevSession {
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  readonly #output: Promise<string>;
  #own = "";
  #wake: () => void = () => {};
  #seen = 0;

  constructor(place: Workplace, words: readonly string[]) {
    this.#child = spawn(process.execPath, [program, "dev", "--json", ...words], {
      cwd: place.folder,
      env: place.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("no streams");
    this.#output = text(stdout);
    createInterface({ input: stderr }).on("line", (line) => {
      if (line.startsWith('{"time":')) this.#told.push(JSON.parse(line) as Told);
      else this.#own += `${line}\n`;
      this.#wake();
    });
  }

  /** What the program, and not the session, has written to standard error. */
  get errors(): string {
    return this.#own;
  }

  /** The next thing of these kinds that is told. */
  async next(...events: readonly string[]): Promise<Told> {
    for (;;) {
      for (; this.#seen < this.#told.length; this.#seen++) {
        const told = this.#told[this.#seen];
        if (told === undefined || !events.includes(told.event)) continue;
        this.#seen++;
        return told;
      }
      await this.#more();
    }
  }

  /** Waits until the program has written a line to standard error. */
  async untilWritten(line: string): Promise<void> {
    while (!this.#own.includes(`${line}\n`)) await this.#more();
  }

  /** Waits until anything more is written. */
  async #more(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the session has ended: ${this.#own}`);
    await new Promise<void>((settle) => {
      this.#wake = settle;
    });
  }

  /** Asks it to stop: its status, and what the program wrote to standard output. */
  async end(): Promise<{ readonly status: number | null; readonly output: string }> {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    return { status: this.#child.exitCode, output: await this.#output };
  }
}
