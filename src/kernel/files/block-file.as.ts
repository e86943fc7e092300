// A block device as one file of bytes. Bytes pass through slots, each the image of one stretch of
// the device, so that several requests are under way at once; what a slot has read or written stays
// there until its next stretch, which spares small accesses that follow one another the device.
// Writes are with the device when they return: nothing is held back here.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import {
  resetBlockDevice,
  submitBlockRequest,
  takeBlockRequest,
} from "../drivers/block-device.as";
import {
  BlockDevice,
  BlockRequest,
  flushBlocks,
  identifierBytes,
  identifyBlocks,
  readBlocks,
  requestPart,
  sectorBytes,
  writeBlocks,
} from "../drivers/block-request.as";
import {
  allocateFrames,
  allocateZeroedFrame,
  availableFrames,
  frameBytes,
} from "../memory/frames.as";
import { pcWaitForBlocks } from "../platform/pc/block-wait.as";
import { monotonicTime } from "../time/clock.as";
import { giveToApp, takeFromApp } from "./app-vectors.as";

const slotCount: u32 = 4;
const slotRecordBytes: u32 = 128;
const fileRecordBytes: u32 = 128;
const largestSlotShift: u32 = 16;
const leastSlotShift: u32 = 12;
/** All slots take at most this part of the memory that there is. */
const memoryShare: u32 = 16;

const noStretch: u64 = u64.MAX_VALUE;

/** A device that has not answered for so long is reset. */
const patienceNs: u64 = 30_000_000_000;

/** A request of one part and the bytes that it moves. */
@unmanaged
class Slot extends BlockRequest {
  /** Which stretch of the device it is the image of. */
  stretch: u64;
  /** Where its bytes are. */
  start: u32;
  /** The sectors of the stretch that it holds: from the first up to the end. */
  first: u32;
  end: u32;
  isBusy: bool;
}

/** A device as a file; its slots' records lie behind it, the last for requests without bytes. */
@unmanaged
export class BlockFile {
  device: BlockDevice;
  /** Bytes of the device. */
  size: u64;
  /** Where the last read ended. */
  readEnd: u64;
  /** A stretch has 1 << slotShift bytes. */
  slotShift: u32;
  /** Requests under way. */
  inFlight: u32;
  /** Whether a write has failed since somebody last looked. */
  hasLost: bool;
  /** Whether the device does not even reset: it may still write into the slots. */
  isDead: bool;
}

/** A device as a file; null when there is no memory for it. */
export function openBlockFile(device: BlockDevice): BlockFile | null {
  let shift = largestSlotShift;
  const share = availableFrames() / memoryShare;
  while (shift > leastSlotShift && slotCount << (shift - leastSlotShift) > share) shift--;
  while (<u32>1 << shift > device.partBytesLimit) shift--;
  const frame = allocateZeroedFrame();
  const bytes = slotCount << shift;
  const buffers: usize = frame == 0 ? 0 : allocateFrames(max(bytes / frameBytes, 1));
  if (buffers == 0) return null;
  const file = changetype<BlockFile>(frame);
  file.device = device;
  file.size = device.sectorCount * sectorBytes;
  file.slotShift = shift;
  for (let index: u32 = 0; index < slotCount; index++) {
    const slot = slotAt(file, index);
    slot.stretch = noStretch;
    slot.start = <u32>buffers + (index << shift);
  }
  return file;
}

/** Reads into the app's vectors (app-vectors.as.ts) from inside the file: bytes, or -EIO. */
export function readBlockFile(file: BlockFile, offset: u64, length: u32): i64 {
  const end = offset + length;
  // Who reads on where he stopped will read on.
  const isSequential = offset == file.readEnd;
  let asked = offset;
  let position = offset;
  while (position < end) {
    const horizon = min(end, stretchStart(file, position) + (<u64>slotCount << file.slotShift));
    while (asked < horizon) {
      const stop = min(end, stretchEnd(file, asked));
      ask(file, asked, isSequential ? stretchEnd(file, asked) : stop);
      asked = stop;
    }
    const slot = slotOf(file, position);
    const stop = min(end, stretchEnd(file, position));
    if (!settle(file, slot) || !holds(file, slot, position, stop)) break;
    giveToApp(slot.start + placeIn(file, position), <u32>(stop - position));
    position = stop;
  }
  file.readEnd = position;
  return position == offset ? -<i64>errno.inputOutput : <i64>(position - offset);
}

