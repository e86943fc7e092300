/** Synchronous standard streams, whatever the descriptors are set to. */
import { readSync, writeSync } from "node:fs";

/** Milliseconds to sleep when a non-blocking descriptor has nothing to give or no room. */
const pauseMs = 2;

const clock = new Int32Array(new SharedArrayBuffer(4));

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Reads at least one byte into `buffer`, waiting as long as it takes; 0 at the end of input. */
export function readWaiting(descriptor: number, buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer);
    } catch (error) {
      const code = codeOf(error);
      // Windows reports the end of a pipe as an error; a missing descriptor has nothing to read.
      if (code === "EOF" || code === "EBADF" || code === "EISDIR") return 0;
      if (code !== "EAGAIN" && code !== "EINTR") throw error;
      Atomics.wait(clock, 0, 0, pauseMs);
    }
  }
}

/** Writes all of `bytes`; false when the other side is gone. */
export function writeWaiting(descriptor: number, bytes: Uint8Array): boolean {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      const code = codeOf(error);
      if (code !== "EAGAIN" && code !== "EINTR") return false;
      Atomics.wait(clock, 0, 0, pauseMs);
    }
  }
  return true;
}
