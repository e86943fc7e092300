/**
 * The monitor's questions (contracts/control-channel.ts) for a thread that blocks inside V8: a second
 * thread reads them from the socket, and the first one writes the answers to it.
 */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { frameHeaderBytes, frameKinds } from "../../contracts/control-channel.ts";
import type { Questions } from "../../simulator/node-module.ts";

const kinds = [frameKinds.healthRequest, frameKinds.metricsRequest];

/** What the second thread is started with. */
export interface QuestionThreadData {
  readonly kind: "questions";
  readonly descriptor: number;
  /** One word: bit n is set while the question `n` of `kinds` is unanswered. */
  readonly asked: SharedArrayBuffer;
  /** One word, counted up and notified whenever there is one. */
  readonly wake: SharedArrayBuffer;
}

/** Questions; `threadUrl` is a program that calls `watchQuestions` when it runs as a worker. */
export function socketQuestions(threadUrl: URL, wake: Int32Array, descriptor: number): Questions {
  const asked = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { kind: "questions", descriptor, asked: asked.buffer, wake: wake.buffer };
  new Worker(threadUrl, { workerData }).unref();
  return {
    isPending: () => Atomics.load(asked, 0) !== 0,
    take() {
      const bits = Atomics.load(asked, 0);
      const index = kinds.findIndex((_, number) => (bits & (1 << number)) !== 0);
      Atomics.and(asked, 0, ~(1 << index));
      return kinds[index] ?? 0;
    },
    answer(frame) {
      try {
        writeSync(descriptor, frame);
      } catch {
        // Whoever asked has gone, or does not take answers: there is none, then.
      }
    },
  };
}

/** Reads the socket; what is no question is left unanswered. */
export function watchQuestions({ descriptor, asked, wake }: QuestionThreadData): void {
  const [bits, word] = [new Int32Array(asked), new Int32Array(wake)];
  let rest = Buffer.alloc(0);
  new Socket({ fd: descriptor, readable: true, writable: false })
    .on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (; rest.length >= frameHeaderBytes; rest = rest.subarray(frameHeaderBytes)) {
        const index = kinds.findIndex((kind) => rest.readUInt32LE(0) === kind);
        if (index >= 0) Atomics.or(bits, 0, 1 << index);
      }
      Atomics.add(word, 0, 1);
      Atomics.notify(word, 0);
    })
    .on("error", () => {});
}
