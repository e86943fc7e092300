// Frames that a device has sent as soon as it was given them, until they are taken back: of one
// device at a time, as each is asked for its own before the next sends.
import { NetFrame } from "./net-frame.as";

const sentLimit: u32 = 64;
const ring = memory.data(256, 4); // sentLimit frames
let first: u32 = 0;
let count: u32 = 0;

/** Whether another frame can be kept. */
export function hasRoomForSent(): bool {
  return count != sentLimit;
}

/** Keeps a frame; there must be room. */
export function keepSent(frame: NetFrame): void {
  store<u32>(ring + (first + count++) % sentLimit * 4, <u32>changetype<usize>(frame));
}

/** The frame that was kept longest; null when there is none. */
export function takeSent(): NetFrame | null {
  if (count == 0) return null;
  const frame = load<u32>(ring + first * 4);
  first = (first + 1) % sentLimit;
  count--;
  return changetype<NetFrame>(<usize>frame);
}