/** Writes the app's vectors from an offset inside the file on: bytes, or -EIO if any is lost. */
export function writeBlockFile(file: BlockFile, offset: u64, length: u32): i64 {
  const end = offset + length;
  file.hasLost = false;
  let error: u32 = 0;
  for (let position = offset; position < end && error == 0; ) {
    const stop = min(end, stretchEnd(file, position));
    error = writeStretch(file, position, stop);
    position = stop;
  }
  for (let index: u32 = 0; index < slotCount; index++) settle(file, slotAt(file, index));
  return error != 0 || file.hasLost || file.isDead ? -<i64>errno.inputOutput : <i64>length;
}

/** Has the device keep durably what was written; an error number. */
export function syncBlockFile(file: BlockFile): u32 {
  if (!file.device.canFlush) return errno.success;
  return run(file, commandSlot(file), flushBlocks, 0, 0);
}

/** Copies what the device calls itself, `identifierBytes` with NULs behind; an error number. */
export function identifyBlockFile(file: BlockFile, identifier: usize): u32 {
  const slot = slotAt(file, 0);
  memory.fill(slot.start, 0, identifierBytes);
  const error = run(file, slot, identifyBlocks, 0, 0);
  memory.copy(identifier, slot.start, identifierBytes);
  return error;
}

@inline
function slotAt(file: BlockFile, index: u32): Slot {
  return changetype<Slot>(changetype<usize>(file) + fileRecordBytes + index * slotRecordBytes);
}

@inline
function commandSlot(file: BlockFile): Slot {
  return slotAt(file, slotCount);
}

/** The only slot that can be the image of the stretch around an offset. */
function slotOf(file: BlockFile, offset: u64): Slot {
  return slotAt(file, <u32>(offset >> file.slotShift) % slotCount);
}

@inline
function placeIn(file: BlockFile, offset: u64): u32 {
  return <u32>offset & ((1 << file.slotShift) - 1);
}

@inline
function stretchStart(file: BlockFile, offset: u64): u64 {
  return offset >> file.slotShift << file.slotShift;
}

/** Where the stretch around an offset ends, or the file in it. */
function stretchEnd(file: BlockFile, offset: u64): u64 {
  return min(file.size, stretchStart(file, offset) + (1 << file.slotShift));
}

/** The sector of its stretch in which an offset lies. */
@inline
function sectorIn(file: BlockFile, offset: u64): u32 {
  return placeIn(file, offset) / sectorBytes;
}

/** How many sectors of the stretch around `position` lie before `stop`, the last in part. */
@inline
function sectorsUntil(file: BlockFile, position: u64, stop: u64): u32 {
  const bytes = <u32>(stop - stretchStart(file, position));
  return (bytes + sectorBytes - 1) / sectorBytes;
}

function holds(file: BlockFile, slot: Slot, position: u64, stop: u64): bool {
  return (
    slot.stretch == position >> file.slotShift &&
    slot.first <= sectorIn(file, position) &&
    slot.end >= sectorsUntil(file, position, stop)
  );
}

/** Has a slot read what it does not hold yet. What fails, whoever waits for it finds out. */
function ask(file: BlockFile, position: u64, stop: u64): void {
  const slot = slotOf(file, position);
  if (!settle(file, slot) || holds(file, slot, position, stop)) return;
  const first = sectorIn(file, position);
  const end = sectorsUntil(file, position, stop);
  slot.stretch = position >> file.slotShift;
  slot.first = first;
  slot.end = end;
  if (submit(file, slot, readBlocks, first, end) != 0) forget(slot);
}

