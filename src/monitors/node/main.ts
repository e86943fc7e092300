/** The program of the node monitor's child process: runs the app and exits with its status. */
import { readFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { hostClock } from "../../simulator/clock.ts";
import { HostFolders } from "../../simulator/host-folders.ts";
import { runApp } from "../../simulator/run-app.ts";
import { writeWaiting } from "./descriptors.ts";
import type { Handover } from "./handover.ts";
import { Input } from "./input.ts";
import { socketQuestions } from "./questions.ts";
import { ThreadedNetwork } from "./sockets.ts";
import { pipedStopRequests } from "./stop.ts";
import { serveThread, type ThreadData } from "./threads.ts";

const handoverDescriptor = 3;

/**
 * 128 + SIGPIPE, by which a process ends when nobody reads what it writes. Node ignores the signal,
 * and an app that ignores errors, too, would write for ever.
 */
const brokenPipeStatus = 141;

function main(): number {
  const handover = JSON.parse(readFileSync(handoverDescriptor, "utf8")) as Handover;
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const threadUrl = new URL(import.meta.url);
  const input = new Input(threadUrl, wake);
  const network = new ThreadedNetwork(threadUrl, wake);
  const { controlDescriptor: control } = handover;
  const status = runApp({
    kernel: readFileSync(handover.kernelPath),
    app: readFileSync(handover.appPath),
    arguments: handover.arguments,
    environment: handover.environment,
    streams: {
      write: (stream, bytes) => writeWaiting(stream, bytes) || process.exit(brokenPipeStatus),
      read: (capacity) => input.read(capacity),
      inputReady: input.isReady,
    },
    clock: hostClock(wake),
    network,
    folders: new HostFolders(),
    stopRequests: pipedStopRequests(threadUrl, wake),
    questions: control === null ? undefined : socketQuestions(threadUrl, wake, control),
    maximumPages: handover.maximumPages ?? undefined,
  });
  network.finish();
  return status;
}

if (isMainThread) process.exit(main());
else serveThread(workerData as ThreadData);
