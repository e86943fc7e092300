// Vectors of the app's, checked already: what comes goes into them, what they have is put together.
import * as app from "../base/machine/app.as";
import { DatagramQueue, headBytes, headPart, headPartBytes } from "./link/datagram-queue.as";

/** Copies the first datagram of a queue into vectors, as far as there is room: its bytes there. */
export function headToVectors(queue: DatagramQueue, list: u32, count: u32): u32 {
  const bytes = headBytes(queue);
  let done: u32 = 0;
  for (let index: u32 = 0; index < count && done < bytes; index++) {
    let target = app.load32(list + index * 8);
    const length = min(app.load32(list + index * 8 + 4), bytes - done);
    for (const end = done + length; done < end; ) {
      const part = min(end - done, headPartBytes(queue, done));
      app.copyOut(target, headPart(queue, done), part);
      target += part;
      done += part;
    }
  }
  return done;
}

/** Bytes of all vectors. */
export function vectorBytes(list: u32, count: u32): u64 {
  let length: u64 = 0;
  for (let index: u32 = 0; index < count; index++) length += app.load32(list + index * 8 + 4);
  return length;
}

/** Copies the bytes of all vectors behind one another: how many. */
export function gatherVectors(list: u32, count: u32, target: usize): u32 {
  let done: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const part = app.load32(list + index * 8 + 4);
    app.copyIn(target + done, app.load32(list + index * 8), part);
    done += part;
  }
  return done;
}
