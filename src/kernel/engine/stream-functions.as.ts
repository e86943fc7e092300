// What JavaScript calls for TCP streams (contracts/engine-interface.ts, by their numbers).
import * as errno from "../base/errno.as";
import { listenAt } from "../net/listeners.as";
import { isNetworkOff } from "../net/settings.as";
import { readable, readinessOf } from "../net/socket-table.as";
import {
  closeSocket,
  localAddress,
  peerAddress,
  receiveBytes,
  shutdownSocket,
} from "../net/sockets.as";
import { addressSpace, endpointText, readAddress } from "./addresses.as";
import { breakOff, waitingLimit } from "./channel-events.as";
import {
  attachSocket,
  awaitsReadable,
  awaitsWritable,
  Channel,
  datagramKind,
  detachSocket,
  endsWriting,
  findChannel,
  isSpent,
  listenerKind,
  makeChannel,
  namingStage,
  openStage,
  socketOf,
  spend,
  streamKind,
} from "./channels.as";
import { closeChannel, takeWaiting } from "./closing.as";
import { failed } from "./failed.as";
import { heldLength, holdBytes } from "./held-bytes.as";
import {
  argument,
  copyToArrayBuffer,
  hold,
  integerValue,
  newArray,
  nullValue,
  numberValue,
  setElement,
  toInteger,
  toNumber,
  undefinedValue,
  Value,
} from "./quickjs.as";
import { receiveBuffer, receiveBufferBytes } from "./receive-buffer.as";
import { addOutput, sendOutput, someLeft } from "./stream-output.as";

const sendingEnds: u32 = 2;
const largestPort: i32 = 0xffff;

/** Calls one of these functions; its arguments are read by `argument(list, index)`. */
export function callStreamFunction(number: u32, list: u32, count: u32): Value {
  if (count == 0) return failed(errno.invalid);
  if (number == 22 || number == 23) {
    if (count < 2) return failed(errno.invalid);
    return number == 22 ? connect(list) : listen(list);
  }
  const handle = <u64>toNumber(argument(list, 0));
  if (number == 24) return accept(findChannel(handle, listenerKind));
  if (number == 28) return close(findAny(handle));
  if (number == 29) return addresses(findAny(handle));
  const stream = findChannel(handle, streamKind);
  if (stream == null) return number == 27 ? undefinedValue : failed(errno.badDescriptor);
  if (stream.stage != openStage) return failed(errno.notConnected);
  switch (number) {
    case 25: return read(stream);
    case 26: return count < 2 ? failed(errno.invalid) : write(stream, argument(list, 1));
    default:
      shutdown(stream);
      return undefinedValue;
  }
}

function connect(list: u32): Value {
  const port = toInteger(argument(list, 1));
  if (port <= 0 || port > largestPort) return failed(errno.invalid);
  if (isNetworkOff()) return failed(errno.accessDenied);
  const stream = makeChannel(streamKind, namingStage);
  if (stream == null) return failed(errno.noMemory);
  stream.name = hold(argument(list, 0));
  stream.port = port;
  stream.deadline = 0;
  return numberValue(<f64>stream.handle);
}

function listen(list: u32): Value {
  const address = readAddress(argument(list, 0), argument(list, 1));
  if (address == 0) return failed(errno.invalid);
  const socket = listenAt(address);
  if (socket < 0) return integerValue(socket);
  const listener = makeChannel(listenerKind, openStage);
  if (listener == null) {
    closeSocket(socket);
    return failed(errno.noMemory);
  }
  attachSocket(listener, socket);
  listener.deadline = 0;
  return numberValue(<f64>listener.handle);
}

function accept(listener: Channel | null): Value {
  if (listener == null) return failed(errno.badDescriptor);
  // There is room again for one that the host keeps.
  if (listener.waitingCount == waitingLimit) listener.deadline = 0;
  const stream = takeWaiting(listener);
  return stream == null ? failed(errno.again) : numberValue(<f64>stream.handle);
}

function read(stream: Channel): Value {
  if (stream.content != 0) return takeContent(stream);
  if (stream.socketPlusOne == 0) return undefinedValue;
  const buffer = receiveBuffer();
  if (buffer == 0) return failed(errno.noMemory);
  const socket = socketOf(stream);
  let bytes: i64 = -<i64>errno.again;
  if ((readinessOf(socket) & readable) != 0) {
    bytes = receiveBytes(socket, buffer, receiveBufferBytes, 0);
  }
  if (bytes > 0) return copyToArrayBuffer(buffer, <u32>bytes);
  if (bytes == 0) return end(stream);
  if (bytes != -<i64>errno.again) {
    spend(stream);
    return integerValue(<i32>bytes);
  }
  stream.notices |= awaitsReadable;
  return nullValue;
}

function takeContent(stream: Channel): Value {
  const content = stream.content;
  stream.content = 0;
  return content;
}

/** The other side sends no more. What has ended both ways keeps nothing alive. */
function end(stream: Channel): Value {
  if ((stream.notices & endsWriting) != 0 && stream.firstOutput == 0) {
    detachSocket(stream);
    spend(stream);
  }
  return undefinedValue;
}

function write(stream: Channel, chunk: Value): Value {
  const isEnded = (stream.notices & (endsWriting | isSpent)) != 0;
  if (isEnded || stream.socketPlusOne == 0) return failed(errno.brokenPipe);
  const token = holdBytes(chunk);
  if (token == 0) return failed(errno.noMemory);
  const isBlocked = stream.firstOutput != 0;
  if (!addOutput(stream, token, heldLength())) return failed(errno.noMemory);
  const outcome = isBlocked ? someLeft : sendOutput(stream);
  if (outcome < 0) breakOff(stream, -outcome);
  if (outcome == someLeft) stream.notices |= awaitsWritable;
  return integerValue(outcome);
}

function shutdown(stream: Channel): void {
  if ((stream.notices & endsWriting) != 0 || stream.socketPlusOne == 0) return;
  stream.notices |= endsWriting;
  if (stream.firstOutput == 0) shutdownSocket(socketOf(stream), sendingEnds);
}

function close(channel: Channel | null): Value {
  if (channel != null) closeChannel(channel);
  return undefinedValue;
}

/** The addresses of both ends; of what has no peer, its own alone. */
function addresses(channel: Channel | null): Value {
  const list = newArray();
  if (channel == null || channel.socketPlusOne == 0) return list;
  const socket = socketOf(channel);
  if (localAddress(socket, addressSpace()) != 0) return list;
  setElement(list, 0, endpointText(addressSpace()));
  if (peerAddress(socket, addressSpace()) != 0) return list;
  setElement(list, 1, endpointText(addressSpace()));
  return list;
}

function findAny(handle: u64): Channel | null {
  const stream = findChannel(handle, streamKind);
  if (stream != null) return stream;
  const listener = findChannel(handle, listenerKind);
  return listener != null ? listener : findChannel(handle, datagramKind);
}
