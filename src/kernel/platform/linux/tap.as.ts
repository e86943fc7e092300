// Tap devices as network devices: frames come by read(2) and go by writev(2), each behind
// virtio's header (Linux, Documentation/networking/tuntap.rst; virtio 1.2, 5.1.6).
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import {
  checksumIsValid,
  ethernetHeaderBytes,
  framePart,
  isJoiningSound,
  needsChecksum,
  NetDevice,
  NetFrame,
  netHeaderBytes,
  ReceivedFrame,
  transmitPartLimit,
} from "../../drivers/net-frame.as";
import { beginsKept, isKept, markKept, notKept, unmarkKept } from "../../drivers/kept-buffers.as";
import { hasRoomForSent, keepSent, takeSent } from "../../drivers/sent-frames.as";
import { frameBytes } from "../../memory/frames.as";
import { interrupted } from "./errors.as";
import { isTracing, traceVectors } from "./tap-trace.as";

const read = 0;
const writev = 20;

/** Descriptor of the first tap from the boot on (contracts/inherited-descriptors.ts). */
export const tapDescriptor: u32 = 128;

/** Taps, at most: one of the interfaces is the loopback (net/link/interfaces.as.ts). */
export const tapLimit: u32 = 3;

/** Pages of the buffer of received frames: the longest segment, with all headers. */
export const tapBufferPages: u32 = 17;

/** Pages in a row for frames that may be kept. */
export const tapRowPages: u32 = 128;

/** A tap device. */
@unmanaged
class Tap extends NetDevice {
  descriptor: u32;
  /** Where a frame is read to, header first, that cannot be kept. */
  buffer: usize;
  /** Pages for those that can, `tapRowPages`; 0 where memory is scarce. */
  row: usize;
  /** Marks of its pages, one byte each. */
  marks: usize;
  /** The page of the row from which on the next frame is read. */
  nextPage: u32;
  /** Pages of frames that are kept. */
  keptPages: u32;
  /** Where the frame is that was received last. */
  place: usize;
  /** Whether it was asked to join segments of TCP. */
  joinsSegments: bool;
}

const tapBytes: u32 = 128;
const taps = memory.data(384, 8); // tapLimit of them
const allMarks = memory.data(384); // tapRowPages for each
const received = changetype<ReceivedFrame>(memory.data(16, 8));
const vectors = memory.data(352, 8); // struct iovec: header, transmitPartLimit parts, and one more
let openCount: u32 = 0;
let takenCount: u32 = 0;

/** The next device, which is open from now on, at its descriptor; there are `tapLimit` of them. */
export function openedTap(): Tap {
  const tap = changetype<Tap>(taps + openCount * tapBytes);
  tap.descriptor = tapDescriptor + openCount;
  tap.marks = allMarks + openCount * tapRowPages;
  openCount++;
  return tap;
}

/** The next device that nobody has; null when there is none. */
export function takeTap(): NetDevice | null {
  return takenCount == openCount ? null : changetype<Tap>(taps + takenCount++ * tapBytes);
}

/** Hands a frame over to be sent; see `transmitFrame`. What the host has no room for is lost. */
export function transmitTap(base: NetDevice, frame: NetFrame): u32 {
  const tap = changetype<Tap>(base);
  if (frame.partCount == 0 || frame.partCount > transmitPartLimit) return errno.invalid;
  if (!hasRoomForSent()) return errno.again;
  frame.reserved = 0;
  setVector(0, changetype<usize>(frame), netHeaderBytes);
  let length: u32 = 0;
  for (let index: u32 = 0; index < frame.partCount; index++) {
    const part = framePart(frame, index);
    const bytes = load<u32>(part, 4);
    setVector(index + 1, load<u32>(part), bytes);
    length += bytes;
  }
  let result: i64 = 0;
  do {
    result = host.call(writev, tap.descriptor, vectors, frame.partCount + 1, 0, 0, 0);
  } while (result == interrupted);
  if (result < 0) tap.droppedCount++;
  if (isTracing()) traceVectors(vectors, frame.partCount, length);
  keepSent(frame);
  return 0;
}

/** Takes a frame back that was sent; null when there is none. */
export function takeSentTap(base: NetDevice): NetFrame | null {
  const frame = takeSent();
  if (frame != null) base.sentCount++;
  return frame;
}

