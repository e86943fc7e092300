// What besides timers gives JavaScript events: HTTP, streams, datagrams. Each part serves its
// connections in `serveSources` and delivers their events there.
import { neverDeadline } from "../boot/loop.as";
import { hasReadySocket, nextReadySocket, ownerOf } from "../net/socket-table.as";
import { hasHttp, httpDeadline, serveHttp } from "./http-events.as";
import { httpOwner, noteHttpReady } from "../http/server.as";

/** Serves every connection once and delivers what has happened. */
export function serveSources(): void {
  for (let socket = nextReadySocket(); socket >= 0; socket = nextReadySocket()) {
    if (ownerOf(socket) == httpOwner) noteHttpReady(socket);
  }
  if (hasHttp()) serveHttp();
}

/** Whether anything is open that keeps the instance alive. */
export function hasSources(): bool {
  return hasHttp();
}

/** Monotonic time in nanoseconds at which something has to be served that tells nobody. */
export function sourcesDeadline(): u64 {
  // A program that computes for long has devices looked at meanwhile, which do not tell twice.
  if (hasReadySocket()) return 0;
  return hasHttp() ? httpDeadline() : neverDeadline;
}
