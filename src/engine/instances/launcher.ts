/** Processes that start supervisors for this one, which is too large to fork quickly. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import {
  launchAnswerHeaderBytes,
  launchHeaderBytes,
  launchVerb,
} from "../../contracts/supervisor.ts";
import { builtFile } from "../package-files.ts";

/** Who starts a supervisor waits for the disk most of the time. */
const launcherLimit = 4;

/** A program to be started. */
export interface LaunchedProgram {
  readonly folder: string;
  /** Its path, which is its name as well, and its arguments. */
  readonly words: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
}

const launchers: Launcher[] = [];

/**
 * Starts a program and returns what it said until it closed its outputs; several can be started at
 * once. Rejects when the launcher itself cannot be started.
 */
export async function launch(program: LaunchedProgram): Promise<string> {
  const [first] = launchers.sort((one, other) => one.load - other.load);
  const isFull = launchers.length === launcherLimit;
  const launcher = first !== undefined && (first.load === 0 || isFull) ? first : new Launcher();
  if (launcher !== first) launchers.push(launcher);
  try {
    return await launcher.ask(program);
  } catch (error) {
    const place = launchers.indexOf(launcher);
    if (place >= 0) launchers.splice(place, 1);
    throw error;
  }
}

interface Question {
  readonly settle: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** One such process, which does one thing after the other and ends with this one. */
class Launcher {
  readonly #child: ChildProcess;
  readonly #questions: Question[] = [];
  #received = Buffer.alloc(0);

  constructor() {
    this.#child = spawn(builtFile("tsuki-host"), [launchVerb], {
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdin, stdout } = this.#child;
    // It keeps this process only while it has something to do.
    this.#child.unref();
    for (const stream of [stdin, stdout]) if (stream instanceof Socket) stream.unref();
    stdin?.on("error", () => undefined);
    stdout?.on("data", (bytes: Buffer) => this.#take(bytes));
    this.#child.once("error", (error) => this.#fail(error));
    this.#child.once("exit", () => this.#fail(new Error("tsuki-host launch has ended")));
  }

  /** What it has to do still. */
  get load(): number {
    return this.#questions.length;
  }

  async ask(program: LaunchedProgram): Promise<string> {
    return await new Promise((settle, reject) => {
      this.#child.ref();
      this.#questions.push({ settle, reject });
      this.#child.stdin?.write(encodeRequest(program));
    });
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= launchAnswerHeaderBytes) {
      const end = launchAnswerHeaderBytes + this.#received.readUInt32LE(0);
      if (this.#received.length < end) return;
      const answer = this.#received.toString("utf8", launchAnswerHeaderBytes, end);
      this.#received = this.#received.subarray(end);
      this.#questions.shift()?.settle(answer);
      if (this.load === 0) this.#child.unref();
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#questions.splice(0)) reject(error);
  }
}

function encodeRequest({ folder, words, environment }: LaunchedProgram): Uint8Array {
  const texts = [folder, ...words, ...environment].map((text) => `${text}\0`).join("");
  const request = Buffer.alloc(launchHeaderBytes + Buffer.byteLength(texts));
  request.writeUInt32LE(request.length - launchHeaderBytes, 0);
  request.writeUInt32LE(words.length, 4);
  request.write(texts, launchHeaderBytes);
  return request;
}