/** The next received frame; null when none came. */
export function receiveTap(base: NetDevice): ReceivedFrame | null {
  const tap = changetype<Tap>(base);
  for (let result = readFrame(tap); result >= 0; result = readFrame(tap)) {
    if (takeIn(tap, <u32>result)) return received;
    tap.droppedCount++;
  }
  return null;
}

function readFrame(tap: Tap): i64 {
  let result: i64 = 0;
  const isFree = tap.row != 0 && keptAhead(tap) == tapRowPages;
  tap.place = isFree ? tap.row + tap.nextPage * frameBytes : tap.buffer;
  do {
    result = host.call(read, tap.descriptor, tap.place, tapBufferPages * frameBytes, 0, 0, 0);
  } while (result == interrupted);
  return result;
}

/** The first page of a kept frame where the next one is to be read; `tapRowPages` for none. */
function keptAhead(tap: Tap): u32 {
  for (let page = tap.nextPage; page < tap.nextPage + tapBufferPages; page++) {
    if (isKept(tap.marks + page)) return page;
  }
  return tapRowPages;
}

function goOn(tap: Tap, page: u32): void {
  tap.nextPage = page + tapBufferPages <= tapRowPages ? page : 0;
}

function pagesOf(length: u32): u32 {
  return (netHeaderBytes + length + frameBytes - 1) / frameBytes;
}

/** Half of the row is never kept. */
function mayKeep(tap: Tap, pages: u32): bool {
  return tap.keptPages + pages <= tapRowPages / 2;
}

/** How much memory the frame that was received last takes up, if it may be kept, else 0. */
export function keepableTap(base: NetDevice): u32 {
  const tap = changetype<Tap>(base);
  const pages = pagesOf(received.lengthBytes);
  return tap.place != tap.buffer && mayKeep(tap, pages) ? pages * frameBytes : 0;
}

/** Keeps it; see `keepReceivedFrame`. */
export function keepTap(base: NetDevice): bool {
  const tap = changetype<Tap>(base);
  const pages = pagesOf(received.lengthBytes);
  markKept(tap.marks + tap.nextPage, pages);
  tap.keptPages += pages;
  goOn(tap, tap.nextPage + pages);
  return mayKeep(tap, pages);
}

/** Gives the memory of a kept frame back. */
export function returnKeptTap(base: NetDevice, place: usize): void {
  const tap = changetype<Tap>(base);
  const mark = tap.marks + (place - tap.row) / frameBytes;
  tap.keptPages -= unmarkKept(mark, tap.marks + tapRowPages, notKept);
}

/** The place of a kept frame where the next one is to be read, else 0. */
export function clearWayTap(base: NetDevice): usize {
  const tap = changetype<Tap>(base);
  const page = keptAhead(tap);
  return page == tapRowPages || !beginsKept(tap.marks + page) ? 0 : tap.row + page * frameBytes;
}

/** Has the next frame read behind it. */
export function passKeptTap(base: NetDevice): void {
  const tap = changetype<Tap>(base);
  const marks = tap.marks;
  let page = keptAhead(tap) + 1;
  while (page < tapRowPages && isKept(marks + page) && !beginsKept(marks + page)) page++;
  goOn(tap, page);
}

/** Describes what was read; false when it is none. */
function takeIn(tap: Tap, length: u32): bool {
  if (length < netHeaderBytes + ethernetHeaderBytes) return false;
  length -= netHeaderBytes;
  const start = tap.place + netHeaderBytes;
  received.flags = load<u8>(tap.place) & <u8>(needsChecksum | checksumIsValid);
  received.segmentation = load<u8>(tap.place, 1);
  received.segmentBytes = load<u16>(tap.place, 4);
  received.lengthBytes = length;
  received.start = start;
  if (!isJoiningSound(received, tap.joinsSegments)) return false;
  tap.receivedCount++;
  if (isTracing()) {
    setVector(1, start, length);
    traceVectors(vectors, 1, length);
  }
  return true;
}

function setVector(index: u32, pointer: usize, length: u32): void {
  store<u64>(vectors + index * 16, pointer);
  store<u64>(vectors + index * 16, length, 8);
}
