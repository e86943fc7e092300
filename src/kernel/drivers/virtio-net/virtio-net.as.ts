// A network device (virtio 1.2, 5.1): one queue of buffers for frames that come, one of frames that
// go.
import * as errno from "../../base/errno.as";
import { failDevice, hasFeature, resetDevice } from "../../bus/negotiation.as";
import { configuration16 } from "../../bus/transport.as";
import {
  ethernetHeaderBytes,
  framePart,
  needsChecksum,
  NetDevice,
  NetFrame,
  netHeaderBytes,
  notSegmented,
  ReceivedFrame,
  segmentedTcp4,
  segmentedTcp6,
  transmitPartLimit,
} from "../net-frame.as";
import { addReadable, beginChain, endChain, hasRoom, notifyQueue } from "../virtio-queue/chains.as";
import { Queue } from "../virtio-queue/queue.as";
import {
  abandonChain,
  breakQueue,
  ignoreNotifications,
  listen,
  noToken,
  takeUsed,
} from "../virtio-queue/used.as";
import { openWorkingDevice } from "../working-device.as";
import {
  freeHeld,
  freeKeptBuffers,
  keepableBytes,
  keepBuffers,
  offerAllBuffers,
  offerFreeBuffers,
  passKeptBuffers,
} from "./buffers.as";
import { linkStatus, netRecordBytes, VirtioNet } from "./open.as";
import { takeFrame } from "./receive.as";

const netType: u32 = 1;

const statusField: u32 = 6;
const linkIsUp: u32 = 1;

/** What IP can say of its length (RFC 791, 3.1). */
const segmentedLimit: u32 = 65_535;

/** A VLAN's tag is not counted as payload (IEEE 802.1Q). */
const tagBytes: u32 = 4;

const deviceLimit: u32 = 4;
const records = memory.data(4096, 8); // deviceLimit times netRecordBytes
let count: u32 = 0;

/** The next network device that nobody has; null when there is none that works. */
export function findVirtioNet(): NetDevice | null {
  const device = changetype<VirtioNet>(records + count * netRecordBytes);
  if (count == deviceLimit || !openWorkingDevice(device, netType)) return null;
  count++;
  return device;
}

/** Has a device that was just found receive frames. */
export function startVirtioNet(base: NetDevice): void {
  offerAllBuffers(changetype<VirtioNet>(base));
}

/** Hands a frame over to be sent; see `transmitFrame`. */
export function transmitVirtioNet(base: NetDevice, frame: NetFrame): u32 {
  const device = changetype<VirtioNet>(base);
  const queue = device.sending();
  if (!isFrame(device, frame)) return errno.invalid;
  if (!isInOrder(device)) return errno.inputOutput;
  // A small queue never has room for so many.
  if (frame.partCount > queue.size) return errno.invalid;
  if (!hasRoom(queue, frame.partCount)) return errno.again;
  beginChain(queue, frame.partCount);
  const first = putHeader(frame);
  addReadable(queue, first, load<u32>(framePart(frame, 0), 4) + netHeaderBytes);
  for (let index: u32 = 1; index < frame.partCount; index++) {
    const part = framePart(frame, index);
    addReadable(queue, load<u32>(part), load<u32>(part, 4));
  }
  endChain(queue, <u32>changetype<usize>(frame));
  return 0;
}

/** Copies the header to before the first part, so that most frames are one part; its place. */
function putHeader(frame: NetFrame): usize {
  const target = <usize>load<u32>(framePart(frame, 0)) - netHeaderBytes;
  frame.reserved = 0;
  store<u64>(target, load<u64>(changetype<usize>(frame)));
  store<u32>(target, load<u32>(changetype<usize>(frame), 8), 8);
  return target;
}

/** Tells the device of the frames that were handed over. */
export function notifyVirtioNet(base: NetDevice): void {
  notifyQueue(changetype<VirtioNet>(base).sending());
}

/** Takes a frame back that was sent or given up; null when there is none. */
export function takeSentVirtioNet(base: NetDevice): NetFrame | null {
  const device = changetype<VirtioNet>(base);
  const queue = device.sending();
  let token = takeUsed(queue);
  if (token != noToken) device.sentCount++;
  else if (device.isReset) token = abandonChain(queue);
  countViolations(device);
  return token == noToken ? null : changetype<NetFrame>(<usize>token);
}

