// Links of a machine with network devices, or of a process with a tap: interfaces of the kernel's
// own stack.
import * as config from "../base/config.as";
import {
  checksumIsValid,
  framePart,
  needsChecksum,
  NetDevice,
  NetFrame,
  netHeaderBytes,
  ReceivedFrame,
  segmentedTcp4,
  segmentedTcp6,
} from "../drivers/net-frame.as";
import {
  clearWay,
  keepableMemory,
  keepReceivedFrame,
  listenToNetDevice,
  notifyNetDevice,
  openNetDevice,
  passKeptFrame,
  receiveFrame,
  releaseReceivedFrame,
  resetNetDevice,
  returnKeptFrame,
  startNetDevice,
  takeSentFrame,
  transmitFrame,
} from "../drivers/net-device.as";
import { again, inputOutput, success } from "../base/errno.as";
import {
  addInterface,
  cutsTcp4,
  cutsTcp6,
  ethernetInterface,
  fillsChecksums,
  interfaceAt,
  interfaceLimit,
  setOffloads,
  takePacket,
  takesLentParts,
} from "../net/link/interfaces.as";
import {
  driverRecordOf,
  lentPart,
  Packet,
  packetOfRecord,
  releasePacket,
} from "../net/link/packets.as";
import { endOffer, KeptFrame, offerToKeep, takeReturned } from "../net/link/kept-frames.as";
import { moveKept, receivePacket } from "../net/stack.as";
import { routeDeviceLines, sendDeviceMessages } from "./pc/device-interrupts.as";
import { findMemory } from "./pc/machine-memory.as";
import { requireNetworkDevices } from "./pc/required-devices.as";

/** Frames that are taken in a round, at most, so that others have their turn. */
const roundLimit: u32 = 64;

/** No shorter frame is worth the memory that it takes up: a quarter of half a page, and more. */
const leastKeptBytes: u32 = 512;

const devices = memory.data(16, 4); // one u32 for each interface: its device, or 0

/** The device of a link; null where there is none. */
export function linkDevice(number: u32): NetDevice | null {
  return deviceOf(number) == 0 ? null : changetype<NetDevice>(deviceOf(number));
}

@inline
function deviceOf(number: u32): usize {
  return load<u32>(devices + number * 4);
}

/** Takes all network devices into use, each as an interface. */
export function openLinks(): void {
  if (config.platform == config.pc) {
    findMemory();
    sendDeviceMessages();
  }
  let count: u32 = 0;
  for (; count < interfaceLimit - 1; count++) {
    const device = openNetDevice();
    if (device == null) break;
    const hardware = bswap<u64>(device.address) >> 16;
    const number = addInterface(ethernetInterface, hardware, device.payloadLimit);
    if (number < 0) break;
    setOffloads(number, offloadsOf(device));
    store<u32>(devices + number * 4, <u32>changetype<usize>(device));
    startNetDevice(device);
  }
  if (config.platform != config.pc) return;
  requireNetworkDevices(count);
  routeDeviceLines();
}

function offloadsOf(device: NetDevice): u32 {
  // Whoever sums up by itself wants a packet in one piece.
  let offloads = device.canChecksum ? fillsChecksums | takesLentParts : 0;
  if (device.canSegment4) offloads |= cutsTcp4;
  if (device.canSegment6) offloads |= cutsTcp6;
  return offloads;
}

/** Gives the stack the frames that came. */
export function receiveFrames(now: u64): void {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (deviceOf(number) == 0) continue;
    const device = changetype<NetDevice>(deviceOf(number));
    makeWay(device);
    for (let count: u32 = 0; count < roundLimit; count++) {
      const frame: ReceivedFrame | null = receiveFrame(device);
      if (frame == null) break;
      device.receivedBytes += frame.lengthBytes;
      const isSound = (frame.flags & (checksumIsValid | needsChecksum)) != 0;
      const mayBeKept = frame.lengthBytes >= leastKeptBytes;
      if (mayBeKept) {
        offerToKeep(number, frame.start - netHeaderBytes, keepableMemory(device));
      }
      receivePacket(number, frame.start, frame.lengthBytes, isSound, now);
      // What comes next could only be copied: what is there should be read first.
      if (mayBeKept && endOffer() && !keepReceivedFrame(device)) break;
    }
    releaseReceivedFrame(device);
  }
}

