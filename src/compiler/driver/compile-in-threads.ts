import { Worker } from "node:worker_threads";
import type { CompileThreads } from "../../contracts/build.ts";
import { TsukiError } from "../../contracts/errors.ts";
import type { Chunk } from "../object/object.ts";
import { decodeChunks } from "../object/object-file.ts";
import type { SymbolTable } from "../object/symbols.ts";
import {
  type Batch,
  type BatchQueue,
  compileBatch,
  newQueue,
  takeBatch,
  tryBatch,
} from "./batches.ts";
import type { ProgramSettings, UnitEnvironment } from "./environment.ts";

/** What a thread is given. */
export interface WorkerTask {
  /** The module's bytes in shared memory. */
  readonly bytes: Uint8Array;
  readonly settings: ProgramSettings;
  readonly queue: BatchQueue;
}

/** What a thread sends back for each batch that it took. */
export interface BatchResult {
  readonly position: number;
  /** The batch's chunks (object-file.ts); undefined if it cannot be compiled. */
  readonly encoded: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * All functions of a unit, validated and compiled by several threads, this one among them. The chunks
 * are the same whatever the number of threads, and so is the error if there is one: a batch that
 * fails is compiled again here. Throws a `TsukiError` if a thread ends early.
 */
export async function compileInThreads(
  environment: UnitEnvironment,
  settings: ProgramSettings,
  symbols: SymbolTable,
  { count, program }: CompileThreads,
): Promise<Chunk[]> {
  const { module } = environment.unit;
  const queue = newQueue(module);
  const task: WorkerTask = { bytes: sharedCopy(module.bytes), settings, queue };
  const results: (Chunk[] | undefined)[] = queue.batches.map(() => undefined);
  const workers = Array.from(
    { length: Math.min(count, queue.batches.length) - 1 },
    () => new Worker(program, { workerData: task }),
  );
  const ends = workers.map((worker) =>
    finish(worker, ({ position, encoded }) => {
      if (encoded !== undefined) results[position] = decodeChunks(encoded, symbols);
    }),
  );
  const allEnd = Promise.all(ends);
  try {
    // The others' results wait for this thread to be idle.
    for (let next = takeBatch(queue); next !== undefined; next = takeBatch(queue)) {
      results[next] = tryBatch(queue, next, environment, symbols);
    }
    await allEnd;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results.flatMap(
    (chunks, position) =>
      chunks ?? compileBatch(queue.batches[position] as Batch, environment, symbols),
  );
}

function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Waits until a thread has sent all that it has. */
function finish(worker: Worker, onResult: (result: BatchResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      reject(
        new TsukiError(
          "compile-thread",
          `a thread of the compiler ended early: ${why}; build with --jobs 1, or give Node more ` +
            "memory (NODE_OPTIONS=--max-old-space-size=4096)",
          { cause },
        ),
      );
    worker.on("message", onResult);
    worker.on("error", (error) => fail(error.message, error));
    worker.on("exit", (status) => (status === 0 ? resolve() : fail(`exit status ${status}`)));
  });
}
