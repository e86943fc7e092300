// Frames that a virtio network device received (virtio 1.2, 5.1.6.4): one buffer or, merged,
// several.
import * as dma from "../../base/machine/dma.as";
import {
  checksumIsValid,
  ethernetHeaderBytes,
  needsChecksum,
  ReceivedFrame,
  receivedPart,
  receivePartLimit,
} from "../net-frame.as";
import { breakQueue, noToken, takeUsed } from "../virtio-queue/used.as";
import { offerBuffer, receiveBufferBytes, VirtioNet } from "./open.as";

/** Bytes of the header before every frame (5.1.6). */
export const headerBytes: u32 = 12;

const bufferCountField: u32 = 10;

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
    drop(device);
  }
  if (queue.isBroken) device.heldCount = 0;
  return null;
}

/** Puts a frame together from its first buffer on; false when it is none. */
function collect(device: VirtioNet, first: u32, firstBytes: u32): bool {
  const frame = device.frame();
  const header = device.buffers + first * receiveBufferBytes;
  hold(device, 0, first);
  if (firstBytes < headerBytes) return false;
  const start = dma.load32(header);
  const bufferCount = device.mergesBuffers ? dma.load16(header + bufferCountField) & 0xffff : 1;
  frame.flags = <u8>(start & (needsChecksum | checksumIsValid));
  frame.segmentation = <u8>(start >> 8);
  frame.segmentBytes = <u16>dma.load16(header + 4);
  frame.lengthBytes = firstBytes - headerBytes;
  frame.partCount = 0;
  addPart(frame, header + headerBytes, firstBytes - headerBytes);
  if (bufferCount == 0 || bufferCount > receivePartLimit) return breakOff(device);
  const queue = device.receiving();
  for (let index: u32 = 1; index < bufferCount; index++) {
    const buffer = takeUsed(queue);
    // All buffers of a frame are used at once (5.1.6.4.1).
    if (buffer == noToken) return breakOff(device);
    hold(device, index, buffer);
    addPart(frame, device.buffers + buffer * receiveBufferBytes, queue.takenBytes);
    frame.lengthBytes += queue.takenBytes;
  }
  return frame.lengthBytes >= ethernetHeaderBytes;
}

function addPart(frame: ReceivedFrame, pointer: usize, length: u32): void {
  if (length == 0) return;
  const part = receivedPart(frame, frame.partCount);
  store<u32>(part, <u32>pointer);
  store<u32>(part, length, 4);
  frame.partCount++;
}

function hold(device: VirtioNet, index: u32, buffer: u32): void {
  store<u32>(device.heldBuffer(index), buffer);
  device.heldCount = index + 1;
}

function breakOff(device: VirtioNet): bool {
  breakQueue(device.receiving());
  return false;
}

function drop(device: VirtioNet): void {
  for (let index: u32 = 0; index < device.heldCount; index++) {
    offerBuffer(device, load<u32>(device.heldBuffer(index)));
  }
  device.heldCount = 0;
}
