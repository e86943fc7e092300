import type { Segment } from "../compiler/object/layout.ts";
import { pageBytes } from "./layout/image-layout.ts";

/**
 * The segments of writable memory from `start`, the beginning of a page, to `end`: runs of pages
 * with contents, and between them runs of pages of zeroes, for which the file has no room.
 */
export function pageRuns(start: number, contents: Uint8Array, end: number): Segment[] {
  const runs: Segment[] = [];
  for (let from = start; from < end; ) {
    const isZero = isZeroPage(contents, from - start);
    let to = from + pageBytes;
    while (to < end && isZeroPage(contents, to - start) === isZero) to += pageBytes;
    const bytes = isZero ? new Uint8Array(0) : trimEnd(contents.subarray(from - start, to - start));
    const memorySize = Math.min(to, end) - from;
    runs.push({ address: from, bytes, memorySize, writable: true, executable: false });
    from = to;
  }
  return runs;
}

/** Bytes of a file in which each run with contents begins on a page. */
export function fileSizeOfRuns(runs: readonly Segment[]): number {
  return runs
    .filter(({ bytes }) => bytes.length > 0)
    .reduce((size, { bytes }) => Math.ceil(size / pageBytes) * pageBytes + bytes.length, 0);
}

function isZeroPage(contents: Uint8Array, offset: number): boolean {
  return contents.subarray(offset, offset + pageBytes).every((byte) => byte === 0);
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}
