import { alignUp, pageBytes, pageStart } from "./layout/image-layout.ts";

/** The pages of the app's memory that are not zero at the start. */
export interface AppImage {
  /** Where the pages lie in the app's memory. */
  readonly offset: number;
  /** Bytes, whole pages. */
  readonly memorySize: number;
  /** Contents from `offset` on; the rest of the last page is zero. */
  readonly bytes: Uint8Array;
}

/** The whole pages around the initial contents of a memory, the last up to a multiple of `unit`. */
export function appImageOf(
  memory: { readonly address: number; readonly bytes: Uint8Array },
  unit: number = pageBytes,
): AppImage {
  const { address, bytes } = memory;
  if (bytes.length === 0) return { offset: 0, bytes, memorySize: 0 };
  const offset = pageStart(address);
  const contents = paddedFrom(offset, memory);
  const memorySize = alignUp(offset + contents.length, unit) - offset;
  return { offset, bytes: contents, memorySize };
}

/** The contents of a memory from `start` on, which lies before them. */
export function paddedFrom(
  start: number,
  memory: { readonly address: number; readonly bytes: Uint8Array },
): Uint8Array {
  if (memory.bytes.length === 0) return memory.bytes;
  const contents = new Uint8Array(memory.address + memory.bytes.length - start);
  contents.set(memory.bytes, memory.address - start);
  return contents;
}