/** Copies what kept frames hold that leave a device too little memory. */
function makeWay(device: NetDevice): void {
  giveBackFrames();
  for (let count: u32 = 0; count < roundLimit; count++) {
    const place = clearWay(device);
    if (place == 0) return;
    if (moveKept(place)) giveBackFrames();
    else passKeptFrame(device);
  }
}

/** Gives devices the memory of kept frames that nobody needs any more; whether there was some. */
function giveBackFrames(): bool {
  let isAny = false;
  for (let place = takeReturned(); place != 0; place = takeReturned()) {
    const device = linkDevice(changetype<KeptFrame>(place).number);
    if (device == null) continue;
    returnKeptFrame(device, place);
    isAny = true;
  }
  return isAny;
}

/** Hands the devices the packets that wait, as far as they have room. */
export function sendQueuedPackets(): void {
  const hasGivenBack = giveBackFrames();
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (deviceOf(number) == 0) continue;
    if (hasGivenBack) clearWay(changetype<NetDevice>(deviceOf(number)));
    sendPackets(number, changetype<NetDevice>(deviceOf(number)));
  }
}

function sendPackets(number: u32, device: NetDevice): void {
  releaseSent(device);
  handOver(number, device);
  // A tap is done with a frame as soon as it has it.
  if (config.platform != config.pc) releaseSent(device);
}

function releaseSent(device: NetDevice): void {
  for (let sent = takeSentFrame(device); sent != null; sent = takeSentFrame(device)) {
    releasePacket(packetOfRecord(changetype<usize>(sent)));
  }
}

function handOver(number: u32, device: NetDevice): void {
  while (interfaceAt(number).head != 0) {
    const packet = changetype<Packet>(interfaceAt(number).head);
    const result = transmitFrame(device, describe(packet));
    if (result == again) break;
    takePacket(number);
    if (result == success) {
      device.sentBytes += packet.bytes;
      continue;
    }
    releasePacket(packet);
    if (result == inputOutput) resetNetDevice(device);
  }
  notifyNetDevice(device);
}

/** The driver's record of a packet, which lies in it. */
function describe(packet: Packet): NetFrame {
  const frame = changetype<NetFrame>(driverRecordOf(packet));
  memory.fill(changetype<usize>(frame), 0, offsetof<NetFrame>());
  const ownBytes = packet.bytes - packet.lentBytes;
  frame.partCount = 1 + packet.lentCount;
  store<u32>(framePart(frame, 0), <u32>packet.start);
  store<u32>(framePart(frame, 0), ownBytes, 4);
  for (let index: u32 = 0; index < packet.lentCount; index++) {
    store<u64>(framePart(frame, index + 1), load<u64>(lentPart(packet, index)));
  }
  if (packet.checksumStart != 0) {
    frame.flags = <u8>needsChecksum;
    frame.checksumStart = <u16>(packet.checksumStart - packet.start);
    frame.checksumOffset = <u16>packet.checksumOffset;
  }
  if (packet.segmentBytes != 0) {
    frame.segmentation = <u8>(packet.version == 4 ? segmentedTcp4 : segmentedTcp6);
    frame.headerBytes = <u16>ownBytes;
    frame.segmentBytes = <u16>packet.segmentBytes;
  }
  return frame;
}

/** Has frames that come interrupt, before the processor sleeps; whether there are some already. */
export function listenToLinks(): bool {
  let isAny = false;
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (deviceOf(number) == 0) continue;
    const device = changetype<NetDevice>(deviceOf(number));
    // Without memory for what comes, nothing would ever come that ends the sleep.
    makeWay(device);
    const isFull = interfaceAt(number).head != 0;
    if (listenToNetDevice(device, true, isFull)) isAny = true;
  }
  return isAny;
}

/** Spares the interrupts. */
export function ignoreLinks(): void {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (deviceOf(number) == 0) continue;
    listenToNetDevice(changetype<NetDevice>(deviceOf(number)), false, false);
  }
}
