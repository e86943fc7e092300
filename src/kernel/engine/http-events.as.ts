// HTTP's events for JavaScript.
import { text } from "../base/text.as";
import { putDecimal, putText } from "../base/line.as";
import { exit } from "../boot/exit.as";
import { stopRequested } from "../boot/stop.as";
import { beginMessage, endMessage } from "../console/message.as";
import { Connection, connectionCount } from "../http/connections.as";
import { roundTime } from "../http/round-clock.as";
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
import { graceTime, requestsAtHand } from "../http/stopping.as";
import { closedEvent, readableEvent, requestEvent, writableEvent } from "./event-numbers.table.as";
import { deliver } from "./events.as";
import { releaseToken } from "./held-bytes.as";

/** So many events are delivered before timers have their turn. */
const eventBatch: u32 = 256;

/** Status of an instance that had to leave requests unanswered. */
const unansweredStatus: u32 = 1;

let stopDeadline: u64 = 0;

/** Whether there is a listener or a connection. */
export function hasHttp(): bool {
  return connectionCount() != 0;
}

/** When the server has something to do without being told. */
export function httpDeadline(): u64 {
  const deadline = nextServerDeadline();
  return stopDeadline == 0 ? deadline : min(deadline, stopDeadline);
}

/** Serves every connection and delivers what happens. */
export function serveHttp(): void {
  startHttpRound();
  if (stopRequested()) mindGrace();
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

/** A program that is asked to stop has a while to answer what it has. */
function mindGrace(): void {
  if (stopDeadline == 0) stopDeadline = roundTime() + graceTime;
  if (roundTime() < stopDeadline) return;
  beginMessage(text("stopped with "));
  putDecimal(requestsAtHand());
  putText(text(" requests unanswered"));
  endMessage();
  exit(unansweredStatus);
}
