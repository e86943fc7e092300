// What besides timers gives JavaScript events: HTTP, and the channels of streams and datagrams.
// Each part serves its connections in `serveSources` and delivers their events there.
import { hasReadySocket, nextReadySocket, ownerOf } from "../net/socket-table.as";
import { httpOwner, noteHttpReady } from "../http/server.as";
import {
  channelsDeadline,
  hasChannels,
  serveChannels,
  serveReadyChannel,
} from "./channel-events.as";
import { channelOwner } from "./channels.as";
import { graceDeadline, mindGrace } from "./grace.as";
import { hasHttp, httpDeadline, serveHttp } from "./http-events.as";

/** Serves every connection once and delivers what has happened. */
export function serveSources(): void {
  for (let socket = nextReadySocket(); socket >= 0; socket = nextReadySocket()) {
    const owner = ownerOf(socket);
    if (owner == httpOwner) noteHttpReady(socket);
    else if (owner == channelOwner) serveReadyChannel(socket);
  }
  mindGrace();
  serveChannels();
  if (hasHttp()) serveHttp();
}

/** Whether anything is open that keeps the instance alive. */
export function hasSources(): bool {
  return hasHttp() || hasChannels();
}

/** Monotonic time in nanoseconds at which something has to be served that tells nobody. */
export function sourcesDeadline(): u64 {
  // A program that computes for long has devices looked at meanwhile, which do not tell twice.
  if (hasReadySocket()) return 0;
  const deadline = min(channelsDeadline(), graceDeadline());
  return hasHttp() ? min(deadline, httpDeadline()) : deadline;
}
