// An HTTP/1.1 server on sockets: listens, accepts, and hands out events one by one. Whoever runs
// the app asks for the next event until there is none, then waits until `nextServerDeadline`.
import * as errno from "../base/errno.as";
import { listenAt } from "../net/listeners.as";
import { setOwner } from "../net/socket-table.as";
import { acceptConnection, closeSocket } from "../net/sockets.as";
import {
  awaitsReadable,
  Connection,
  connectionAt,
  connectionEnd,
  connectionOf,
  findListener,
  freeConnection,
  hasBegun,
  inHandStage,
  listeningStage,
  nameRequest,
  openConnection,
  readingStage,
} from "./connections.as";
import { closeConnection, lose, refuse, rest } from "./exchange.as";
import { sendOutput } from "./output.as";
import { dequeue, enqueue, hasQueued, unqueue } from "./queue.as";
import { roundTime, startRound } from "./round-clock.as";
import { noEvent, serveConnection } from "./serve.as";
import {
  bodyTimer,
  clearTimer,
  firstWith,
  headTimer,
  idleTimer,
  nextTimerDeadline,
  takeExpired,
} from "./timers.as";

/** Owner of the server's sockets in the socket table. */
export const httpOwner: u32 = 1;

const acceptBatch: u32 = 64;
const requestTimeout: u32 = 408;

let current: Connection | null = null;
let blockedListener: u64 = 0;

/** Listens on an address: the listener's handle, or a negated error number. */
export function listenForHttp(address: usize): i64 {
  const socket = listenAt(address);
  if (socket < 0) return socket;
  const connection = openConnection(socket, listeningStage);
  if (connection == null) {
    closeSocket(socket);
    return -<i64>errno.noMemory;
  }
  nameRequest(connection);
  setOwner(socket, httpOwner);
  // A socket that listened before may have been reported to nobody.
  enqueue(connection);
  return connection.handle;
}

/** Accepts no more connections; idle ones are closed, requests at hand go on. */
export function closeHttpListener(listener: Connection): void {
  const handle = listener.handle;
  unqueue(listener);
  closeSocket(listener.socket);
  freeConnection(listener);
  for (let entry = firstWith(idleTimer); entry != 0; ) {
    const connection = connectionOf(entry - 1);
    entry = connection.later;
    if (connection.listenerHandle == handle) closeConnection(connection);
  }
}

/** Stops listening altogether. */
export function closeHttpListeners(): void {
  for (let socket: u32 = 0; socket < connectionEnd(); socket++) {
    const connection = connectionAt(socket);
    if (connection != null && connection.stage == listeningStage) closeHttpListener(connection);
  }
}

/** Notes that a socket of the server is ready. */
export function noteHttpReady(socket: u32): void {
  enqueue(connectionOf(socket));
}

/** Begins a round: the time is asked for, and whoever took too long is dealt with. */
export function startHttpRound(): void {
  startRound();
  if (blockedListener != 0) reviveListener();
  for (let late = takeExpired(roundTime()); late != null; late = takeExpired(roundTime())) {
    expire(late);
  }
}

/** The next event (serve.as.ts), of `eventConnection`; none when everybody has been served. */
export function nextHttpEvent(): u32 {
  let event = noEvent;
  let connection = current == null ? dequeue() : current;
  while (connection != null) {
    current = connection;
    if (connection.stage == listeningStage) acceptSome(connection);
    else event = serveConnection(connection);
    if (event != noEvent) return event;
    current = null;
    connection = dequeue();
  }
  return noEvent;
}

/** The connection whose event came last. */
export function eventConnection(): Connection {
  return changetype<Connection>(changetype<usize>(current));
}

/** Monotonic time in nanoseconds at which the server has something to do without being asked. */
export function nextServerDeadline(): u64 {
  return hasQueued() ? 0 : nextTimerDeadline();
}

function acceptSome(listener: Connection): void {
  // The round may have begun long ago, or never: their time begins when they are accepted.
  startRound();
  for (let left = acceptBatch; left != 0; left--) {
    const socket = acceptConnection(listener.socket, false);
    if (socket == -<i32>errno.again) return;
    if (socket < 0) {
      // Connections that go make room; the host does not tell again of those that wait.
      blockedListener = listener.handle;
      return;
    }
    const connection = openConnection(socket, readingStage);
    if (connection == null) {
      closeSocket(socket);
      continue;
    }
    connection.listenerHandle = listener.handle;
    setOwner(socket, httpOwner);
    rest(connection);
  }
  enqueue(listener);
}

/** Has a listener accept again that could not for want of sockets. */
function reviveListener(): void {
  const listener = findListener(blockedListener);
  if (listener != null) enqueue(listener);
  blockedListener = 0;
}

function expire(connection: Connection): void {
  if (connection.timer == headTimer) {
    refuse(connection, requestTimeout);
  } else if (connection.timer == bodyTimer && connection.stage == inHandStage) {
    expireBody(connection);
  } else {
    connection.error = errno.timedOut;
    lose(connection);
  }
}

/** Only a client that somebody waits for is late. */
function expireBody(connection: Connection): void {
  if ((connection.notices & awaitsReadable) == 0) {
    clearTimer(connection);
    return;
  }
  if ((connection.notices & hasBegun) == 0) {
    refuse(connection, requestTimeout);
    connection.stage = inHandStage;
    sendOutput(connection);
  }
  connection.error = errno.timedOut;
  lose(connection);
}
