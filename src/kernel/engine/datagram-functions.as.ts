// What JavaScript calls for UDP sockets (contracts/engine-interface.ts, by their numbers).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { familyOf, setPort } from "../net/address.as";
import { addressTextBytes, parseAddress } from "../net/address-text.as";
import { claimListener } from "../net/listeners.as";
import { datagramType, readable, readinessOf } from "../net/socket-table.as";
import { bindSocket, closeSocket, openSocket, receiveBytes } from "../net/sockets.as";
import { addressSpace, endpointText, readAddress } from "./addresses.as";
import {
  attachSocket,
  awaitsReadable,
  Channel,
  datagramKind,
  findChannel,
  letterKind,
  makeChannel,
  namingStage,
  openStage,
  socketOf,
} from "./channels.as";
import { closeChannel } from "./closing.as";
import { sendDatagram } from "./datagrams.as";
import { failed } from "./failed.as";
import {
  argument,
  closeText,
  copyToArrayBuffer,
  hold,
  integerValue,
  newArray,
  nullValue,
  numberValue,
  openText,
  setElement,
  textLength,
  toInteger,
  toNumber,
  undefinedValue,
  Value,
} from "./quickjs.as";
import { receiveBuffer, receiveBufferBytes } from "./receive-buffer.as";

const largestPort: i32 = 0xffff;
const target = memory.data(80, 8); // an address, then its text
const targetTextOffset: usize = 32;

/** Calls one of these functions; its arguments are read by `argument(list, index)`. */
export function callDatagramFunction(number: u32, list: u32, count: u32): Value {
  if (count == 0) return failed(errno.invalid);
  if (number == 30) return count < 2 ? failed(errno.invalid) : bind(list);
  const channel = findChannel(<u64>toNumber(argument(list, 0)), datagramKind);
  if (number == 33) {
    if (channel != null) closeChannel(channel);
    return undefinedValue;
  }
  if (channel == null) return number == 32 ? nullValue : failed(errno.badDescriptor);
  if (number == 32) return receive(channel);
  return count < 4 ? failed(errno.invalid) : send(channel, list);
}

function bind(list: u32): Value {
  const address = readAddress(argument(list, 0), argument(list, 1));
  if (address == 0) return failed(errno.invalid);
  let socket = claimListener(datagramType, address);
  if (socket < 0) socket = openBound(address);
  if (socket < 0) return integerValue(socket);
  const channel = makeChannel(datagramKind, openStage);
  if (channel == null) {
    closeSocket(socket);
    return failed(errno.noMemory);
  }
  attachSocket(channel, socket);
  return numberValue(<f64>channel.handle);
}

function openBound(address: usize): i32 {
  const socket = openSocket(familyOf(address), datagramType);
  if (socket < 0) return socket;
  const result = bindSocket(socket, address);
  if (result == 0) return socket;
  closeSocket(socket);
  return result;
}

/** Sends at once to an address; to a name by a letter, whose handle it gives. */
function send(channel: Channel, list: u32): Value {
  const port = toInteger(argument(list, 2));
  if (port <= 0 || port > largestPort) return failed(errno.invalid);
  if (readTarget(argument(list, 1))) {
    setPort(target, port);
    return failed(sendDatagram(channel, argument(list, 3), target));
  }
  const letter = makeChannel(letterKind, namingStage);
  if (letter == null) return failed(errno.noMemory);
  letter.name = hold(argument(list, 1));
  letter.content = hold(argument(list, 3));
  letter.sender = channel.handle;
  letter.port = port;
  letter.deadline = 0;
  return numberValue(<f64>letter.handle);
}

function readTarget(host: Value): bool {
  const start = openText(host);
  const length: u32 = start == 0 ? 0 : textLength();
  const isShort = length != 0 && length <= addressTextBytes;
  if (isShort) app.copyIn(target + targetTextOffset, start, length);
  closeText(start);
  return isShort && parseAddress(target + targetTextOffset, length, target);
}

function receive(channel: Channel): Value {
  const socket = socketOf(channel);
  const buffer = receiveBuffer();
  if (buffer == 0) return nullValue;
  while ((readinessOf(socket) & readable) != 0) {
    const bytes = receiveBytes(socket, buffer, receiveBufferBytes, addressSpace());
    if (bytes == -<i64>errno.again) break;
    // What comes back of an earlier datagram (ICMP) is nobody's error.
    if (bytes < 0) continue;
    const received = newArray();
    setElement(received, 0, copyToArrayBuffer(buffer, <u32>bytes));
    setElement(received, 1, endpointText(addressSpace()));
    return received;
  }
  channel.notices |= awaitsReadable;
  return nullValue;
}
