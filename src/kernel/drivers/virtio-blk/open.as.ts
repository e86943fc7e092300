// How a virtio block device is taken into use: its features and its limits (virtio 1.2, 5.2.3 to
// 5.2.5).
import { configurationFailure } from "../../bus/failures.as";
import {
  eventIndex,
  failDevice,
  hasFeature,
  indirectDescriptors,
  negotiate,
  startDevice,
} from "../../bus/negotiation.as";
import { Transport } from "../../bus/transport-record.as";
import { configuration32, configuration64 } from "../../bus/transport.as";
import { BlockDevice, requestPartLimit, sectorBytes } from "../block-request.as";
import { makeQueue, Queue } from "../virtio-queue/queue.as";

const sizeMaximum: u64 = 1 << 1;
const segmentMaximum: u64 = 1 << 2;
const readOnly: u64 = 1 << 5;
const blockSize: u64 = 1 << 6;
const flush: u64 = 1 << 9;
const discard: u64 = 1 << 13;
const zeroes: u64 = 1 << 14;

// The configuration (5.2.4): the capacity, and fields that are there with a feature.
const capacity: u32 = 0;
const fieldCount: u32 = 7;
const fieldBytes: u32 = 12;

// Of each field the feature, its place, and what stands for it without.
const fields = memory.data<u32>([
  0x0040, 20, 512, // bytes of a block
  0x0004, 12, 16, // parts of a request
  0x0002, 8, 0x80000000, // bytes of a part
  0x2000, 36, 0, // sectors to be discarded at once
  0x2000, 40, 0, // and ranges of them
  0x4000, 48, 0, // sectors to be made zeroes at once
  0x4000, 52, 0, // and ranges of them
]);
const values = memory.data(28, 4);

const requestQueue: u32 = 0;
const queueSize: u32 = 64;

/** A header, one part and a status byte. */
const leastQueueSize: u32 = 4;

/** Parts are no longer, whatever the device takes. */
const partBytesLimit: u32 = 0x8000_0000;

/** A block of the device is at most so long, as a page. */
const blockBytesLimit: u32 = 0x1_0000;

/** A virtio block device. */
@unmanaged
export class VirtioBlock extends BlockDevice {
  /** Whether the device was reset since its queue was broken. */
  isReset: bool;
  /** The queue's record begins here. */
  queueRecord: u64;

  /** The queue of requests. */
  @inline
  queue(): Queue {
    return changetype<Queue>(changetype<usize>(this) + offsetof<VirtioBlock>("queueRecord"));
  }

  /** Takes a device into use; 0 or a failure. */
  open(transport: Transport): u32 {
    return openBlock(this, transport);
  }
}

/** Bytes of a `VirtioBlock` with its queue. */
export const blockRecordBytes: u32 = 256;

function openBlock(device: VirtioBlock, transport: Transport): u32 {
  const options = sizeMaximum | segmentMaximum | readOnly | blockSize | flush | discard | zeroes;
  let failure = negotiate(transport, options | eventIndex | indirectDescriptors, 0);
  if (failure == 0) failure = readLimits(device, transport);
  if (failure != 0) return failure;
  failure = makeQueue(
    device.queue(), transport, requestQueue, queueSize, leastQueueSize, true,
  );
  if (failure != 0) return failure;
  // Without indirect descriptors, a chain must fit into the queue itself.
  if (device.queue().tables == 0) {
    device.partLimit = min(device.partLimit, device.queue().size - 2);
  }
  device.isReset = false;
  transport.needsReset = false;
  startDevice(transport);
  return 0;
}

/** Takes a device into use again that was broken; false when it cannot be. */
export function restartBlock(device: VirtioBlock): bool {
  const transport = device.queue().transport;
  const sectors = device.sectorCount;
  const failure = openBlock(device, transport);
  // Who has the device has laid it out: one that comes back smaller is another.
  if (failure == 0 && device.sectorCount >= sectors) return true;
  device.queue().isBroken = true;
  device.isReset = false;
  failDevice(transport, failure == 0 ? configurationFailure : failure);
  return false;
}

function readLimits(device: VirtioBlock, transport: Transport): u32 {
  const sectors = configuration64(transport, capacity);
  readFields(transport);
  const block = field(0);
  const parts = field(1);
  const partBytes = field(2);
  device.sectorCount = sectors;
  device.blockBytes = block;
  device.partLimit = min(parts, requestPartLimit);
  device.partBytesLimit = min(partBytes, partBytesLimit);
  device.isReadOnly = hasFeature(transport, readOnly);
  device.canFlush = hasFeature(transport, flush);
  // Sectors of one range, if the device takes one at all.
  device.discardLimit = select<u32>(field(3), 0, field(4) != 0);
  device.writeZeroesLimit = select<u32>(field(5), 0, field(6) != 0);
  // Byte offsets have 64 bits, too.
  const isWrong = (sectors > u64.MAX_VALUE / sectorBytes) |
    (block < sectorBytes) | (block > blockBytesLimit) | ((block & (block - 1)) != 0) |
    (parts == 0) | (partBytes < sectorBytes);
  return isWrong ? configurationFailure : 0;
}

/** Reads the fields that the device has, and takes for the others what stands for them. */
function readFields(transport: Transport): void {
  for (let index: u32 = 0; index < fieldCount; index++) {
    const row = fields + index * fieldBytes;
    const isThere = hasFeature(transport, load<u32>(row));
    const value = isThere ? configuration32(transport, load<u32>(row, 4)) : load<u32>(row, 8);
    store<u32>(values + index * 4, value);
  }
}

@inline
function field(index: u32): u32 {
  return load<u32>(values + index * 4);
}
