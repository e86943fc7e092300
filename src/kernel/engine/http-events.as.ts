// HTTP's events for JavaScript.
import { Connection, connectionCount } from "../http/connections.as";
import {
  bodyReadable,
  noEvent,
  requestArrived,
  requestGone,
  roomWritable,
  sourceReleased,
} from "../http/serve.as";
import {
  eventConnection,
  nextHttpEvent,
  nextServerDeadline,
  startHttpRound,
} from "../http/server.as";
import { closedEvent, readableEvent, requestEvent, writableEvent } from "./event-numbers.table.as";
import { deliver } from "./events.as";
import { releaseToken } from "./held-bytes.as";

/** So many events are delivered before timers have their turn. */
const eventBatch: u32 = 256;

/** Whether there is a listener or a connection. */
export function hasHttp(): bool {
  return connectionCount() != 0;
}

/** When the server has something to do without being told. */
export function httpDeadline(): u64 {
  return nextServerDeadline();
}

/** Serves every connection and delivers what happens. */
export function serveHttp(): void {
  startHttpRound();
  for (let left = eventBatch; left != 0; left--) {
    const event = nextHttpEvent();
    if (event == noEvent) return;
    deliverFor(event, eventConnection());
  }
}

function deliverFor(event: u32, connection: Connection): void {
  const handle = <f64>connection.handle;
  switch (event) {
    case requestArrived:
      deliver(requestEvent, handle, <f64>connection.listenerHandle);
      return;
    case bodyReadable:
      deliver(readableEvent, handle, 0);
      return;
    case roomWritable:
      deliver(writableEvent, handle, 0);
      return;
    case requestGone:
      connection.handle = 0;
      deliver(closedEvent, handle, connection.error);
      return;
    case sourceReleased: {
      const token = connection.token;
      connection.token = 0;
      releaseToken(token);
    }
  }
}
