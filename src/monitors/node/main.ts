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
/** Nothing was started (contracts/supervisor.ts). */
const startFailure = 125;

function main(): number {
  const handover = JSON.parse(readFileSync(handoverDescriptor, "utf8")) as Handover;
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const threadUrl = new URL(import.meta.url);
  const network = new ThreadedNetwork(threadUrl, wake);
  const { controlDescriptor: control } = handover;
  const run = {
    kernel: readFileSync(handover.kernelPath),
    app: readFileSync(handover.appPath),
    arguments: handover.arguments,
    environment: handover.environment,
    ...processSurroundings(threadUrl, wake, handover.hostPath),
    network,
    questions: control === null ? undefined : socketQuestions(threadUrl, wake, control),
    maximumPages: handover.maximumPages ?? undefined,
  };
  try {
    return runApp(run);
  } catch (error) {
    return refuse(error);
  } finally {
    network.finish();
  }
}

/** The module is valid, or it were no image: what V8 does not compile, this V8 does not know. */
function refuse(error: unknown): number {
  if (!(error instanceof WebAssembly.CompileError)) throw error;
  const reason = error.message.replace(/^WebAssembly\.Module\(\): /, "");
  process.stderr.write(
    `tsuki: this Node cannot run the app: ${reason}; ` +
      "use another monitor, or a newer Node (docs/errors.md#wasm-unsupported)\n",
  );
  return startFailure;
}

if (isMainThread) process.exit(main());
else serveThread(workerData as ThreadData);
