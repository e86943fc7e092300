/**
 * Requests to stop for a thread that blocks inside V8, where no signal handler runs: the monitor
 * writes them to a pipe, which a second thread reads.
 */
import { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { StopRequests } from "../../simulator/node-module.ts";

/** The pipe's descriptor in the child process. */
const stopDescriptor = 4;

/** What the second thread is started with. */
export interface StopThreadData {
  readonly kind: "stop";
  /** One word: 1 when there is a request. */
  readonly request: SharedArrayBuffer;
  /** One word, counted up and notified whenever there is one. */
  readonly wake: SharedArrayBuffer;
}

/** Requests to stop; `threadUrl` is a program that calls `watchStop` when it runs as a worker. */
export function pipedStopRequests(threadUrl: URL, wake: Int32Array): StopRequests {
  const request = new Int32Array(new SharedArrayBuffer(4));
  return {
    handle() {
      // Node's handler never runs, but the signals no longer end the process.
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => {});
      const workerData = { kind: "stop", request: request.buffer, wake: wake.buffer };
      new Worker(threadUrl, { workerData }).unref();
    },
    isPending: () => Atomics.load(request, 0) !== 0,
    take: () => Atomics.exchange(request, 0, 0) !== 0,
  };
}

/** Reads the pipe; its end means that whoever ran the instance has gone. */
export function watchStop({ request, wake }: StopThreadData): void {
  const word = new Int32Array(wake);
  const ask = (): void => {
    Atomics.store(new Int32Array(request), 0, 1);
    Atomics.add(word, 0, 1);
    Atomics.notify(word, 0);
  };
  new Socket({ fd: stopDescriptor, readable: true, writable: false })
    .on("data", ask)
    .on("end", ask)
    .on("error", () => {});
}
