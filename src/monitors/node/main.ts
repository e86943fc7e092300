/** The program of the node monitor's child process: runs the app and exits with its status. */
import { readFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { runApp } from "../../simulator/run-app.ts";
import { writeWaiting } from "./descriptors.ts";
import type { Handover } from "./handover.ts";
import { Input, readAhead } from "./input.ts";

const handoverDescriptor = 3;

/**
 * 128 + SIGPIPE, by which a process ends when nobody reads what it writes. Node ignores the signal,
 * and an app that ignores errors, too, would write for ever.
 */
const brokenPipeStatus = 141;

function main(): number {
  const handover = JSON.parse(readFileSync(handoverDescriptor, "utf8")) as Handover;
  const input = new Input(new URL(import.meta.url));
  return runApp({
    kernel: readFileSync(handover.kernelPath),
    app: readFileSync(handover.appPath),
    arguments: handover.arguments,
    environment: handover.environment,
    streams: {
      write: (stream, bytes) => writeWaiting(stream, bytes) || process.exit(brokenPipeStatus),
      read: (capacity) => input.read(capacity),
      inputReady: input.isReady,
    },
    maximumPages: handover.maximumPages ?? undefined,
  });
}

if (isMainThread) process.exit(main());
else readAhead(workerData as SharedArrayBuffer);
