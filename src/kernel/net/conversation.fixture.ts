import type { Simulation } from "../../simulator/simulation.ts";
import { type Host, hostAddress } from "./stack.fixture.ts";

const errors = { again: -6 } as const;

/** The byte at a place of a stream with a number: a reader can check each by itself. */
function streamByte(stream: number, at: number): number {
  return (Math.imul(at + stream * 7919, 0x9e37_79b1) >>> 13) & 0xff;
}

/** One side of a conversation: writes so many bytes, ends, and checks all that it reads. */
export class Speaker {
  readonly host: Host;
  /** Its stream, once it has one. */
  stream = 0;
  written = 0;
  read = 0;
  hasEnded = false;
  isOver = false;
  private hasShut = false;
  private readonly speaks: number;
  private readonly hears: number;
  private readonly length: number;
  private readonly expected: number;

  constructor(host: Host, number: number, length: number, expected: number, isCaller: boolean) {
    this.host = host;
    this.speaks = number * 2 + (isCaller ? 0 : 1);
    this.hears = number * 2 + (isCaller ? 1 : 0);
    this.length = length;
    this.expected = expected;
  }

  /** Does what can be done now. */
  advance(): void {
    if (this.stream === 0 || this.isOver) return;
    this.writeSome();
    this.readSome();
    if (!this.isOver && this.hasShut && this.hasEnded) {
      this.isOver = true;
      this.host.act("closeStream", this.stream);
    }
  }

  private writeSome(): void {
    while (this.written < this.length) {
      const size = Math.min(this.length - this.written, 8192);
      const bytes = Uint8Array.from({ length: size }, (_, index) =>
        streamByte(this.speaks, this.written + index),
      );
      const count = this.host.write(this.stream, bytes);
      if (count === errors.again) return;
      if (count < 0) throw new Error(`writing fails with ${-count}`);
      this.written += count;
    }
    // Refused until the connection is open.
    if (!this.hasShut) this.hasShut = this.host.act("shutdownStream", this.stream, 2) === 0;
  }

  private readSome(): void {
    while (!this.hasEnded) {
      const bytes = this.host.read(this.stream, 1 + this.host.simulation.random.below(20_000));
      if (bytes === errors.again) return;
      if (typeof bytes === "number") throw new Error(`reading fails with ${-bytes}`);
      if (bytes.length === 0) {
        this.hasEnded = true;
        if (this.read !== this.expected) {
          throw new Error(`${this.read} of ${this.expected} bytes came before the end`);
        }
        return;
      }
      bytes.forEach((byte, index) => {
        if (byte === streamByte(this.hears, this.read + index)) return;
        throw new Error(`byte ${this.read + index} is wrong`);
      });
      this.read += bytes.length;
    }
  }
}

/** What a conversation is: bytes both ways, by which version of IP, at which port. */
export interface Plan {
  readonly fromCaller: number;
  readonly fromCallee: number;
  readonly version: 4 | 6;
  readonly port: number;
}

/** Several conversations between two hosts, at the same time. */
export class Conversations {
  readonly speakers: Speaker[] = [];
  private readonly listeners: { stream: number; callee: Speaker }[] = [];
  private readonly simulation: Simulation;
  private readonly hosts: readonly Host[];

  constructor(simulation: Simulation, caller: Host, callee: Host, plans: readonly Plan[]) {
    this.simulation = simulation;
    this.hosts = [caller, callee];
    plans.forEach(({ fromCaller, fromCallee, version, port }, number) => {
      const address = hostAddress(2, version);
      const listener = callee.act("listenToStreams", callee.place(address), port, 4);
      const answering = new Speaker(callee, number, fromCallee, fromCaller, false);
      this.listeners.push({ stream: listener, callee: answering });
      const asking = new Speaker(caller, number, fromCaller, fromCallee, true);
      asking.stream = caller.act("connectStream", caller.place(address), port, 0);
      this.speakers.push(asking, answering);
    });
  }

  /** Lets time pass until all is said, both ways; throws when that takes too long. */
  run(limitSeconds: number): void {
    const { timeline } = this.simulation;
    const end = timeline.monotonicTime() + BigInt(limitSeconds) * 1_000_000_000n;
    while (!this.speakers.every(({ isOver }) => isOver)) {
      this.advance();
      if (timeline.monotonicTime() > end) throw new Error(`stuck: ${this.report()}`);
      if (!timeline.step()) throw new Error(`nothing happens any more: ${this.report()}`);
    }
  }

  /** Closes the listeners and lets what waits come to its end. */
  finish(): void {
    for (const { stream, callee } of this.listeners) callee.host.act("closeStream", stream);
    this.simulation.timeline.advance(1_000_000_000_000);
    for (const host of this.hosts) host.settle();
  }

  private advance(): void {
    for (const { stream, callee } of this.listeners) {
      if (callee.stream === 0) callee.stream = callee.host.call("acceptStream", stream);
    }
    for (const speaker of this.speakers) speaker.advance();
  }

  private report(): string {
    return this.speakers
      .map(({ written, read, hasEnded }) => `${written} written, ${read} read, ${hasEnded}`)
      .join("; ");
  }
}
