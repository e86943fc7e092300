// Sockets for whole frames, as network functions want them (Linux: packet(7)): each gets a copy of
// the frames that come, of one interface or all, of one EtherType or all, and sends frames as they
// are.
import { again, invalid, messageTooLong, networkDown, noBuffers } from "../../base/errno.as";
import { ethernetHeaderBytes, etherType, hardwareAddressBytes } from "../wire/ethernet.as";
import { DatagramQueue, dropDatagram, keepDatagram } from "./datagram-queue.as";
import { enqueuePacket, interfaceAt, isEthernet, queueRoom } from "./interfaces.as";
import { allocatePacket, packetDataLimit } from "./packets.as";

/** EtherType of a socket that takes all (Linux: ETH_P_ALL). */
const allEtherTypes: u32 = 3;

const socketLimit: u32 = 8;
const socketBytes: u32 = 40;

/** A socket. */
@unmanaged
class FrameSocket {
  /** For whoever has it: what it stands for there; 0 for nobody. */
  owner: usize;
  /** The interface and 1; 0 for all. */
  interfacePlusOne: u32;
  /** Of the frames that it takes; 0 for none. */
  etherType: u32;
  /** Whether there is news of it. */
  isChanged: bool;
  /** Whether a frame had no room on its interface. */
  wantsRoom: bool;
  reserved: u16;
  /** The first word of a `DatagramQueue`. */
  queue: usize;
}

const sockets = memory.data(320, 8);
const sender = memory.data(16, 8); // six bytes of hardware address, then the EtherType
let openCount: u32 = 0;

@inline
function socketAt(index: u32): FrameSocket {
  return changetype<FrameSocket>(sockets + index * socketBytes);
}

/** The frames that a socket has. */
@inline
export function framesOf(place: usize): DatagramQueue {
  return changetype<DatagramQueue>(place + offsetof<FrameSocket>("queue"));
}

/** Opens a socket, which takes no frames before it is bound; 0 when there are too many. */
export function openFrames(owner: usize): usize {
  for (let index: u32 = 0; index < socketLimit; index++) {
    const socket = socketAt(index);
    if (socket.owner != 0) continue;
    memory.fill(changetype<usize>(socket), 0, socketBytes);
    socket.owner = owner;
    openCount++;
    return changetype<usize>(socket);
  }
  return 0;
}

/** Says which frames a socket takes; 0 or an error number. */
export function bindFrames(place: usize, interfacePlusOne: u32, type: u32): u32 {
  if (interfacePlusOne != 0 && !isEthernet(interfacePlusOne - 1)) return networkDown;
  const socket = changetype<FrameSocket>(place);
  socket.interfacePlusOne = interfacePlusOne;
  socket.etherType = type;
  return 0;
}

/** The interface and 1 that a socket is bound to; 0 for all. */
export function interfaceOfFrames(place: usize): u32 {
  return changetype<FrameSocket>(place).interfacePlusOne;
}

/** The EtherType that a socket is bound to; 0 for none. */
export function typeOfFrames(place: usize): u32 {
  return changetype<FrameSocket>(place).etherType;
}

/** Closes a socket. */
export function closeFrames(place: usize): void {
  while (framesOf(place).head != 0) dropDatagram(framesOf(place));
  changetype<FrameSocket>(place).owner = 0;
  openCount--;
}

/** Gives sockets their copies of a frame that came. */
export function offerFrame(number: u32, frame: usize, length: u32): void {
  if (openCount == 0 || !isEthernet(number) || length < ethernetHeaderBytes) return;
  const type = etherType(frame, length);
  for (let index: u32 = 0; index < socketLimit; index++) {
    const socket = socketAt(index);
    if (socket.owner == 0) continue;
    if (socket.interfacePlusOne != 0 && socket.interfacePlusOne != number + 1) continue;
    if (socket.etherType != allEtherTypes && socket.etherType != type) continue;
    memory.copy(sender, frame + hardwareAddressBytes, hardwareAddressBytes);
    store<u16>(sender, bswap<u16>(<u16>type), 6);
    const queue = framesOf(changetype<usize>(socket));
    if (keepDatagram(queue, sender, number + 1, frame, length)) socket.isChanged = true;
  }
}

/**
 * Sends a frame by an interface and 1, or, for 0, by that which the socket is bound to: 0 or an
 * error number, EAGAIN when its queue is full.
 */
export function sendFrameOf(place: usize, data: usize, length: u32, interfacePlusOne: u32): u32 {
  const socket = changetype<FrameSocket>(place);
  if (interfacePlusOne == 0) interfacePlusOne = socket.interfacePlusOne;
  if (interfacePlusOne == 0 || !isEthernet(interfacePlusOne - 1)) return networkDown;
  const by = interfaceAt(interfacePlusOne - 1);
  if (length < ethernetHeaderBytes) return invalid;
  if (length > min(by.mtu + ethernetHeaderBytes, packetDataLimit)) return messageTooLong;
  socket.wantsRoom = queueRoom(by) == 0;
  if (socket.wantsRoom) return again;
  const packet = allocatePacket();
  if (packet == null) return noBuffers;
  memory.copy(packet.start, data, length);
  packet.bytes = length;
  enqueuePacket(by, packet);
  return 0;
}

/** Whether a frame would have room. */
export function hasFrameRoom(place: usize): bool {
  const bound = changetype<FrameSocket>(place).interfacePlusOne;
  return bound == 0 || queueRoom(interfaceAt(bound - 1)) != 0;
}

/** Takes the next socket that has frames, or room for them again: its owner; 0 for none. */
export function takeChangedFrames(): usize {
  for (let index: u32 = 0; openCount != 0 && index < socketLimit; index++) {
    const socket = socketAt(index);
    if (socket.owner == 0) continue;
    if (socket.wantsRoom && hasFrameRoom(changetype<usize>(socket))) {
      socket.wantsRoom = false;
      socket.isChanged = true;
    }
    if (!socket.isChanged) continue;
    socket.isChanged = false;
    return socket.owner;
  }
  return 0;
}
