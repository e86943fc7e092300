import type { MemoryLayout, PlacedSection } from "../../compiler/object/layout.ts";
import { platformIds } from "../../contracts/machine-interface.ts";
import {
  alignUp,
  type LayoutRequest,
  nextSection,
  nothingOfLinux,
  pageBytes,
  sectionRanges,
  sectionsEnd,
} from "./image-layout.ts";
import { pageTablesLength } from "./page-tables-length.ts";

/** The stack on which exceptions run, in bytes; the page below it is a guard. */
const faultStackBytes = 8 * 1024;

/** How far the native stack may grow: the kernel gives it memory when it passes its first part. */
const defaultStackBytes = 1024 * 1024;

/**
 * The part of the native stack that an image brings along, by the program's addresses. They lie
 * where no machine has memory or devices, and begin a range with a page table of its own, so that
 * the stack can grow downwards, by 8 MiB at most, whatever lies behind the image.
 */
export const pcStack = { address: 0xff80_0000, length: 32 * 1024 } as const;

interface Places {
  readonly appImageStart: number;
  readonly faultGuard: number;
  readonly faultStackLow: number;
  readonly faultStack: number;
  readonly stack: number;
  readonly descriptors: number;
  readonly pageTables: number;
}

/**
 * The layout of physical memory from 1 MiB on: static data, text, read-only data, data, zeroed
 * memory, the app's pages, a guard page and the stack of the exceptions, the native stack, the
 * processor's tables, and the heap.
 */
export function pcLayout(request: LayoutRequest): MemoryLayout {
  const placesBehind = (sections: readonly PlacedSection[]): Places => {
    const appImageStart = alignUp(sectionsEnd(request, sections));
    const faultGuard = appImageStart + alignUp(request.appImage.memorySize);
    const faultStackLow = faultGuard + pageBytes;
    const faultStack = faultStackLow + faultStackBytes;
    const stack = faultStack;
    const descriptors = stack + pcStack.length;
    const pageTables = descriptors + pageBytes;
    return {
      appImageStart,
      faultGuard,
      faultStackLow,
      faultStack,
      stack,
      descriptors,
      pageTables,
    };
  };
  return {
    sectionStart: (section, before) => nextSection(request, section, before),
    symbols: (sections) => symbols(request, sections, placesBehind(sections)),
    // Stacks need no zeroes, and a loader takes its time to write them.
    emptySegments: () => [],
  };
}

/** The end of an image whose last part is its page tables, of which a longer image needs more. */
function imageEnd(pageTables: number): number {
  let end = pageTables;
  while (end < pageTables + pageTablesLength(end)) end = pageTables + pageTablesLength(end);
  return end;
}

function symbols(
  request: LayoutRequest,
  sections: readonly PlacedSection[],
  places: Places,
): ReadonlyMap<string, number> {
  // As a 32-bit number, which is what the linker can write.
  const stackHigh = (pcStack.address + pcStack.length) | 0;
  return new Map([
    ["config.platform", platformIds.pc],
    ["config.heapStart", imageEnd(places.pageTables)],
    ["config.heapEnd", 0],
    ...sectionRanges(sections),
    ["config.stackLow", stackHigh - (request.stackBytes ?? defaultStackBytes)],
    ["config.stackHigh", stackHigh],
    ["config.appImageStart", places.appImageStart],
    ["config.appImageLength", request.appImage.memorySize],
    ["config.appImageOffset", request.appImage.offset],
    ["config.appInitialPages", request.appInitialPages],
    ["config.faultStack", places.faultStack],
    ["config.pageTables", places.pageTables],
    ...nothingOfLinux,
    ["pc.faultGuard", places.faultGuard],
    ["pc.faultStackLow", places.faultStackLow],
    ["pc.stack", places.stack],
    ["pc.descriptors", places.descriptors],
  ]);
}
