/** Randomness from the kernel. */
import { engine } from "../engine.ts";

const mostPerCall = 65_536;

/** Random bytes, as many as are wanted. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length <= mostPerCall) return new Uint8Array(engine.random(length));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += mostPerCall) {
    const piece = engine.random(Math.min(mostPerCall, length - at));
    bytes.set(new Uint8Array(piece), at);
  }
  return bytes;
}
