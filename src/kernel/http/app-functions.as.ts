// HTTP for apps (contracts/http-functions.ts). Whoever waits here serves all other connections,
// too, as far as that goes without the app.
import * as errno from "../base/errno.as";
import { putDecimal, putText } from "../base/line.as";
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import { idle, round } from "../boot/loop.as";
import { handleStop, stopRequested } from "../boot/stop.as";
import { beginMessage, endMessage } from "../console/message.as";
import { copyVariable } from "../launch/strings.as";
import { isAppRange } from "../memory/app-memory.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { ipv4, portOf, setUnspecified } from "../net/address.as";
import { hasReadySocket, nextReadySocket, ownerOf } from "../net/socket-table.as";
import { parsePort } from "../net/settings.as";
import { localAddress } from "../net/sockets.as";
import { fillRequest } from "./app-request.as";
import { appSource, connectionCount, findListener, findRequest } from "./connections.as";
import { flush, lose } from "./exchange.as";
import { beginField, beginHead, endField, putReason, setGivenLength } from "./head-writer.as";
import { highWater } from "./output.as";
import {
  bodyHere,
  bodyLater,
  endBody,
  readBody,
  respondInPieces,
  respondWhole,
  takeBody,
  writeBody,
} from "./respond.as";
import { roundTime } from "./round-clock.as";
import { noEvent, requestArrived, requestGone, sourceReleased } from "./serve.as";
import {
  closeHttpListeners,
  eventConnection,
  httpOwner,
  listenForHttp,
  nextHttpEvent,
  nextServerDeadline,
  noteHttpReady,
  startHttpRound,
} from "./server.as";
import { respondFromTree } from "./site.as";
import { graceTime } from "./stopping.as";
import { nextTimerDeadline } from "./timers.as";

const usualPort: i32 = 8080;
const fieldBytes: u32 = 16;
const fieldLimit: u32 = 256;
const requestBytes: u32 = 40;

/** Longer bodies are sent piece by piece. */
const wholeLimit: u32 = 262_144;
const pieceBytes: u32 = 32_768;

let stopDeadline: u64 = 0;

/** Listens on a port of every IPv4 address; the port goes to `result`. */
export function http_listen(port: u32, result: u32): u32 {
  if (port > 0xffff) return errno.invalid;
  if (!isAppRange(result, 4)) return errno.fault;
  const address = allocateZeroedFrame();
  if (address == 0) return errno.noMemory;
  setUnspecified(address, ipv4, port);
  const listener = listenForHttp(address);
  if (listener < 0) return <u32>-listener;
  handleStop();
  const connection = findListener(listener);
  if (connection != null) localAddress(connection.socket, address);
  app.store32(result, portOf(address));
  return errno.success;
}

/** Waits for a request. */
export function http_next(request: u32, room: u32, roomBytes: u32): u32 {
  if (!isAppRange(request, requestBytes) || !isAppRange(room, roomBytes)) return errno.fault;
  if (!awaitRequest()) return errno.canceled;
  return fillRequest(eventConnection(), request, room, roomBytes);
}

/** Waits until a request has arrived, `eventConnection`; false when asked to stop. */
function awaitRequest(): bool {
  let event = noEvent;
  while (event != requestArrived) {
    event = nextHttpEvent();
    if (event == requestGone) eventConnection().handle = 0;
    else if (event == sourceReleased) eventConnection().token = 0;
    if (event != noEvent) continue;
    if (stopRequested() && isStopped()) return false;
    waitRound(nextServerDeadline());
  }
  return true;
}

/** Serves the files that the image carries on PORT, 8080 by default: an exit status. */
export function http_serve_files(): u32 {
  const address = allocateZeroedFrame();
  const port = address == 0 ? -1 : readPort(address);
  if (port < 0) {
    beginMessage(text("PORT is no port; give a number from 0 to 65535"));
    endMessage();
    return 1;
  }
  setUnspecified(address, ipv4, port);
  const listener = listenForHttp(address);
  if (listener < 0) {
    beginMessage(text("cannot listen on port "));
    putDecimal(port);
    if (listener == -<i64>errno.addressInUse) {
      putText(text(": in use; publish another port of the host (-p), or set PORT"));
    } else putText(text(": not permitted; set PORT to another, or publish it with -p"));
    endMessage();
    return 1;
  }
  handleStop();
  while (awaitRequest()) respondFromTree(eventConnection());
  return 0;
}

function readPort(buffer: usize): i32 {
  const length = copyVariable(text("PORT"), buffer, 16);
  return length <= 0 ? usualPort : parsePort(buffer, buffer + length);
}

