// Where sockets receive into before JavaScript gets a buffer of the right length.
import { allocateFrames, frameBytes } from "../memory/frames.as";

const frameCount: u32 = 16;

/** Its bytes: as long as the longest datagram. */
export const receiveBufferBytes: u32 = frameCount * frameBytes;

let buffer: usize = 0;

/** Kernel memory; 0 when there is none. */
export function receiveBuffer(): usize {
  if (buffer == 0) buffer = allocateFrames(frameCount);
  return buffer;
}
