// Receive buffers of a virtio network device, which lie in a row. They are offered in that order,
// over and over, so that a frame's parts follow one another; those of frames that are kept are left
// out, and the buffers behind them wait a while for them to come back.
import { netHeaderBytes } from "../net-frame.as";
import { beginsKept, isKept, markKept, notKept, unmarkKept } from "../kept-buffers.as";
import { addWritable, beginChain, endChain, notifyQueue } from "../virtio-queue/chains.as";
import { joinedPartLimit, VirtioNet } from "./open.as";

/** Mark: nobody's, and not offered yet. */
const free: u8 = 1;

@inline
function hasMark(device: VirtioNet, index: u32, mark: u8): bool {
  return load<u8>(device.mark(index)) == mark;
}

/** Offers all buffers that are not those of kept frames to a device that has none yet. */
export function offerAllBuffers(device: VirtioNet): void {
  device.heldCount = 0;
  device.freeCount = 0;
  device.nextOffer = 0;
  for (let index: u32 = 0; index < device.receiving().size; index++) {
    if (!isKept(device.mark(index))) offerBuffer(device, index);
  }
  notifyQueue(device.receiving());
}

function offerBuffer(device: VirtioNet, index: u32): void {
  const queue = device.receiving();
  store<u8>(device.mark(index), notKept);
  if (!beginChain(queue, 1)) return;
  addWritable(queue, device.buffer(index), device.bufferBytes);
  endChain(queue, index);
}

/** Frees the buffers of the frame that was received last. */
export function freeHeld(device: VirtioNet): void {
  for (let held: u32 = 0; held < device.heldCount; held++) {
    store<u8>(device.mark(load<u32>(device.heldBuffer(held))), free);
  }
  device.freeCount += device.heldCount;
  device.heldCount = 0;
}

/**
 * Offers what is free, up to a kept frame while the device has an eighth of its buffers and enough
 * for the longest frame: the place of one that is in the way when it has less; 0 for none.
 */
export function offerFreeBuffers(device: VirtioNet): usize {
  if (device.freeCount == 0) return 0;
  const queue = device.receiving();
  const last = queue.size - 1;
  let inTheWay: usize = 0;
  while (device.freeCount != 0) {
    const index = device.nextOffer;
    if (beginsKept(device.mark(index))) {
      if (queue.inFlight < fewestOffered(device)) inTheWay = device.buffer(index);
      break;
    }
    if (hasMark(device, index, free)) {
      device.freeCount--;
      offerBuffer(device, index);
    }
    device.nextOffer = (index + 1) & last;
  }
  notifyQueue(queue);
  return inTheWay;
}

function fewestOffered(device: VirtioNet): u32 {
  const longest = device.joinsSegments ? joinedPartLimit : 1;
  return max(device.receiving().size / 8, longest);
}

/** Leaves a kept frame out that is in the way: frames across the gap have to be put together. */
export function passKeptBuffers(device: VirtioNet): void {
  device.nextOffer = (device.nextOffer + 1) & (device.receiving().size - 1);
}

/** Bytes of the buffers of the frame that was received last, if it can be kept, else 0. */
export function keepableBytes(device: VirtioNet): u32 {
  const isInPlace = device.heldCount != 0
    && device.frame().start == device.buffer(load<u32>(device.heldBuffer(0))) + netHeaderBytes;
  return isInPlace && mayKeep(device, device.heldCount) ? device.heldCount * device.bufferBytes : 0;
}

/** Half of the buffers are never kept. */
function mayKeep(device: VirtioNet, count: u32): bool {
  return device.keptCount + count <= device.receiving().size / 2;
}

/** Keeps the frame that was received last; whether as large a one could be kept as well. */
export function keepBuffers(device: VirtioNet): bool {
  const count = device.heldCount;
  markKept(device.mark(load<u32>(device.heldBuffer(0))), count);
  device.keptCount += count;
  device.heldCount = 0;
  return mayKeep(device, count);
}

/** Frees the buffers of a kept frame. */
export function freeKeptBuffers(device: VirtioNet, place: usize): void {
  const mark = device.mark(<u32>(place - device.buffers) / device.bufferBytes);
  const count = unmarkKept(mark, device.mark(device.receiving().size), free);
  device.keptCount -= count;
  device.freeCount += count;
}
