/** What apps in Node have around them: the process's own streams, clock, folders and requests to stop. */
import { hostClock } from "../../simulator/clock.ts";
import { HostFolders } from "../../simulator/host-folders.ts";
import type { AppRun } from "../../simulator/run-app.ts";
import { diskLock } from "../lock-disk.ts";
import { writeWaiting } from "./descriptors.ts";
import { Input } from "./input.ts";
import { pipedStopRequests } from "./stop.ts";

/**
 * 128 + SIGPIPE, by which a process ends when nobody reads what it writes. Node ignores the signal,
 * and an app that ignores errors, too, would write for ever.
 */
const brokenPipeStatus = 141;

/**
 * This process, for an app whose thread sleeps on `wake`; `threadUrl` is the program of its other threads,
 * `hostPath` that of `tsuki-host`.
 */
export function processSurroundings(
  threadUrl: URL,
  wake: Int32Array<SharedArrayBuffer>,
  hostPath: string,
) {
  const input = new Input(threadUrl, wake);
  return {
    streams: {
      write: (stream, bytes) => writeWaiting(stream, bytes) || process.exit(brokenPipeStatus),
      read: (capacity) => input.read(capacity),
      inputReady: input.isReady,
    },
    clock: hostClock(wake),
    folders: new HostFolders(diskLock(hostPath)),
    stopRequests: pipedStopRequests(threadUrl, wake),
  } satisfies Partial<AppRun>;
}
