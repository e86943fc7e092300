import { wasiErrors } from "../contracts/wasi-preview1.ts";
import type { Clock } from "./clock.ts";
import { InstanceExit } from "./exit.ts";
import { folderModule } from "./folder-module.ts";
import type { Folders } from "./folders.ts";
import type { MachineFunction } from "./machine.ts";
import { type Network, noNetwork } from "./network.ts";
import { socketModule } from "./socket-module.ts";

/** The three standard streams; everything is synchronous. */
export interface Streams {
  /** Writes all of `bytes` to standard output (1) or error (2); false when nobody reads them. */
  readonly write: (stream: 1 | 2, bytes: Uint8Array) => boolean;
  /** Waits for standard input: at most `capacity` bytes, none at its end. */
  readonly read: (capacity: number) => Uint8Array;
  /** Whether `read` would not wait. */
  readonly inputReady: () => boolean;
}

/** Requests to stop, which end the process unless they are caught. */
export interface StopRequests {
  /** Has them reported from now on. */
  readonly handle: () => void;
  /** Whether there is one that was not taken. */
  readonly isPending: () => boolean;
  /** Takes it: whether there was one. */
  readonly take: () => boolean;
}

/** A monitor's questions for reports. */
export interface Questions {
  /** Whether there is one that was not taken. */
  readonly isPending: () => boolean;
  /** Takes one: the kind of its frame (contracts/control-channel.ts), 0 for none. */
  readonly take: () => number;
  /** Sends the frame that answers it. */
  readonly answer: (frame: Uint8Array) => void;
}

const noQuestions: Questions = { isPending: () => false, take: () => 0, answer: () => {} };

const noStopRequests: StopRequests = {
  handle: () => {},
  isPending: () => false,
  take: () => false,
};

/** What TypeScript does for a kernel on the node platform. */
export interface NodeSurroundings {
  readonly streams: Streams;
  readonly clock: Clock;
  /** Fills a buffer with random bytes. */
  readonly random: (bytes: Uint8Array) => void;
  readonly launchRecord: () => Uint8Array;
  /** None by default. */
  readonly network?: Network | undefined;
  /** None by default. */
  readonly folders?: Folders | undefined;
  /** None by default. */
  readonly stopRequests?: StopRequests | undefined;
  /** None by default. */
  readonly questions?: Questions | undefined;
  /** Throws an InstanceExit by default. */
  readonly exit?: ((status: number) => never) | undefined;
}

/** The `node` module of the machine interface. */
export function nodeModule(
  surroundings: NodeSurroundings,
  memory: WebAssembly.Memory,
): Record<string, MachineFunction> {
  const { streams, clock, random, launchRecord, network = noNetwork, folders } = surroundings;
  const { stopRequests = noStopRequests, questions = noQuestions } = surroundings;
  const range = (pointer: number, length: number): Uint8Array =>
    new Uint8Array(memory.buffer, pointer >>> 0, length >>> 0);
  return {
    ...socketModule(network, memory),
    ...folderModule(folders, memory),
    write: (stream: number, pointer: number, length: number) => {
      const isWritten = streams.write(stream === 2 ? 2 : 1, range(pointer, length));
      return isWritten ? wasiErrors.success : wasiErrors.pipe;
    },
    read: (pointer: number, capacity: number) => {
      const bytes = streams.read(capacity >>> 0).subarray(0, capacity >>> 0);
      range(pointer, bytes.length).set(bytes);
      return bytes.length;
    },
    inputReady: () => Number(streams.inputReady()),
    monotonicTime: clock.monotonicTime,
    wallTime: clock.wallTime,
    randomFill: (pointer: number, length: number) => random(range(pointer, length)),
    arguments: (pointer: number, capacity: number) => {
      const record = launchRecord();
      const part = record.subarray(0, capacity >>> 0);
      range(pointer, part.length).set(part);
      return record.length;
    },
    idle: (deadline: bigint, input: number) => {
      const hasInput = input === 0 ? () => false : streams.inputReady;
      clock.waitUntil(
        BigInt.asUintN(64, deadline),
        () =>
          network.hasEvents() || hasInput() || stopRequests.isPending() || questions.isPending(),
      );
    },
    catchStop: () => stopRequests.handle(),
    takeStop: () => Number(stopRequests.take()),
    takeQuestion: () => questions.take(),
    answer: (pointer: number, length: number) => questions.answer(range(pointer, length).slice()),
    exit: surroundings.exit ?? unwind,
  };
}

function unwind(status: number): never {
  throw new InstanceExit(status);
}