/** Writes a part of one stretch; sectors at its ends that it has only parts of are read before. */
function writeStretch(file: BlockFile, position: u64, stop: u64): u32 {
  const slot = slotOf(file, position);
  if (!settle(file, slot)) return errno.inputOutput;
  const stretch = position >> file.slotShift;
  if (slot.stretch != stretch) {
    slot.stretch = stretch;
    forget(slot);
  }
  const first = sectorIn(file, position);
  const end = sectorsUntil(file, position, stop);
  const isHeadCut = position % sectorBytes != 0;
  const isTailCut = stop % sectorBytes != 0;
  let error: u32 = 0;
  if (isHeadCut || (isTailCut && first + 1 == end)) error = haveSector(file, slot, first);
  if (error == 0 && isTailCut && first + 1 != end) error = haveSector(file, slot, end - 1);
  if (error != 0) return error;
  takeFromApp(slot.start + placeIn(file, position), <u32>(stop - position));
  const touches = slot.end > slot.first && first <= slot.end && slot.first <= end;
  slot.first = touches ? min(slot.first, first) : first;
  slot.end = touches ? max(slot.end, end) : end;
  error = submit(file, slot, writeBlocks, first, end);
  if (error != 0) forget(slot);
  return error;
}

/** Reads one sector of a slot's stretch to its place, unless the slot holds it. */
function haveSector(file: BlockFile, slot: Slot, sector: u32): u32 {
  if (slot.first <= sector && sector < slot.end) return 0;
  return run(file, slot, readBlocks, sector, sector + 1);
}

@inline
function forget(slot: Slot): void {
  slot.first = 0;
  slot.end = 0;
}

/** Submits a request and waits for it; its error number. */
function run(file: BlockFile, slot: Slot, operation: u32, first: u32, end: u32): u32 {
  if (!settle(file, slot)) return errno.inputOutput;
  const error = submit(file, slot, operation, first, end);
  if (error != 0) return error;
  return settle(file, slot) ? slot.error : errno.inputOutput;
}

/** Hands the device a request for sectors of a slot's stretch; an error number. */
function submit(file: BlockFile, slot: Slot, operation: u32, first: u32, end: u32): u32 {
  const sectorsShift = file.slotShift - ctz(sectorBytes);
  const isIdentity = operation == identifyBlocks;
  slot.operation = operation;
  slot.sector = isIdentity ? 0 : (slot.stretch << sectorsShift) + first;
  slot.partCount = operation == flushBlocks ? 0 : 1;
  store<u32>(requestPart(slot, 0), slot.start + first * sectorBytes);
  store<u32>(requestPart(slot, 0), isIdentity ? identifierBytes : (end - first) * sectorBytes, 4);
  let error = file.isDead ? errno.inputOutput : submitBlockRequest(file.device, slot);
  while (error == errno.again && waitForAny(file)) error = submitBlockRequest(file.device, slot);
  if (error != 0) return errno.inputOutput;
  slot.isBusy = true;
  file.inFlight++;
  return 0;
}

/** Waits until a slot is nobody's but ours; false when the device never gives it back. */
function settle(file: BlockFile, slot: Slot): bool {
  while (slot.isBusy) {
    if (!waitForAny(file)) return false;
  }
  return true;
}

/** Waits until the device has finished a request; false when it never does. */
function waitForAny(file: BlockFile): bool {
  if (file.isDead || file.inFlight == 0) return false;
  let deadline: u64 = 0;
  for (;;) {
    const taken = takeBlockRequest(file.device);
    if (taken != null) {
      finish(file, changetype<Slot>(changetype<usize>(taken)));
      return true;
    }
    const now = monotonicTime();
    if (deadline == 0) deadline = now + patienceNs;
    if (now < deadline) {
      if (config.platform == config.pc) pcWaitForBlocks(file.device, deadline);
      continue;
    }
    deadline = 0;
    if (resetBlockDevice(file.device)) continue;
    file.isDead = true;
    return false;
  }
}

function finish(file: BlockFile, slot: Slot): void {
  slot.isBusy = false;
  file.inFlight--;
  if (slot.error == 0) return;
  forget(slot);
  if (slot.operation == writeBlocks) file.hasLost = true;
}
