// JavaScript's responses.
import * as errno from "../base/errno.as";
import { appSource, Connection } from "../http/connections.as";
import { beginField, beginHead, endField, putAppReason, putReason } from "../http/head-writer.as";
import { abortExchange, respondInPieces, respondWhole } from "../http/respond.as";
import { releaseToken } from "./held-bytes.as";
import {
  argument,
  bufferStart,
  closeText,
  free,
  getElement,
  hold,
  integerValue,
  isObject,
  isPresent,
  openText,
  textLength,
  toInteger,
  Value,
} from "./quickjs.as";

const serverError: u32 = 500;

/** Responds; a head that cannot be sent becomes an error of the server's. */
export function respond(connection: Connection, list: u32, count: u32): Value {
  if (count < 4) return integerValue(-<i32>errno.invalid);
  const status = toInteger(argument(list, 1));
  beginHead(status);
  writeReason(status, argument(list, 2));
  writeFields(argument(list, 3));
  const hasBody = count > 4 && isPresent(argument(list, 4));
  let outcome: i32 = 0;
  if (hasBody) outcome = respondWithBody(connection, status, argument(list, 4));
  else outcome = respondInPieces(connection, status);
  if (outcome == -<i32>errno.overflow) {
    beginHead(serverError);
    putReason(serverError);
    if (respondWhole(connection, serverError, appSource, 0, 0, 0) < 0) abortExchange(connection);
  }
  return integerValue(outcome);
}

function writeReason(status: u32, reason: Value): void {
  const start = openText(reason);
  if (start == 0 || textLength() == 0) putReason(status);
  else putAppReason(start, textLength());
  closeText(start);
}

/** Writes names and values that alternate in an array. */
export function writeFields(fields: Value): void {
  for (let index: u32 = 0; ; index += 2) {
    const name = getElement(fields, index);
    if (!isPresent(name)) break;
    const value = getElement(fields, index + 1);
    writeField(name, value);
    free(name);
    free(value);
  }
}

function writeField(name: Value, value: Value): void {
  const nameStart = openText(name);
  beginField(nameStart, nameStart == 0 ? 0 : textLength());
  closeText(nameStart);
  const valueStart = openText(value);
  endField(valueStart, valueStart == 0 ? 0 : textLength(), true);
  closeText(valueStart);
}

/** The body is sent from where it lies, and held as long as that takes. */
function respondWithBody(connection: Connection, status: u32, body: Value): i32 {
  let start: u32 = 0;
  let token: u64 = 0;
  if (isObject(body)) {
    start = bufferStart(body);
    token = hold(body);
  } else {
    start = openText(body);
    token = start;
    if (start == 0) return -<i32>errno.overflow;
  }
  const length = start == 0 ? 0 : textLength();
  const outcome = respondWhole(connection, status, appSource, start, length, token);
  if (outcome != 1) releaseToken(token);
  return outcome;
}
