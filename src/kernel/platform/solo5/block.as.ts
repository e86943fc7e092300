// Block devices of a guest of Solo5's: files that the tender has opened, read and written by
// pread(2) and pwrite(2), one block at a time, as its filter demands (Solo5's mft_abi.h). A request
// is met when it is submitted.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import {
  BlockDevice,
  BlockRequest,
  readBlocks,
  requestPart,
  sectorBytes,
  writeBlocks,
} from "../../drivers/block-request.as";
import { deviceAfter } from "./boot-information.as";
import { interrupted } from "./errors.as";

const pread = 17;
const pwrite = 18;

const blockType: u32 = 1;
const capacityOffset: usize = 72;
const blockBytesOffset: usize = 80;
const descriptorOffset: usize = 88;

const deviceLimit: u32 = 8;
const recordBytes: u32 = 256;
const longestPart: u32 = 0x10_0000;
const metLimit: u32 = 16;

/** A device, and the requests that are met and not taken back: a ring. */
@unmanaged
class Solo5Block extends BlockDevice {
  descriptor: u32;
  firstMet: u32;
  metCount: u32;
  reserved: u32;
  /** The first of `metLimit` requests, u32 each. */
  met: u32;
}

const records = memory.data(2048, 8); // deviceLimit records
let count: u32 = 0;
let lastEntry: usize = 0;

/** The manifest's next block device; null when there is none with blocks of the usual size. */
export function findSolo5Block(): BlockDevice | null {
  const entry = deviceAfter(lastEntry, blockType);
  if (entry == 0 || count == deviceLimit) return null;
  lastEntry = entry;
  if (load<u16>(entry, blockBytesOffset) != sectorBytes) return null;
  const device = changetype<Solo5Block>(records + recordBytes * count++);
  device.sectorCount = load<u64>(entry, capacityOffset) / sectorBytes;
  device.blockBytes = sectorBytes;
  device.partLimit = 1;
  device.partBytesLimit = longestPart;
  device.descriptor = load<u32>(entry, descriptorOffset);
  return device;
}

/** Meets a request; see `submitBlockRequest`. */
export function submitSolo5Block(base: BlockDevice, request: BlockRequest): u32 {
  const device = changetype<Solo5Block>(base);
  const isWrite = request.operation == writeBlocks;
  if (!isWrite && request.operation != readBlocks) return errno.notSupported;
  const bytes = load<u32>(requestPart(request, 0), 4);
  if (request.partCount != 1 || bytes == 0 || bytes % sectorBytes != 0) return errno.invalid;
  const sectors = bytes / sectorBytes;
  if (sectors > device.sectorCount || request.sector > device.sectorCount - sectors) {
    return errno.invalid;
  }
  if (device.metCount == metLimit) return errno.again;
  request.error = meet(device, request, sectors, isWrite);
  if (request.error != 0) device.failures++;
  const place = (device.firstMet + device.metCount++) % metLimit;
  store<u32>(ringOf(device) + place * 4, <u32>changetype<usize>(request));
  return errno.success;
}

/** Takes a request back; null when none is left. */
export function takeSolo5Block(base: BlockDevice): BlockRequest | null {
  const device = changetype<Solo5Block>(base);
  if (device.metCount == 0) return null;
  const request = load<u32>(ringOf(device) + device.firstMet * 4);
  device.firstMet = (device.firstMet + 1) % metLimit;
  device.metCount--;
  return changetype<BlockRequest>(<usize>request);
}

function meet(device: Solo5Block, request: BlockRequest, sectors: u32, isWrite: bool): u32 {
  const start = load<u32>(requestPart(request, 0));
  for (let index: u32 = 0; index < sectors; index++) {
    const at: u64 = start + index * sectorBytes;
    const offset = (request.sector + index) * sectorBytes;
    if (transfer(device.descriptor, at, offset, isWrite) != sectorBytes) return errno.inputOutput;
  }
  return errno.success;
}

function transfer(descriptor: u32, at: u64, offset: u64, isWrite: bool): i64 {
  let result: i64 = 0;
  do {
    result = isWrite
      ? host.call(pwrite, descriptor, at, sectorBytes, offset, 0, 0)
      : host.call(pread, descriptor, at, sectorBytes, offset, 0, 0);
  } while (result == interrupted);
  return result;
}

@inline
function ringOf(device: Solo5Block): usize {
  return changetype<usize>(device) + offsetof<Solo5Block>("met");
}
