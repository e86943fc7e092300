// What happens on a connection between a request's first byte and its response's last.
import * as errno from "../base/errno.as";
import { text } from "../base/text.as";
import { readable, readinessOf } from "../net/socket-table.as";
import { closeSocket, receiveBytes, shutdownSocket } from "../net/sockets.as";
import {
  closesAfter,
  Connection,
  dropBuffer,
  drainingStage,
  enlargeBuffer,
  ensureBuffer,
  flushingStage,
  freeConnection,
  goneStage,
  hasContinued,
  hasEnded,
  inHandStage,
  knowsGone,
  lingeringStage,
  nameRequest,
  readingStage,
} from "./connections.as";
import {
  beginHead,
  endHead,
  headLength,
  headStart,
  putField,
  putReason,
} from "./head-writer.as";
import { addOutput, allSent, dropOutput, hasOutput, sendOutput } from "./output.as";
import { enqueue, feedStarving, starve, unqueue } from "./queue.as";
import {
  expectsContinue,
  headerPhase,
  nextRequest,
  oldVersion,
  donePhase,
  roomOf,
  wantsClose,
  wantsKeepAlive,
} from "./request.as";
import { roundTime } from "./round-clock.as";
import {
  bodyTimer,
  clearTimer,
  headTimer,
  idleTimer,
  lingerTimer,
  progressBytes,
  setTimer,
  writeTimer,
} from "./timers.as";

/** A body keeps at least this much room to arrive in. */
const leastRoom: u32 = 512;

const sendingEnds: u32 = 2;

/** Names a request whose head is complete and has the app see it. */
export function announce(connection: Connection): void {
  nameRequest(connection);
  const flags = connection.flags;
  const isOld = (flags & oldVersion) != 0;
  const keeps = isOld ? (flags & wantsKeepAlive) != 0 : true;
  connection.stage = inHandStage;
  connection.notices &= hasEnded;
  if (!keeps || (flags & wantsClose) != 0) connection.notices |= closesAfter;
  if ((flags & expectsContinue) == 0) connection.notices |= hasContinued;
  clearTimer(connection);
}

/** Receives more; false when there is no more for now, the connection's end included. */
export function receive(connection: Connection): bool {
  if ((readinessOf(connection.socket) & readable) == 0) return false;
  if (!ensureBuffer(connection)) {
    starve(connection);
    return false;
  }
  const least: u32 = connection.phase <= headerPhase ? 1 : leastRoom;
  if (roomOf(connection) < least && !enlargeBuffer(connection) && roomOf(connection) == 0) {
    starve(connection);
    return false;
  }
  const place = connection.buffer + connection.filled;
  const received = receiveBytes(connection.socket, place, roomOf(connection), 0);
  if (received > 0) {
    connection.filled += <u32>received;
    connection.progress += <u32>received;
    return true;
  }
  if (received == 0) connection.notices |= hasEnded;
  else if (received != -<i64>errno.again) connection.error = <u32>-received;
  return false;
}

/** Sends what there is to send and minds the time it takes; false when the connection is lost. */
export function flush(connection: Connection): bool {
  if (!hasOutput(connection)) return true;
  const outcome = sendOutput(connection);
  if (outcome < 0) {
    connection.error = -outcome;
    return false;
  }
  if (outcome == allSent) {
    if (connection.timer == writeTimer) clearTimer(connection);
  } else if (connection.timer != writeTimer || connection.progress >= progressBytes) {
    setTimer(connection, writeTimer, roundTime());
  }
  return true;
}

/** The response is complete: what comes next on the connection. */
export function completeResponse(connection: Connection): void {
  connection.handle = 0;
  const isClosing = (connection.notices & closesAfter) != 0;
  if (connection.phase != donePhase && !isClosing) connection.stage = drainingStage;
  else startOver(connection);
  enqueue(connection);
}

/** Request and response are complete: goes on with the next request, or closes. */
export function startOver(connection: Connection): void {
  connection.handle = 0;
  if ((connection.notices & closesAfter) != 0) {
    connection.stage = flushingStage;
    return;
  }
  connection.notices &= hasEnded;
  nextRequest(connection);
  connection.stage = readingStage;
}

/** Refuses what cannot be understood, or came too late, and closes. */
export function refuse(connection: Connection, status: u32): void {
  beginHead(status);
  putReason(status);
  putField(text("Connection: close"));
  putField(text("Content-Length: 0"));
  if (!endHead() || !addOutput(connection, headStart(), headLength())) {
    connection.error = errno.noMemory;
  }
  connection.handle = 0;
  connection.stage = flushingStage;
  connection.notices |= closesAfter;
  enqueue(connection);
}

/** Nothing is at hand: an idle connection keeps no buffer. */
export function rest(connection: Connection): void {
  const isIdle = connection.cursor == connection.filled && connection.phase == 0;
  if (isIdle) dropBuffer(connection);
  if (isIdle) feedStarving();
  if (connection.timer == writeTimer) return;
  if (isIdle) setTimer(connection, idleTimer, roundTime());
  else if (connection.timer != headTimer) setTimer(connection, headTimer, roundTime());
}

/** Minds the time that a body takes. */
export function awaitBody(connection: Connection): void {
  if (connection.timer == bodyTimer && connection.progress < progressBytes) return;
  setTimer(connection, bodyTimer, roundTime());
}

/** Everything is sent: closes, but lets the client read the response first (RFC 9112, 9.6). */
export function finish(connection: Connection): void {
  const isRead = connection.phase == donePhase && connection.cursor == connection.filled;
  const isQuiet = (readinessOf(connection.socket) & readable) == 0;
  if ((connection.notices & hasEnded) != 0 || (isRead && isQuiet)) {
    closeConnection(connection);
    return;
  }
  dropBuffer(connection);
  connection.phase = donePhase;
  connection.stage = lingeringStage;
  shutdownSocket(connection.socket, sendingEnds);
  setTimer(connection, lingerTimer, roundTime());
}

/** Gives a connection up; an app that has its request is told. */
export function lose(connection: Connection): void {
  if (connection.stage == inHandStage) connection.notices |= knowsGone;
  connection.stage = goneStage;
  clearTimer(connection);
  dropOutput(connection);
  enqueue(connection);
}

/** Lets go of a connection whose socket somebody else has from now on. */
export function releaseConnection(connection: Connection): void {
  clearTimer(connection);
  unqueue(connection);
  freeConnection(connection);
  feedStarving();
}

/** Closes a connection; what the app lent to it is given back first. */
export function closeConnection(connection: Connection): void {
  if (connection.token != 0) {
    lose(connection);
    return;
  }
  dropOutput(connection);
  closeSocket(connection.socket);
  releaseConnection(connection);
}
