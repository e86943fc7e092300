// Sending datagrams, at once or once the address of their host is known.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { familyOf, ipv6 } from "../net/address.as";
import { familyOfSocket } from "../net/socket-table.as";
import { sendVectors } from "../net/sockets.as";
import {
  addressAt,
  awaitsWritable,
  Channel,
  datagramKind,
  findChannel,
  socketOf,
} from "./channels.as";
import { bufferStart, textLength, Value, vectorRoom } from "./quickjs.as";

/** Sends a buffer's bytes from a UDP socket; an error number. */
export function sendDatagram(sender: Channel, data: Value, address: usize): u32 {
  const start = bufferStart(data);
  const vector = vectorRoom();
  app.store32(vector, start);
  app.store32(vector + 4, start == 0 ? 0 : textLength());
  const sent = sendVectors(socketOf(sender), vector, 1, address, false);
  if (sent == -<i64>errno.again) sender.notices |= awaitsWritable;
  return sent < 0 ? <u32>-sent : errno.success;
}

/** Sends a letter whose host has addresses to the first that its socket reaches. */
export function sendLetter(letter: Channel): u32 {
  const sender = findChannel(letter.sender, datagramKind);
  if (sender == null) return errno.canceled;
  const family = familyOfSocket(socketOf(sender));
  for (let index: u32 = 0; index < letter.addressCount; index++) {
    const address = addressAt(letter, index);
    const isReached = family == ipv6 || familyOf(address) == family;
    if (isReached) return sendDatagram(sender, letter.content, address);
  }
  return errno.addressNotAvailable;
}
