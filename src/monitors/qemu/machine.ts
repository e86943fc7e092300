/** One running QEMU as an instance: its streams, its control channel, and how it ends. */
import type { ChildProcess } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { TsukiError } from "../../contracts/errors.ts";
import { endedStatus, type Instance, type InstanceStreams } from "../interface.ts";
import {
  type GuestFrame,
  GuestFrameReader,
  stdinEndFrame,
  stdinFrames,
  stopFrame,
  timeFrame,
} from "./frames.ts";

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

/** A QEMU process with the control channel on `control`. */
export class Machine implements Instance {
  readonly #qemu: ChildProcess;
  readonly #control: Duplex;
  readonly #streams: Streams;
  readonly #reader = new GuestFrameReader();
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
    qemu: ChildProcess & { stdout: Readable; stderr: Readable },
    { control, output }: { readonly control: Duplex; readonly output: Duplex },
    streams: InstanceStreams,
    onEnd: () => void,
  ) {
    this.#qemu = qemu;
    this.#control = control;
    this.#streams = streams === "inherit" ? process : streams;
    process.once("exit", this.#onExit);
    // Standard output comes by a console's port or by COM1; on the latter, too, before there is one.
    qemu.stdout.pipe(this.#streams.stdout, { end: false });
    output.pipe(this.#streams.stdout, { end: false });
    output.on("error", () => {});
    qemu.stderr.on("data", (chunk: Buffer) => {
      this.#messages = (this.#messages + chunk.toString("utf8")).slice(-messageLimit);
    });
    control.on("data", (chunk: Buffer) => this.#receive(chunk));
    control.on("error", () => {});
    const ended = Promise.all([
      finished(qemu.stdout).catch(() => {}),
      finished(output, { writable: false }).catch(() => {}),
      finished(control, { writable: false }).catch(() => {}),
      new Promise((settle) => qemu.once("exit", settle)),
    ]);
    this.#ended = ended.then(() => {
      clearTimeout(this.#timer);
      process.removeListener("exit", this.#onExit);
      this.#disconnectInput();
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
    if (this.#isReady && this.#control.writable) this.#control.write(stopFrame());
    this.#endSoon();
  }

  kill(): void {
    this.#requested = endedStatus.killed;
    this.#qemu.kill("SIGKILL");
  }

  /** Passes standard input on, no faster than the guest takes it. */
  #connectInput(): () => void {
    const { stdin } = this.#streams;
    const onData = (chunk: Buffer | string) => {
      stdin.pause();
      this.#writeLater(stdinFrames(Buffer.from(chunk)), () => stdin.resume());
    };
    const onEnd = () => this.#writeLater(stdinEndFrame(), () => undefined);
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

  /**
   * Writes once what has arrived is read: writing to a machine that has ended closes the channel,
   * with its last words in it.
   */
  #writeLater(frames: Uint8Array, onRoom: () => void): void {
    setImmediate(() => {
      if (!this.#control.writable) return;
      if (this.#control.write(frames)) onRoom();
      else this.#control.once("drain", onRoom);
    });
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
        if (this.#requested !== undefined) this.#control.write(stopFrame());
        this.#disconnectInput = this.#connectInput();
        return;
      case "timeRequest":
        // A guest that asks and asks without listening is not answered for ever.
        if (this.#control.writable && !this.#control.writableNeedDrain) {
          this.#control.write(timeFrame(BigInt(Date.now()) * nanosecondsPerMillisecond));
        }
        return;
      case "stderrData":
        this.#streams.stderr.write(frame.payload);
        return;
      case "exitStatus":
        this.#status ??= frame.status;
        this.#endSoon();
    }
  }

  #endSoon(): void {
    this.#timer ??= setTimeout(() => this.#qemu.kill("SIGKILL"), graceMs);
  }

  #conclude(): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#status !== undefined) return this.#status;
    if (this.#requested !== undefined) return this.#requested;
    const said = this.#messages.trim().replaceAll(/\s*\n\s*/g, "; ");
    const why = said === "" ? "the guest stopped without a word" : said;
    throw new TsukiError("instance-lost", `QEMU ended without an exit status: ${why}`);
  }
}
