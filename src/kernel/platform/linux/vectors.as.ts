// The app's (u32 address, u32 length) vectors as the host's struct iovec.
import * as app from "../../base/machine/app.as";
import { appBase } from "../../memory/app-memory.as";

/** As many as are handed to the host at once. */
export const vectorLimit: u32 = 16;

let translatedBytes: u32 = 0;

/** Rewrites vectors at `vectors`, leaving out empty ones; how many there are then. */
export function translateVectors(list: u32, count: u32, vectors: usize, limit: u32): u32 {
  let used: u32 = 0;
  translatedBytes = 0;
  for (let index: u32 = 0; index < count && used < limit; index++) {
    const length = app.load32(list + index * 8 + 4);
    if (length == 0) continue;
    store<u64>(vectors + used * 16, appBase + app.load32(list + index * 8));
    store<u64>(vectors + used * 16, length, 8);
    translatedBytes += length;
    used++;
  }
  return used;
}

/** Bytes of the vectors translated last. */
export function vectorBytes(): u32 {
  return translatedBytes;
}

/** The only vector of a list: address in the low half, length in the high one. */
export function singleVector(list: u32): u64 {
  return app.load64(list);
}
