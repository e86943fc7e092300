// What JavaScript calls for an HTTP server (contracts/engine-interface.ts, by their numbers).
import * as errno from "../base/errno.as";
import { Connection, findListener, findRequest } from "../http/connections.as";
import {
  abortExchange,
  bodyHere,
  bodyLater,
  endBody,
  readBody,
  takeBody,
  writeBody,
} from "../http/respond.as";
import { closeHttpListener, listenForHttp } from "../http/server.as";
import { portOf } from "../net/address.as";
import { localAddress } from "../net/sockets.as";
import { addressSpace, readAddress } from "./addresses.as";
import { failed } from "./failed.as";
import { headerList, methodText, peerText, targetText } from "./http-request.as";
import { respond } from "./http-respond.as";
import { upgrade } from "./http-upgrade.as";
import {
  argument,
  bufferStart,
  closeText,
  copyToArrayBuffer,
  integerValue,
  isObject,
  newArray,
  newString,
  nullValue,
  numberValue,
  openText,
  textLength,
  toNumber,
  undefinedValue,
  Value,
} from "./quickjs.as";

/** Calls one of these functions; its arguments are read by `argument(list, index)`. */
export function callHttpFunction(number: u32, list: u32, count: u32): Value {
  if (count == 0) return failed(errno.invalid);
  if (number == 9) return count < 2 ? failed(errno.invalid) : listen(list);
  const handle = <u64>toNumber(argument(list, 0));
  if (number <= 11) return callListener(number, handle);
  const connection = findRequest(handle);
  if (connection == null) return withoutRequest(number);
  switch (number) {
    case 12: return methodText(connection);
    case 13: return targetText(connection);
    case 14: return headerList(connection);
    case 15: return peerText(connection);
    case 16: return read(connection);
    case 17: return respond(connection, list, count);
    case 18: return count < 2 ? failed(errno.invalid) : write(connection, argument(list, 1));
    case 19:
      endBody(connection);
      return undefinedValue;
    case 20:
      abortExchange(connection);
      return undefinedValue;
    default:
      return count < 2 ? failed(errno.invalid) : upgrade(connection, argument(list, 1));
  }
}

/** The client has gone: there is nothing to read, and nobody to write to. */
function withoutRequest(number: u32): Value {
  if (number <= 13 || number == 15) return newString(0, 0);
  if (number == 14) return newArray();
  if (number == 19 || number == 20) return undefinedValue;
  return failed(errno.badDescriptor);
}

function callListener(number: u32, handle: u64): Value {
  const listener = findListener(handle);
  if (listener == null) return number == 10 ? failed(errno.badDescriptor) : undefinedValue;
  if (number == 10) {
    localAddress(listener.socket, addressSpace());
    return integerValue(portOf(addressSpace()));
  }
  closeHttpListener(listener);
  return undefinedValue;
}

function listen(list: u32): Value {
  const address = readAddress(argument(list, 0), argument(list, 1));
  if (address == 0) return failed(errno.invalid);
  const handle = listenForHttp(address);
  return handle < 0 ? integerValue(<i32>handle) : numberValue(<f64>handle);
}

function read(connection: Connection): Value {
  const outcome = readBody(connection);
  if (outcome == bodyLater) return nullValue;
  if (outcome != bodyHere) return outcome == 0 ? undefinedValue : integerValue(outcome);
  const length = connection.bodyLength;
  const chunk = copyToArrayBuffer(connection.buffer + connection.bodyStart, length);
  takeBody(connection, length);
  return chunk;
}

function write(connection: Connection, chunk: Value): Value {
  if (isObject(chunk)) {
    const start = bufferStart(chunk);
    return integerValue(writeBody(connection, start, start == 0 ? 0 : textLength()));
  }
  const start = openText(chunk);
  const outcome = start == 0 ? -<i32>errno.noMemory : writeBody(connection, start, textLength());
  closeText(start);
  return integerValue(outcome);
}
