// Received frames that somebody keeps, in buffers of a device that lie in a row: which of them they
// take up, a mark of a byte for each buffer.

/** Mark: of no kept frame. */
export const notKept: u8 = 0;
/** Mark: the first buffer of a kept frame. */
const keptFirst: u8 = 2;
/** Mark: another one of it. */
const keptRest: u8 = 3;

/** Whether a frame that is kept begins at a mark. */
@inline
export function beginsKept(mark: usize): bool {
  return load<u8>(mark) == keptFirst;
}

/** Whether a mark is one of a frame that is kept. */
@inline
export function isKept(mark: usize): bool {
  return load<u8>(mark) >= keptFirst;
}

/** Marks so many buffers as those of one frame. */
export function markKept(mark: usize, count: u32): void {
  memory.fill(mark, keptRest, count);
  store<u8>(mark, keptFirst);
}

/** Marks the buffers of a frame, which begins there, otherwise, up to an end: how many they are. */
export function unmarkKept(mark: usize, end: usize, other: u8): u32 {
  let count: u32 = 0;
  do {
    store<u8>(mark + count, other);
    count++;
  } while (mark + count < end && load<u8>(mark + count) == keptRest);
  return count;
}