/** Waits for some of a body: how many bytes were read, 0 at its end. */
export function http_read(request: u64, buffer: u32, length: u32, result: u32): u32 {
  if (!isAppRange(buffer, length) || !isAppRange(result, 4)) return errno.fault;
  let outcome = bodyLater;
  while (outcome == bodyLater) {
    const connection = findRequest(request);
    if (connection == null) return errno.badDescriptor;
    outcome = readBody(connection);
    if (outcome == bodyHere) {
      const taken = min(length, connection.bodyLength);
      app.copyOut(buffer, connection.buffer + connection.bodyStart, taken);
      takeBody(connection, taken);
      app.store32(result, taken);
    } else if (outcome == bodyLater) {
      if (!flush(connection)) lose(connection);
      waitRound(nextTimerDeadline());
    }
  }
  if (outcome == 0) app.store32(result, 0);
  return outcome < 0 ? -outcome : errno.success;
}

/** Sends a whole response; when it returns, the body is no longer needed. */
export function http_respond(
  request: u64, status: u32, fields: u32, count: u32, body: u32, length: u32,
): u32 {
  if (!isAppRange(body, length)) return errno.fault;
  const error = writeHead(status, fields, count);
  if (error != 0) return error;
  const connection = findRequest(request);
  if (connection == null) return errno.badDescriptor;
  if (length <= wholeLimit) {
    const outcome = respondWhole(connection, status, appSource, body, length, 0);
    return outcome < 0 ? -outcome : errno.success;
  }
  setGivenLength(length);
  const outcome = respondInPieces(connection, status);
  if (outcome < 0) return -outcome;
  const writeError = http_write(request, body, length);
  return writeError != 0 ? writeError : http_end(request);
}

/** Begins a response that comes in pieces. */
export function http_start(request: u64, status: u32, fields: u32, count: u32): u32 {
  const error = writeHead(status, fields, count);
  if (error != 0) return error;
  const connection = findRequest(request);
  if (connection == null) return errno.badDescriptor;
  const outcome = respondInPieces(connection, status);
  return outcome < 0 ? -outcome : errno.success;
}

/** Waits until the bytes are on their way. */
export function http_write(request: u64, bytes: u32, length: u32): u32 {
  if (!isAppRange(bytes, length)) return errno.fault;
  while (length != 0) {
    const connection = findRequest(request);
    if (connection == null) return errno.badDescriptor;
    if (connection.outputBytes >= highWater) {
      if (!flush(connection)) lose(connection);
      else if (connection.outputBytes >= highWater) waitRound(nextTimerDeadline());
      continue;
    }
    const piece = min(length, pieceBytes);
    const outcome = writeBody(connection, bytes, piece);
    if (outcome < 0) return -outcome;
    bytes += piece;
    length -= piece;
  }
  return errno.success;
}

/** Ends the body of a response that came in pieces. */
export function http_end(request: u64): u32 {
  const connection = findRequest(request);
  if (connection == null) return errno.badDescriptor;
  endBody(connection);
  return errno.success;
}

/** Answers a request from the files that the image carries. */
export function http_respond_file(request: u64): u32 {
  const connection = findRequest(request);
  if (connection == null) return errno.badDescriptor;
  respondFromTree(connection);
  return errno.success;
}

/** Waits until a connection is ready or a deadline has come, and notes who is. */
function waitRound(deadline: u64): void {
  if (stopDeadline != 0) deadline = min(deadline, stopDeadline);
  // What the app waited for elsewhere may have told of sockets, which does not happen twice.
  idle(hasReadySocket() ? 0 : deadline, false);
  round();
  for (let socket = nextReadySocket(); socket >= 0; socket = nextReadySocket()) {
    if (ownerOf(socket) == httpOwner) noteHttpReady(socket);
  }
  startHttpRound();
}

/** Stops listening, once; whether nothing is left to do, or the time for it is over. */
function isStopped(): bool {
  if (stopDeadline == 0) {
    stopDeadline = roundTime() + graceTime;
    closeHttpListeners();
  }
  return connectionCount() == 0 || roundTime() >= stopDeadline;
}

function writeHead(status: u32, fields: u32, count: u32): u32 {
  if (count > fieldLimit) return errno.overflow;
  if (!isAppRange(fields, count * fieldBytes)) return errno.fault;
  beginHead(status);
  putReason(status);
  for (let field = fields; count != 0; count--) {
    const name = app.load32(field);
    const nameLength = app.load32(field + 4);
    const value = app.load32(field + 8);
    const valueLength = app.load32(field + 12);
    if (!isAppRange(name, nameLength) || !isAppRange(value, valueLength)) return errno.fault;
    beginField(name, nameLength);
    endField(value, valueLength, false);
    field += fieldBytes;
  }
  return errno.success;
}
