// Received frames whose bytes stay where the device has put them until somebody reads them. Such a
// frame's headers are done with: where they stood, at the beginning of the memory that the frame
// takes up, is the record of whoever keeps it.

/** The record of a frame that is kept, or of its keeper behind what all of them have. */
@unmanaged
export class KeptFrame {
  /** The next of its keeper's, or of those that nobody needs any more. */
  next: usize;
  /** A connection or a queue of datagrams. */
  keeper: usize;
  isDatagram: u32;
  /** Its interface. */
  number: u32;
  /** What is kept of it. */
  data: usize;
  bytes: u32;
}

let offered: usize = 0;
let offeredBytes: u32 = 0;
let offeredNumber: u32 = 0;
let isTaken = false;
let returned: usize = 0;
let kept: u32 = 0;

/** Frames that are kept. */
export function keptFrames(): u32 {
  return kept;
}

/** Allows the frame that is about to be received to be kept: its memory, and how much that is. */
export function offerToKeep(number: u32, memory: usize, bytes: u32): void {
  isTaken = false;
  offered = memory;
  offeredBytes = bytes;
  offeredNumber = number;
}

/** Withdraws that; whether the frame is kept. */
export function endOffer(): bool {
  offered = 0;
  offeredBytes = 0;
  return isTaken;
}

/**
 * Keeps the frame that is being received for some of its bytes: its record, or 0. It must be worth
 * its memory, a quarter of which the bytes fill. Nobody may look at its headers after that.
 */
export function keepFrame(keeper: usize, isDatagram: bool, data: usize, bytes: u32): usize {
  // What was put together of fragments lies elsewhere.
  if (data - offered >= offeredBytes || bytes < offeredBytes / 4) return 0;
  const frame = changetype<KeptFrame>(offered);
  frame.keeper = keeper;
  frame.isDatagram = <u32>isDatagram;
  frame.number = offeredNumber;
  frame.data = data;
  frame.bytes = bytes;
  offered = 0;
  offeredBytes = 0;
  isTaken = true;
  kept++;
  return changetype<usize>(frame);
}

/** Gives a frame back that its keeper does not have in a list any more. */
export function returnKept(place: usize): void {
  changetype<KeptFrame>(place).next = returned;
  returned = place;
  kept--;
}

/** Whether there are frames that `takeReturned` would give. */
export function hasReturned(): bool {
  return returned != 0;
}

/** Takes a frame that was given back, to give it to its device; 0 for none. */
export function takeReturned(): usize {
  const place = returned;
  if (place != 0) returned = changetype<KeptFrame>(place).next;
  return place;
}
