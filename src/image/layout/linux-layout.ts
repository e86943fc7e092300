import type { MemoryLayout, PlacedSection, Segment } from "../../compiler/object/layout.ts";
import type { SectionName } from "../../compiler/object/object.ts";
import { appBase, platformIds } from "../../contracts/machine-interface.ts";
import { elfHeadersLength } from "../elf/writer.ts";
import {
  alignUp,
  continuesData,
  emptySegment,
  isMappedByKernel,
  type LayoutRequest,
  pageBytes,
  sectionRanges,
  sectionsEnd,
  wasmPageBytes,
} from "./image-layout.ts";

const guardBytes = 64 * 1024;
const signalStackBytes = 64 * 1024;
const usualHeapBytes = 1024 * 1024;
const hugePageBytes = 2 * 1024 * 1024;

/** The native stack of a Linux process in bytes; its entry code maps it. */
export const linuxStackBytes = 8 * 1024 * 1024;

const segmentLimit = 10;
/** No section's alignment is larger, so that addresses may follow the file's offsets. */
const sectionAlignment = 64;

/**
 * The layout of a Linux process. In the file text follows the headers, then the kernel's static
 * data on a page of their own, read-only data and data; each address has its place in the file
 * modulo the page size, so that little of the file is padding and no page of text holds anything
 * that is not ours to execute.
 */
export function linuxLayout(request: LayoutRequest): MemoryLayout {
  return {
    sectionStart: (section, before) => sectionStart(request, section, before),
    symbols: (sections) => symbols(request, sections),
    emptySegments(sections) {
      const { signalStack } = emptyPlaces(request, sections);
      const memory = emptySegment(signalStack, signalStackBytes + heapBytesOf(request));
      return [memory, ...emptyAppSegments(request)];
    },
  };
}

function heapBytesOf({ heapBytes = usualHeapBytes }: LayoutRequest): number {
  return heapBytes;
}

/** The app's initial memory before and behind its image, or all of it if it has no image. */
function emptyAppSegments(request: LayoutRequest): Segment[] {
  if (isMappedByKernel(request.appInitialPages)) return [];
  const base = Number(appBase);
  const end = request.appInitialPages * wasmPageBytes;
  const { offset, memorySize } = request.appImage;
  const ranges =
    memorySize === 0
      ? [[0, end]]
      : [
          [0, offset],
          [offset + memorySize, end],
        ];
  return ranges
    .map(([from = 0, to = 0]) => emptySegment(base + from, to - from))
    .filter((segment) => segment.memorySize > 0);
}

function sectionStart(
  request: LayoutRequest,
  section: SectionName,
  before: readonly PlacedSection[],
): number {
  const end = sectionsEnd(request, before);
  if (continuesData(section, before)) return end;
  const offset = alignUp(fileEnd(request, before), sectionAlignment);
  return alignUp(end) + (offset % pageBytes);
}

/** The offset in the file behind the sections before, in the order described above. */
function fileEnd(request: LayoutRequest, before: readonly PlacedSection[]): number {
  let end = elfHeadersLength(segmentLimit);
  for (const { name, fileSize } of before) {
    end = alignUp(end, sectionAlignment) + fileSize;
    if (name === "text" && request.kernelStatics.fileSize > 0) {
      end = alignUp(end) + request.kernelStatics.fileSize;
    }
  }
  return end;
}

/**
 * The file's own segments are small: where a limit leaves no room for them, the host kills the
 * process before it can say a word. The stack's high end is no multiple of a huge page, or else the
 * first push might be given 2 MiB.
 */
function emptyPlaces(request: LayoutRequest, sections: readonly PlacedSection[]) {
  const signalStack = alignUp(sectionsEnd(request, sections)) + guardBytes;
  const heapStart = signalStack + signalStackBytes;
  const heapEnd = heapStart + heapBytesOf(request);
  const stackHigh =
    alignUp(heapEnd + guardBytes + linuxStackBytes, hugePageBytes) + hugePageBytes / 2;
  return { signalStack, heapStart, heapEnd, stackLow: stackHigh - linuxStackBytes, stackHigh };
}

function symbols(
  request: LayoutRequest,
  sections: readonly PlacedSection[],
): ReadonlyMap<string, number> {
  const places = emptyPlaces(request, sections);
  const loaded = isMappedByKernel(request.appInitialPages)
    ? request.appImage
    : { offset: 0, memorySize: request.appInitialPages * wasmPageBytes };
  return new Map([
    ["config.platform", platformIds.linux],
    ["config.heapStart", places.heapStart],
    ["config.heapEnd", places.heapEnd],
    ...sectionRanges(sections),
    ["config.stackLow", places.stackLow],
    ["config.stackHigh", places.stackHigh],
    ["config.appImageStart", 0],
    ["config.appImageLength", loaded.memorySize],
    ["config.appImageOffset", loaded.offset],
    ["config.appInitialPages", request.appInitialPages],
    ["config.signalStack", places.signalStack],
    ["config.signalStackLength", signalStackBytes],
    ["config.faultStack", 0],
    ["config.pageTables", 0],
  ]);
}
