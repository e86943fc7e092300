/** One running QEMU as an instance: its streams, its control channel, and how it ends. */
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { TsukiError } from "../../contracts/errors.ts";
import {
  type GuestFrame,
  GuestFrameReader,
  questionFrame,
  stdinEndFrame,
  stdinFrames,
  stopFrame,
  timeFrame,
} from "../frames.ts";
import { endedStatus, type Instance, type InstanceStreams } from "../interface.ts";
import { diskIsTaken } from "../lock-disk.ts";
import { type HealthReport, type MetricsReport, Reports } from "../reports.ts";

/** How long a guest may take to end after it was asked to, or after it said that it would. */
const graceMs = 1_000;

const nanosecondsPerMillisecond = 1_000_000n;

/** How much of QEMU's own messages to keep. */
const messageLimit = 4_096;

interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

type Qemu = ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };

/**
 * A QEMU process with the control channel on its standard streams. Standard output comes by a
 * console's port or by COM1; on the latter, too, before there is one.
 */
export class Machine implements Instance {
  readonly #qemu: Qemu;
  readonly #streams: Streams;
  readonly #reader = new GuestFrameReader();
  readonly #reports = new Reports((question) => this.#ask(question));
  readonly #ended: Promise<number>;
  #status: number | undefined;
  #requested: number | undefined;
  #failure: TsukiError | undefined;
  #messages = "";
  #timer: NodeJS.Timeout | undefined;
  #isReady = false;
  #disconnectInput = () => {};
  /** QEMU would outlive this process and run for nobody. */
  readonly #onExit = () => void this.#qemu.kill("SIGKILL");

  constructor(
    qemu: Qemu,
    outputs: readonly Readable[],
    streams: InstanceStreams,
    onEnd: () => void,
  ) {
    this.#qemu = qemu;
    this.#streams = streams === "inherit" ? process : streams;
    process.once("exit", this.#onExit);
    for (const output of outputs) {
      output.pipe(this.#streams.stdout, { end: false });
      output.on("error", () => {});
    }
    qemu.stderr.on("data", (chunk: Buffer) => {
      this.#messages = (this.#messages + chunk.toString("utf8")).slice(-messageLimit);
    });
    qemu.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    qemu.stdin.on("error", () => {});
    const ended = Promise.all([
      ...[qemu.stdout, ...outputs].map((output) =>
        finished(output, { writable: false }).catch(() => {}),
      ),
      new Promise((settle) => qemu.once("exit", settle)),
    ]);
    this.#ended = ended.then(() => {
      clearTimeout(this.#timer);
      process.removeListener("exit", this.#onExit);
      this.#disconnectInput();
      this.#reports.end();
      onEnd();
      return this.#conclude();
    });
    this.#ended.catch(() => {});
  }

  wait(): Promise<number> {
    return this.#ended;
  }

  stop(): void {
    this.#requested ??= endedStatus.stopped;
    if (this.#isReady) this.#write(stopFrame());
    this.#endSoon();
  }

  kill(): void {
    this.#requested = endedStatus.killed;
    this.#qemu.kill("SIGKILL");
  }

  async health(timeoutMs: number): Promise<HealthReport | undefined> {
    return await this.#reports.health.next(timeoutMs);
  }

  async metrics(timeoutMs: number): Promise<MetricsReport | undefined> {
    return await this.#reports.metrics.next(timeoutMs);
  }

  /** Nothing is sent to a guest before it listens. */
  #ask(question: "health" | "metrics"): boolean {
    const { stdin } = this.#qemu;
    if (this.#isReady) this.#write(questionFrame(question));
    return stdin.writable;
  }

  /** Passes standard input on, no faster than the guest takes it. */
  #connectInput(): () => void {
    const { stdin } = this.#streams;
    const onData = (chunk: Buffer | string) => {
      if (this.#write(stdinFrames(Buffer.from(chunk)))) return;
      stdin.pause();
      this.#qemu.stdin.once("drain", () => stdin.resume());
    };
    const onEnd = () => void this.#write(stdinEndFrame());
    stdin.on("data", onData);
    stdin.once("end", onEnd);
    stdin.once("error", onEnd);
    return () => {
      stdin.removeListener("data", onData);
      stdin.removeListener("end", onEnd);
      stdin.removeListener("error", onEnd);
      stdin.pause();
    };
  }

  /** Writes to the control channel; false when its buffer is full. */
  #write(frames: Uint8Array): boolean {
    const { stdin } = this.#qemu;
    return !stdin.writable || stdin.write(frames);
  }

  #receive(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    try {
      for (const frame of this.#reader.push(chunk)) {
        this.#handle(frame);
      }
    } catch (error) {
      if (!(error instanceof TsukiError)) throw error;
      this.#failure = error;
      this.#qemu.kill("SIGKILL");
    }
  }

  #handle(frame: GuestFrame): void {
    switch (frame.kind) {
      case "ready":
        if (this.#isReady) return;
        this.#isReady = true;
        if (this.#requested !== undefined) this.#write(stopFrame());
        this.#reports.repeat();
        this.#disconnectInput = this.#connectInput();
        return;
      case "timeRequest":
        // A guest that asks and asks without listening is not answered for ever.
        if (!this.#qemu.stdin.writableNeedDrain) {
          this.#write(timeFrame(BigInt(Date.now()) * nanosecondsPerMillisecond));
        }
        return;
      case "stderrData":
        this.#streams.stderr.write(frame.payload);
        return;
      case "exitStatus":
        this.#status ??= frame.status;
        this.#endSoon();
        return;
      default:
        this.#reports.take(frame);
    }
  }

  #endSoon(): void {
    this.#timer ??= setTimeout(() => this.#qemu.kill("SIGKILL"), graceMs);
  }

  #conclude(): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#status !== undefined) return this.#status;
    if (this.#requested !== undefined) return this.#requested;
    const port = /Could not set up host forwarding rule '(\w+):([\d.]+:\d+)-/.exec(this.#messages);
    if (port !== null) {
      const what = `port ${port[2]} (${port[1]}) cannot be published`;
      throw new TsukiError("monitor-failed", `${what}: it is in use, or not yours to open`);
    }
    if (/Failed to (?:get|lock) .*(?:lock|byte)/.test(this.#messages)) throw diskIsTaken();
    const said = this.#messages.trim().replaceAll(/\s*\n\s*/g, "; ");
    const why = said === "" ? "the guest stopped without a word" : said;
    throw new TsukiError("instance-lost", `QEMU ended without an exit status: ${why}`);
  }
}
