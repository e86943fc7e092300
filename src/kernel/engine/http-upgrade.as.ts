// Requests whose connections become streams (RFC 9110, 7.8).
import * as errno from "../base/errno.as";
import { text } from "../base/text.as";
import { Connection, hasBegun } from "../http/connections.as";
import { flush, releaseConnection } from "../http/exchange.as";
import {
  beginHead,
  endHead,
  headLength,
  headStart,
  putField,
  putReason,
} from "../http/head-writer.as";
import { hasOutput } from "../http/output.as";
import { donePhase } from "../http/request.as";
import { noDelayOption } from "../net/socket-options.as";
import { setSocketOption } from "../net/sockets.as";
import { breakOff } from "./channel-events.as";
import {
  attachSocket,
  Channel,
  freeChannel,
  makeChannel,
  openStage,
  streamKind,
} from "./channels.as";
import { failed } from "./failed.as";
import { heldLength, holdBytes, releaseToken } from "./held-bytes.as";
import { writeFields } from "./http-respond.as";
import { copyToArrayBuffer, exception, free, numberValue, Value } from "./quickjs.as";
import { addOutput, sendOutput } from "./stream-output.as";

const switchingProtocols: u32 = 101;

/** Answers 101 and gives the stream that the connection is from now on. */
export function upgrade(connection: Connection, fields: Value): Value {
  const isWhole = connection.phase == donePhase && (connection.notices & hasBegun) == 0;
  // What was answered before on this connection goes out first.
  if (!isWhole || !flush(connection) || hasOutput(connection)) return failed(errno.invalid);
  beginHead(switchingProtocols);
  putReason(switchingProtocols);
  writeFields(fields);
  putField(text("Connection: Upgrade"));
  if (!endHead()) return failed(errno.overflow);
  const head = copyToArrayBuffer(headStart(), headLength());
  if (head == exception) return exception;
  const token = holdBytes(head);
  free(head);
  const stream = makeChannel(streamKind, openStage);
  if (stream == null) {
    releaseToken(token);
    return failed(errno.noMemory);
  }
  if (!addOutput(stream, token, heldLength())) {
    freeChannel(stream);
    return failed(errno.noMemory);
  }
  takeOver(stream, connection);
  return numberValue(<f64>stream.handle);
}

/** Takes the socket, and what the client has already sent behind its request. */
function takeOver(stream: Channel, connection: Connection): void {
  const early = connection.filled - connection.cursor;
  if (early != 0) {
    stream.content = copyToArrayBuffer(connection.buffer + connection.cursor, early);
  }
  const socket = connection.socket;
  releaseConnection(connection);
  attachSocket(stream, socket);
  setSocketOption(socket, noDelayOption, 1);
  const outcome = sendOutput(stream);
  if (outcome < 0) breakOff(stream, -outcome);
}
