// What JavaScript calls for an HTTP server (contracts/engine-interface.ts, by their numbers).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
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
import { allocateZeroedFrame } from "../memory/frames.as";
import { addressBytes, ipv4, portOf, setPort, setUnspecified } from "../net/address.as";
import { addressTextBytes, parseAddress } from "../net/address-text.as";
import { localAddress } from "../net/sockets.as";
import { headerList, methodText, peerText, targetText } from "./http-request.as";
import { respond } from "./http-respond.as";
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
  toInteger,
  toNumber,
  undefinedValue,
  Value,
} from "./quickjs.as";

let address: usize = 0; // a frame: an address, then its text

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
      return failed(errno.notImplemented);
  }
}

function failed(error: u32): Value {
  return integerValue(-<i32>error);
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
    localAddress(listener.socket, address);
    return integerValue(portOf(address));
  }
  closeHttpListener(listener);
  return undefinedValue;
}

function listen(list: u32): Value {
  if (address == 0) address = allocateZeroedFrame();
  if (address == 0) return failed(errno.noMemory);
  if (!readHost(argument(list, 0))) return failed(errno.invalid);
  setPort(address, toInteger(argument(list, 1)));
  const handle = listenForHttp(address);
  return handle < 0 ? integerValue(<i32>handle) : numberValue(<f64>handle);
}

/** Reads an address as text; `localhost` and nothing have their usual meaning. */
function readHost(value: Value): bool {
  const start = openText(value);
  const length = textLength();
  const copy = address + addressBytes;
  let isAddress = false;
  if (start != 0 && length <= addressTextBytes) {
    app.copyIn(copy, start, length);
    isAddress = length == 0 || parseAddress(copy, length, address);
    if (length == 0) setUnspecified(address, ipv4, 0);
  }
  closeText(start);
  return isAddress;
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
