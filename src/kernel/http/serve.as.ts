// Serves one connection as far as that goes without waiting.
import { hungUp, readable, readinessOf } from "../net/socket-table.as";
import {
  awaitsReadable,
  awaitsWritable,
  Connection,
  drainingStage,
  flushingStage,
  goneStage,
  hasEnded,
  inHandStage,
  knowsGone,
  lingeringStage,
  noSource,
  readingStage,
} from "./connections.as";
import {
  announce,
  closeConnection,
  finish,
  flush,
  lose,
  receive,
  refuse,
  rest,
  startOver,
} from "./exchange.as";
import { hasOutput, highWater } from "./output.as";
import { advance } from "./parser.as";
import {
  bodyBytes,
  dropTakenBody,
  headComplete,
  requestComplete,
  requestFailed,
  roomOf,
} from "./request.as";

/** Event: nothing for the app. */
export const noEvent: u32 = 0;
/** Event: a request's head is complete. */
export const requestArrived: u32 = 1;
/** Event: there may be more of the body. */
export const bodyReadable: u32 = 2;
/** Event: there is room to write again. */
export const roomWritable: u32 = 3;
/** Event: the connection of a request is gone. */
export const requestGone: u32 = 4;
/** Event: a source was sent, or never will be; its token is the app's again. */
export const sourceReleased: u32 = 5;

/** Small responses are sent together up to about this many bytes. */
const corkLimit: u32 = 16_384;

/** As much of a body that nobody wants is received before the connection is closed instead. */
const drainLimit: u64 = 262_144;

/** Serves a connection up to the next event for the app. */
export function serveConnection(connection: Connection): u32 {
  if (connection.token != 0 && connection.sourceKind == noSource) return sourceReleased;
  switch (connection.stage) {
    case readingStage: return serveReading(connection);
    case inHandStage: return serveInHand(connection);
    case drainingStage: return serveDraining(connection);
    case flushingStage: return serveFlushing(connection);
    case lingeringStage: return serveLingering(connection);
    case goneStage: return serveGone(connection);
    default: return noEvent;
  }
}

function serveReading(connection: Connection): u32 {
  for (let isMore = true; isMore; ) {
    const isHeavy = connection.sourceKind != noSource || connection.outputBytes > corkLimit;
    if (isHeavy && !flush(connection)) return giveUp(connection);
    if (connection.sourceKind != noSource || connection.outputBytes > corkLimit) return noEvent;
    if (connection.token != 0) return sourceReleased;
    const event = connection.filled == 0 ? 0 : advance(connection);
    if (event == headComplete) {
      announce(connection);
      return requestArrived;
    }
    if (event == requestFailed) {
      refuse(connection, connection.status);
      return noEvent;
    }
    isMore = receive(connection);
  }
  return settle(connection);
}

/** There is nothing more to read for now. */
function settle(connection: Connection): u32 {
  if (connection.error != 0 || !flush(connection)) return giveUp(connection);
  if ((connection.notices & hasEnded) != 0) {
    connection.stage = flushingStage;
    return serveFlushing(connection);
  }
  rest(connection);
  return noEvent;
}

function serveInHand(connection: Connection): u32 {
  if (!flush(connection)) return giveUp(connection);
  const notices = connection.notices;
  if ((notices & awaitsWritable) != 0 && connection.outputBytes < highWater / 2) {
    connection.notices &= ~awaitsWritable;
    return roomWritable;
  }
  const readiness = readinessOf(connection.socket);
  if ((notices & awaitsReadable) != 0 && (readiness & readable) != 0) {
    connection.notices &= ~awaitsReadable;
    return bodyReadable;
  }
  // A client may end sending and still wait for the response; a connection that broke tells so.
  if ((readiness & hungUp) != 0 && (notices & hasEnded) == 0 && canReceive(connection)) {
    receive(connection);
    if (connection.error != 0) return giveUp(connection);
  }
  return noEvent;
}

function canReceive(connection: Connection): bool {
  return connection.buffer != 0 && roomOf(connection) != 0;
}

/** Receives and drops the rest of a request that was answered without it. */
function serveDraining(connection: Connection): u32 {
  for (let isMore = true; isMore; ) {
    dropTakenBody(connection);
    const event = advance(connection);
    if (event == requestComplete) {
      startOver(connection);
      return serveConnection(connection);
    }
    if (event == requestFailed || connection.bodyTotal > drainLimit) {
      connection.stage = flushingStage;
      return serveFlushing(connection);
    }
    isMore = event == bodyBytes || receive(connection);
  }
  return settle(connection);
}

function serveFlushing(connection: Connection): u32 {
  if (connection.error != 0 || !flush(connection)) return giveUp(connection);
  if (!hasOutput(connection)) finish(connection);
  return noEvent;
}

function serveLingering(connection: Connection): u32 {
  for (let isMore = true; isMore; ) {
    connection.filled = 0;
    isMore = receive(connection);
  }
  if (connection.error != 0 || (connection.notices & hasEnded) != 0) closeConnection(connection);
  return noEvent;
}

function giveUp(connection: Connection): u32 {
  lose(connection);
  return serveGone(connection);
}

function serveGone(connection: Connection): u32 {
  if (connection.token != 0) return sourceReleased;
  if ((connection.notices & knowsGone) != 0) {
    connection.notices &= ~knowsGone;
    return requestGone;
  }
  closeConnection(connection);
  return noEvent;
}