/** The next received frame; null when none came. */
export function receiveVirtioNet(base: NetDevice): ReceivedFrame | null {
  const device = changetype<VirtioNet>(base);
  if (!isInOrder(device)) return null;
  releaseVirtioNet(base);
  const frame = takeFrame(device);
  countViolations(device);
  return frame;
}

/** Gives the memory of the frame that was received last back to the device. */
export function releaseVirtioNet(base: NetDevice): void {
  const device = changetype<VirtioNet>(base);
  if (device.heldCount == 0) return;
  freeHeld(device);
  offerFreeBuffers(device);
}

/** How much memory the frame that was received last takes up, if it may be kept, else 0. */
export function keepableVirtioNet(base: NetDevice): u32 {
  return keepableBytes(changetype<VirtioNet>(base));
}

/** Keeps it; see `keepReceivedFrame`. */
export function keepVirtioNet(base: NetDevice): bool {
  return keepBuffers(changetype<VirtioNet>(base));
}

/** Gives the memory of a kept frame back. */
export function returnKeptVirtioNet(base: NetDevice, place: usize): void {
  freeKeptBuffers(changetype<VirtioNet>(base), place);
}

/** Gives the device what is free; the place of a kept frame in its way, else 0. */
export function clearWayVirtioNet(base: NetDevice): usize {
  return offerFreeBuffers(changetype<VirtioNet>(base));
}

/** Leaves a kept frame where it is in the way. */
export function passKeptVirtioNet(base: NetDevice): void {
  passKeptBuffers(changetype<VirtioNet>(base));
}

/** Whether the device is connected; one that cannot tell is. */
export function isVirtioNetUp(base: NetDevice): bool {
  const transport = changetype<VirtioNet>(base).receiving().transport;
  if (!hasFeature(transport, linkStatus)) return true;
  return (configuration16(transport, statusField) & linkIsUp) != 0;
}

/** Lets the device interrupt, or not; whether there is something already. */
export function listenToVirtioNet(base: NetDevice, received: bool, sent: bool): bool {
  const device = changetype<VirtioNet>(base);
  const hasReceived = listenIf(device.receiving(), received);
  return listenIf(device.sending(), sent) || hasReceived;
}

/** Resets the device; frames under way are given up. */
export function resetVirtioNet(base: NetDevice): bool {
  const device = changetype<VirtioNet>(base);
  device.receiving().isBroken = true;
  device.sending().isBroken = true;
  device.heldCount = 0;
  device.isReset = resetDevice(device.receiving().transport);
  return device.isReset;
}

function listenIf(queue: Queue, isWanted: bool): bool {
  if (isWanted) return listen(queue);
  ignoreNotifications(queue);
  return false;
}

/** Whether the device works; one that was reset is started again once it has no frame any more. */
function isInOrder(device: VirtioNet): bool {
  const receiving = device.receiving();
  const sending = device.sending();
  if (receiving.transport.needsReset && !receiving.isBroken) breakQueue(receiving);
  if (!receiving.isBroken && !sending.isBroken) return true;
  if (!device.isReset || sending.inFlight != 0) return false;
  const transport = receiving.transport;
  const failure = device.open(transport);
  if (failure == 0) {
    offerAllBuffers(device);
    return true;
  }
  receiving.isBroken = true;
  device.isReset = false;
  failDevice(transport, failure);
  return false;
}

function isFrame(device: VirtioNet, frame: NetFrame): bool {
  if (frame.partCount == 0 || frame.partCount > transmitPartLimit) return false;
  let length: u64 = 0;
  for (let index: u32 = 0; index < frame.partCount; index++) {
    const part = load<u32>(framePart(frame, index), 4);
    if (part == 0) return false;
    length += part;
  }
  if (length < ethernetHeaderBytes) return false;
  const isSegmented = frame.segmentation != notSegmented;
  const limit = isSegmented ? segmentedLimit : device.payloadLimit;
  if (length > limit + ethernetHeaderBytes + tagBytes) return false;
  if (isSegmented && !canSegment(device, frame)) return false;
  if (frame.flags == 0) return !isSegmented;
  if (frame.flags != needsChecksum || !device.canChecksum) return false;
  return <u64>frame.checksumStart + frame.checksumOffset + 2 <= length;
}

function canSegment(device: VirtioNet, frame: NetFrame): bool {
  if (frame.segmentBytes == 0) return false;
  if (frame.segmentation == segmentedTcp4) return device.canSegment4;
  return frame.segmentation == segmentedTcp6 && device.canSegment6;
}

function countViolations(device: VirtioNet): void {
  device.violations = device.receiving().violations + device.sending().violations;
}
