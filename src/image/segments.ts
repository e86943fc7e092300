import type { Segment } from "../compiler/object/layout.ts";
import type { AppImage } from "./app-image.ts";
import { pageBytes } from "./layout/image-layout.ts";

/** A part of the app's memory, in whole pages. */
export interface ProvidedRange {
  readonly offset: number;
  readonly memorySize: number;
}

/** The segments of a range of the app's memory, which would begin at an address. */
export function appSegments(
  range: ProvidedRange,
  appImage: AppImage,
  appAddress: number,
): Segment[] {
  const end = range.offset + range.memorySize;
  const contents = appImage.memorySize === 0 ? end : appImage.offset;
  return zeroesAndContents(
    appAddress + range.offset,
    appAddress + contents,
    appImage.bytes,
    appAddress + end,
  );
}

/** A range of writable memory: pages of zeroes, for which the file has no room, then contents. */
function zeroesAndContents(
  start: number,
  contents: number,
  bytes: Uint8Array,
  end: number,
): Segment[] {
  return [
    writableSegment(start, new Uint8Array(0), contents - start),
    writableSegment(contents, bytes, end - contents),
  ];
}

function writableSegment(address: number, bytes: Uint8Array, memorySize: number): Segment {
  return { address, bytes, memorySize, writable: true, executable: false };
}

/** The order of the layouts: text first, behind it the static data, the app's pages last. */
export function fileOrder(
  linked: readonly Segment[],
  statics: readonly Segment[],
  app: readonly Segment[],
): Segment[] {
  const text = linked.filter(({ executable }) => executable);
  const others = linked.filter(({ executable }) => !executable);
  const present = [...statics, ...others, ...app].filter(({ memorySize }) => memorySize > 0);
  return [...text, ...joinNeighbours(present)];
}

/** Joins zeroed memory with the segment whose last page it shares. */
function joinNeighbours(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    const gap = last === undefined ? -1 : segment.address - (last.address + last.memorySize);
    const isTail = segment.bytes.length === 0 && last?.writable === true;
    if (last !== undefined && isTail && gap >= 0 && segment.address % pageBytes !== 0) {
      joined[joined.length - 1] = {
        ...last,
        memorySize: last.memorySize + gap + segment.memorySize,
      };
    } else joined.push(segment);
  }
  return joined;
}
