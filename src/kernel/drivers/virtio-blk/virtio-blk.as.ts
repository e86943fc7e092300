// A block device (virtio 1.2, 5.2). A request is a chain of a header, data and a status byte;
// header and status stand in the request's own record.
import * as dma from "../../base/machine/dma.as";
import * as errno from "../../base/errno.as";
import { resetDevice } from "../../bus/negotiation.as";
import {
  BlockDevice,
  BlockRequest,
  discardBlocks,
  flushBlocks,
  identifierBytes,
  identifyBlocks,
  readBlocks,
  requestPart,
  sectorBytes,
  writeBlocks,
  writeZeroes,
} from "../block-request.as";
import {
  addReadable,
  addWritable,
  beginChain,
  endChain,
  hasRoom,
  notifyQueue,
} from "../virtio-queue/chains.as";
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
import { blockRecordBytes, restartBlock, VirtioBlock } from "./open.as";

const blockType: u32 = 2;

const headerBytes: u32 = 16;
const rangeBytes: u32 = 16;
const statusBytes: u32 = 1;

/** What stands in the status before the device has written it. */
const noStatus: u32 = 0xff;
const statusOk: u32 = 0;
const statusUnsupported: u32 = 2;

const deviceLimit: u32 = 8;
const records = memory.data(2048, 8); // deviceLimit times blockRecordBytes
let count: u32 = 0;

/** The next block device that nobody has; null when there is none that works. */
export function findVirtioBlock(): BlockDevice | null {
  const device = changetype<VirtioBlock>(records + count * blockRecordBytes);
  if (count == deviceLimit || !openWorkingDevice(device, blockType)) return null;
  count++;
  return device;
}

/** Hands a request to the device; see `submitBlockRequest`. */
export function submitVirtioBlock(base: BlockDevice, request: BlockRequest): u32 {
  const device = changetype<VirtioBlock>(base);
  const error = checkRequest(device, request);
  if (error != 0) return error;
  const queue = device.queue();
  if (queue.isBroken && (queue.inFlight != 0 || !restartBlock(device))) return errno.inputOutput;
  const hasRange = request.operation == discardBlocks || request.operation == writeZeroes;
  const dataParts = hasRange ? 1 : request.operation == flushBlocks ? 0 : request.partCount;
  if (!hasRoom(queue, dataParts + 2)) return errno.again;
  request.reserved = 0;
  request.status = noStatus;
  if (hasRange) {
    request.rangeSector = request.sector;
    request.rangeFlags = 0;
  }
  send(queue, request, dataParts, hasRange);
  return 0;
}

/** Takes a finished request back; null when none has finished. */
export function takeVirtioBlock(base: BlockDevice): BlockRequest | null {
  const device = changetype<VirtioBlock>(base);
  const queue = device.queue();
  if (queue.transport.needsReset && !queue.isBroken) breakQueue(queue);
  const token = takeUsed(queue);
  device.violations = queue.violations;
  if (token == noToken) return queue.isBroken ? takeAbandoned(device) : null;
  const request = changetype<BlockRequest>(<usize>token);
  request.error = errorOf(request, queue.takenBytes);
  if (request.error != 0) device.failures++;
  return request;
}

/** Resets the device; what is under way comes back with EIO. */
export function resetVirtioBlock(base: BlockDevice): bool {
  const device = changetype<VirtioBlock>(base);
  device.queue().isBroken = true;
  device.isReset = resetDevice(device.queue().transport);
  return device.isReset;
}

/** Lets the device interrupt; whether something has finished meanwhile. */
export function listenToVirtioBlock(base: BlockDevice): bool {
  return listen(changetype<VirtioBlock>(base).queue());
}

/** Keeps the device from interrupting. */
export function ignoreVirtioBlock(base: BlockDevice): void {
  ignoreNotifications(changetype<VirtioBlock>(base).queue());
}

function checkRequest(device: VirtioBlock, request: BlockRequest): u32 {
  const operation = request.operation;
  if (operation == flushBlocks) return device.canFlush ? 0 : errno.notSupported;
  if (operation == identifyBlocks) {
    return partBytes(device, request) == identifierBytes ? 0 : errno.invalid;
  }
  if (operation != readBlocks && device.isReadOnly) return errno.readOnly;
  if (operation == discardBlocks) return checkRange(device, request, device.discardLimit);
  if (operation == writeZeroes) return checkRange(device, request, device.writeZeroesLimit);
  if (operation != readBlocks && operation != writeBlocks) return errno.invalid;
  const bytes = partBytes(device, request);
  if (bytes == 0 || bytes % sectorBytes != 0) return errno.invalid;
  return isInside(device, request.sector, bytes / sectorBytes) ? 0 : errno.invalid;
}

function checkRange(device: VirtioBlock, request: BlockRequest, limit: u32): u32 {
  if (limit == 0) return errno.notSupported;
  if (request.sectorCount == 0 || request.sectorCount > limit) return errno.invalid;
  return isInside(device, request.sector, request.sectorCount) ? 0 : errno.invalid;
}

function isInside(device: VirtioBlock, sector: u64, sectors: u64): bool {
  return sectors <= device.sectorCount && sector <= device.sectorCount - sectors;
}

/** Bytes of all parts; 0 when the device cannot take them. */
function partBytes(device: VirtioBlock, request: BlockRequest): u64 {
  if (request.partCount > device.partLimit) return 0;
  let total: u64 = 0;
  for (let index: u32 = 0; index < request.partCount; index++) {
    const length = load<u32>(requestPart(request, index), 4);
    if (length == 0 || length > device.partBytesLimit) return 0;
    total += length;
  }
  return total;
}

function send(queue: Queue, request: BlockRequest, dataParts: u32, hasRange: bool): void {
  const record = changetype<usize>(request);
  const isReading = request.operation == readBlocks || request.operation == identifyBlocks;
  beginChain(queue, dataParts + 2);
  addReadable(queue, record, headerBytes);
  if (hasRange) {
    addReadable(queue, record + offsetof<BlockRequest>("rangeSector"), rangeBytes);
  } else {
    for (let index: u32 = 0; index < dataParts; index++) {
      const part = requestPart(request, index);
      if (isReading) addWritable(queue, load<u32>(part), load<u32>(part, 4));
      else addReadable(queue, load<u32>(part), load<u32>(part, 4));
    }
  }
  addWritable(queue, record + offsetof<BlockRequest>("status"), statusBytes);
  endChain(queue, <u32>record);
  notifyQueue(queue);
}

function errorOf(request: BlockRequest, writtenBytes: u32): u32 {
  const status = dma.load8(changetype<usize>(request) + offsetof<BlockRequest>("status")) & 0xff;
  if (status == statusUnsupported) return errno.notSupported;
  if (status != statusOk) return errno.inputOutput;
  if (request.operation != readBlocks) return 0;
  // The device says how much it wrote; less than was asked for leaves old bytes in the buffer.
  let wanted = statusBytes;
  for (let index: u32 = 0; index < request.partCount; index++) {
    wanted += load<u32>(requestPart(request, index), 4);
  }
  return writtenBytes == wanted ? 0 : errno.inputOutput;
}

/** The next of the requests that a broken device will not finish; it is reset before the first. */
function takeAbandoned(device: VirtioBlock): BlockRequest | null {
  // A device that does not reset may still write to them: they are never given back.
  if (!device.isReset && !resetVirtioBlock(device)) return null;
  const token = abandonChain(device.queue());
  if (token == noToken) return null;
  const request = changetype<BlockRequest>(<usize>token);
  request.error = errno.inputOutput;
  device.failures++;
  return request;
}
