// Block devices as the rest of the kernel sees them. Requests are submitted and, some time later,
// taken back; several may be under way, and they may finish in any order. Functions branch on the
// platform: a machine's are virtio's, a guest of Solo5's has those of its tender.
import * as config from "../base/config.as";
import { findSolo5Block, submitSolo5Block, takeSolo5Block } from "../platform/solo5/block.as";
import {
  BlockDevice,
  BlockRequest,
  readBlocks,
  requestPart,
  writeBlocks,
} from "./block-request.as";
import {
  findVirtioBlock,
  ignoreVirtioBlock,
  listenToVirtioBlock,
  resetVirtioBlock,
  submitVirtioBlock,
  takeVirtioBlock,
} from "./virtio-blk/virtio-blk.as";

const openedLimit: u32 = 8;
const opened = memory.data(32, 4); // one u32 for each device in use, in their order
let openedCount: u32 = 0;

/** The next block device that nobody has; null when there is none that works. */
export function openBlockDevice(): BlockDevice | null {
  const device = isSolo5() ? findSolo5Block() : findVirtioBlock();
  if (device != null && openedCount < openedLimit) {
    store<u32>(opened + openedCount++ * 4, <u32>changetype<usize>(device));
  }
  return device;
}

/** A device that is in use, by its place among them; null behind the last. */
export function openedBlockDevice(index: u32): BlockDevice | null {
  return index < openedCount ? changetype<BlockDevice>(<usize>load<u32>(opened + index * 4)) : null;
}

/**
 * Hands a request to a device. 0: it will be taken back. Otherwise it was not handed over: EAGAIN,
 * the device has no room before something is taken back; EINVAL, a range outside the device or
 * parts that it cannot take; EROFS; ENOTSUP, the device lacks the operation; EIO, the device is out
 * of order.
 */
export function submitBlockRequest(device: BlockDevice, request: BlockRequest): u32 {
  return isSolo5() ? submitSolo5Block(device, request) : submitVirtioBlock(device, request);
}

/** Takes a finished request back, `error` filled in; null when none has finished. */
export function takeBlockRequest(device: BlockDevice): BlockRequest | null {
  const request = isSolo5() ? takeSolo5Block(device) : takeVirtioBlock(device);
  if (request != null && request.error == 0) countRequest(device, request);
  return request;
}

function countRequest(device: BlockDevice, request: BlockRequest): void {
  let bytes: u64 = 0;
  for (let index: u32 = 0; index < request.partCount; index++) {
    bytes += load<u32>(requestPart(request, index), 4);
  }
  if (request.operation == readBlocks) {
    device.readCount++;
    device.readBytes += bytes;
  } else if (request.operation == writeBlocks) {
    device.writeCount++;
    device.writtenBytes += bytes;
  }
}

/**
 * Resets a device that somebody has waited for long enough: what is under way comes back with EIO,
 * which says nothing of whether it was done. False when the device does not even reset.
 */
export function resetBlockDevice(device: BlockDevice): bool {
  return !isSolo5() && resetVirtioBlock(device);
}

/**
 * Has the device interrupt when the next request finishes, before the processor sleeps; whether one
 * has finished in the meantime. Devices begin so.
 */
export function listenToBlockDevice(device: BlockDevice): bool {
  return !isSolo5() && listenToVirtioBlock(device);
}

/** Spares the interrupts of a device whose requests are taken back by polling. */
export function ignoreBlockDevice(device: BlockDevice): void {
  if (!isSolo5()) ignoreVirtioBlock(device);
}

/** A constant in every image. */
@inline
function isSolo5(): bool {
  return config.platform == config.solo5;
}
