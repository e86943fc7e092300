/** What a handler gets besides the request. */
import { console } from "../console/console.ts";
import { finishWork, startWork } from "./work.ts";

/** Work that goes on after the response. */
export class ExecutionContext {
  readonly props = {};

  /** Keeps a stopping instance alive until a promise has settled; a rejection is logged. */
  waitUntil(promise: unknown): void {
    startWork();
    Promise.resolve(promise)
      .catch((error: unknown) => console.error("waitUntil:", error))
      .finally(finishWork);
  }

  /** Does nothing: there is no origin to pass a request to. */
  passThroughOnException(): void {
    // Kept for programs written for other hosts.
  }
}
