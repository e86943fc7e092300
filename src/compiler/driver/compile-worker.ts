/** The program of a thread that helps to compile a large module: see compile-in-threads.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { encodeChunks } from "../object/object-file.ts";
import { takeBatch, tryBatch } from "./batches.ts";
import type { BatchResult, WorkerTask } from "./compile-in-threads.ts";
import { unlinkedApp } from "./unlinked-app.ts";

const { bytes, settings, queue } = workerData as WorkerTask;
// A large module is compiled without a look at the kernel.
const { environment, symbols } = unlinkedApp(bytes, settings);

for (let next = takeBatch(queue); next !== undefined; next = takeBatch(queue)) {
  const chunks = tryBatch(queue, next, environment, symbols);
  // A copy, as a buffer may be part of a larger one, and only whole ones can be handed over.
  const encoded = chunks === undefined ? undefined : new Uint8Array(encodeChunks(chunks, symbols));
  const result: BatchResult = { position: next, encoded };
  parentPort?.postMessage(result, encoded === undefined ? [] : [encoded.buffer]);
}
