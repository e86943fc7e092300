/** The program of the node monitor's child process: runs the app and exits with its status. */
import { readFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { runApp } from "../../simulator/run-app.ts";
import type { Handover } from "./handover.ts";
import { socketQuestions } from "./questions.ts";
import { ThreadedNetwork } from "./sockets.ts";
import { processSurroundings } from "./surroundings.ts";
import { serveThread, type ThreadData } from "./threads.ts";

const handoverDescriptor = 3;

function main(): number {
  const handover = JSON.parse(readFileSync(handoverDescriptor, "utf8")) as Handover;
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const threadUrl = new URL(import.meta.url);
  const network = new ThreadedNetwork(threadUrl, wake);
  const { controlDescriptor: control } = handover;
  const status = runApp({
    kernel: readFileSync(handover.kernelPath),
    app: readFileSync(handover.appPath),
    arguments: handover.arguments,
    environment: handover.environment,
    ...processSurroundings(threadUrl, wake, handover.hostPath),
    network,
    questions: control === null ? undefined : socketQuestions(threadUrl, wake, control),
    maximumPages: handover.maximumPages ?? undefined,
  });
  network.finish();
  return status;
}

if (isMainThread) process.exit(main());
else serveThread(workerData as ThreadData);
