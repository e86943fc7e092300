// Sockets for whole frames on the kernel's own stack. Their addresses have the family of packets,
// as port the interface and 1, as bytes the EtherType and a hardware address, in network order.
import {
  again,
  familyNotSupported,
  messageTooLong,
  noBuffers,
} from "../base/errno.as";
import { allocateFrame, frameBytes } from "../memory/frames.as";
import { bytesOf, familyOf, packetFamily, portOf, setUnspecified } from "./address.as";
import { gatherVectors, headToVectors, vectorBytes } from "./app-vectors.as";
import { copyHead, dropDatagram, headSender } from "./link/datagram-queue.as";
import {
  bindFrames,
  closeFrames,
  framesOf,
  hasFrameRoom,
  interfaceOfFrames,
  openFrames,
  sendFrameOf,
  typeOfFrames,
} from "./link/frame-sockets.as";
import { interfaceAt } from "./link/interfaces.as";
import { readable, writable } from "./socket-table.as";
import { StackSocket } from "./stack-socket.as";
import { load16, store16 } from "./wire/byte-order.as";
import { storeHardwareAddress } from "./wire/ethernet.as";

const sender = memory.data(24, 8);
let bounce: usize = 0;

/** Opens one; 0 or a negated error number. */
export function openFrameSocket(socket: StackSocket): i32 {
  socket.place = openFrames(changetype<usize>(socket));
  return socket.place == 0 ? -<i32>noBuffers : 0;
}

/** Has it take frames of an EtherType from an interface, or all; 0 or a negated error number. */
export function bindFrameSocket(socket: StackSocket, address: usize): i32 {
  if (familyOf(address) != packetFamily) return -<i32>familyNotSupported;
  return -<i32>bindFrames(socket.place, portOf(address), load16(bytesOf(address)));
}

/** What it is bound to, with the interface's own hardware address. */
export function frameSocketAddress(socket: StackSocket, address: usize): void {
  const bound = interfaceOfFrames(socket.place);
  setUnspecified(address, packetFamily, bound);
  store16(bytesOf(address), typeOfFrames(socket.place));
  if (bound != 0) storeHardwareAddress(bytesOf(address) + 2, interfaceAt(bound - 1).hardware);
}

/** Readiness as it is. */
export function frameReadiness(socket: StackSocket): u32 {
  const bits = framesOf(socket.place).head != 0 ? readable : 0;
  return hasFrameRoom(socket.place) ? bits | writable : bits;
}

/** Receives a frame into checked app vectors; `from`, unless 0, gets where it came from. */
export function receiveFrameVectors(
  socket: StackSocket, list: u32, count: u32, from: usize, isPeek: bool,
): i32 {
  const queue = framesOf(socket.place);
  if (queue.head == 0) return -<i32>again;
  const bytes = headToVectors(queue, list, count);
  noteSender(socket, from);
  if (!isPeek) dropDatagram(queue);
  return bytes;
}

/** Receives a frame into kernel memory. */
export function receiveFrameBytes(
  socket: StackSocket, pointer: usize, length: u32, from: usize,
): i32 {
  const queue = framesOf(socket.place);
  if (queue.head == 0) return -<i32>again;
  const bytes = copyHead(queue, pointer, length);
  noteSender(socket, from);
  dropDatagram(queue);
  return bytes;
}

function noteSender(socket: StackSocket, from: usize): void {
  if (from == 0) return;
  headSender(framesOf(socket.place), sender);
  setUnspecified(from, packetFamily, load<u32>(sender, 16));
  store<u16>(bytesOf(from), load<u16>(sender, 6));
  memory.copy(bytesOf(from) + 2, sender, 6);
}

/** Sends checked app vectors as one frame, to the interface of an address or, for 0, its own. */
export function sendFrameVectors(socket: StackSocket, list: u32, count: u32, to: usize): i32 {
  const length = vectorBytes(list, count);
  if (length > frameBytes) return -<i32>messageTooLong;
  if (bounce == 0) bounce = allocateFrame();
  if (bounce == 0) return -<i32>noBuffers;
  return sendFrameBytes(socket, bounce, gatherVectors(list, count, bounce), to);
}

/** Sends kernel memory as one frame. */
export function sendFrameBytes(
  socket: StackSocket, pointer: usize, length: u32, to: usize,
): i32 {
  if (to != 0 && familyOf(to) != packetFamily) return -<i32>familyNotSupported;
  const error = sendFrameOf(socket.place, pointer, length, to == 0 ? 0 : portOf(to));
  return error == 0 ? <i32>length : -<i32>error;
}

/** Gives its frames back. */
export function closeFrameSocket(socket: StackSocket): void {
  if (socket.place != 0) closeFrames(socket.place);
}
