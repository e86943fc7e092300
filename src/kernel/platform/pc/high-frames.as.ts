// Memory above the kernel's window: frames that only the app's pages can be.

const rangeLimit: u32 = 8;
const ranges = memory.data(128, 8); // rangeLimit pairs of u64: next fresh frame, end
let rangeCount: u32 = 0;
let available: u64 = 0;

/** Takes a range of memory; partial pages at its ends are left out. */
export function addHighFrames(start: u64, end: u64): void {
  start = (start + 4095) & ~4095;
  end &= ~4095;
  // Physical addresses have 52 bits (Intel SDM volume 3, 4.1.4).
  if (start >= end || end > 1 << 52 || rangeCount == rangeLimit) return;
  const entry = ranges + rangeCount * 16;
  store<u64>(entry, start);
  store<u64>(entry, end, 8);
  rangeCount++;
  available += (end - start) >> 12;
}

/** Frames that can still be had, as far as a program could ever use them. */
export function highFrameCount(): u32 {
  return <u32>min<u64>(available, 0x8000_0000);
}

/** Takes one frame, its content undefined; 0 when there is none. */
export function takeHighFrame(): u64 {
  for (let index: u32 = 0; index < rangeCount; index++) {
    const entry = ranges + index * 16;
    const frame = load<u64>(entry);
    if (frame == load<u64>(entry, 8)) continue;
    store<u64>(entry, frame + 4096);
    available--;
    return frame;
  }
  return 0;
}
