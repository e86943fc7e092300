// Frames that a virtio network device received (virtio 1.2, 5.1.6.4): one buffer or, merged,
// several. Devices use buffers in the order in which they are offered, and that is the order in
// which they lie: so a frame's parts follow one another, except where the ring begins anew.
import * as dma from "../../base/machine/dma.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import {
  checksumIsValid,
  ethernetHeaderBytes,
  isJoiningSound,
  needsChecksum,
  netHeaderBytes,
  ReceivedFrame,
} from "../net-frame.as";
import { breakQueue, noToken, takeUsed } from "../virtio-queue/used.as";
import { freeHeld, offerFreeBuffers } from "./buffers.as";
import { receivePartLimit, VirtioNet } from "./open.as";

const bufferCountField: u32 = 10;

/** Frames are no longer than what IP can say of its length, and headers before that. */
const assemblyFrames: u32 = 17;

/** The next frame; null when none came, or when what came is none. */
export function takeFrame(device: VirtioNet): ReceivedFrame | null {
  const queue = device.receiving();
  for (let buffer = takeUsed(queue); buffer != noToken; buffer = takeUsed(queue)) {
    const isWhole = collect(device, buffer, queue.takenBytes);
    // What a broken queue has given is all offered again when the device is started again.
    if (queue.isBroken) break;
    if (isWhole) {
      device.receivedCount++;
      return device.frame();
    }
    device.droppedCount++;
    freeHeld(device);
    offerFreeBuffers(device);
  }
  if (queue.isBroken) device.heldCount = 0;
  return null;
}

/** Puts a frame together from its first buffer on; false when it is none. */
function collect(device: VirtioNet, first: u32, firstBytes: u32): bool {
  const frame = device.frame();
  const header = device.buffer(first);
  hold(device, 0, first);
  if (firstBytes < netHeaderBytes) return false;
  const start = dma.load32(header);
  const bufferCount = device.mergesBuffers ? dma.load16(header + bufferCountField) & 0xffff : 1;
  frame.flags = <u8>(start & (needsChecksum | checksumIsValid));
  frame.segmentation = <u8>(start >> 8);
  frame.segmentBytes = <u16>dma.load16(header + 4);
  frame.lengthBytes = firstBytes - netHeaderBytes;
  frame.start = header + netHeaderBytes;
  if (bufferCount == 0 || bufferCount > receivePartLimit) return breakOff(device);
  const queue = device.receiving();
  let isWhole = true;
  for (let index: u32 = 1; index < bufferCount; index++) {
    const buffer = takeUsed(queue);
    // All buffers of a frame are used at once (5.1.6.4.1).
    if (buffer == noToken) return breakOff(device);
    hold(device, index, buffer);
    isWhole = isWhole && append(device, device.buffer(buffer), queue.takenBytes);
  }
  if (!isJoiningSound(frame, device.joinsSegments)) {
    queue.violations++;
    return false;
  }
  return isWhole && frame.lengthBytes >= ethernetHeaderBytes;
}

/** Adds bytes to a frame; false when it becomes too long, or there is no memory. */
function append(device: VirtioNet, place: usize, length: u32): bool {
  const frame = device.frame();
  if (frame.lengthBytes + length > assemblyFrames * frameBytes) return false;
  if (frame.start + frame.lengthBytes != place) {
    if (device.assembly == 0) device.assembly = allocateFrames(assemblyFrames);
    if (device.assembly == 0) return false;
    if (frame.start != device.assembly) {
      memory.copy(device.assembly, frame.start, frame.lengthBytes);
      frame.start = device.assembly;
    }
    memory.copy(device.assembly + frame.lengthBytes, place, length);
  }
  frame.lengthBytes += length;
  return true;
}

function hold(device: VirtioNet, index: u32, buffer: u32): void {
  store<u32>(device.heldBuffer(index), buffer);
  device.heldCount = index + 1;
}

function breakOff(device: VirtioNet): bool {
  breakQueue(device.receiving());
  return false;
}
