import type { SectionName } from "../../compiler/object/object.ts";
import { platformIds } from "../../contracts/machine-interface.ts";
import {
  alignUp,
  emptySegment,
  type ImageLayout,
  type LayoutRequest,
  type PlacedSection,
  pageBytes,
  sectionRange,
  sectionsEnd,
} from "./image-layout.ts";

/** Name of the chunk in section `data`, page-aligned, that holds the app's initial memory. */
export const appImageSymbol = "app.image";

/** The stack on which exceptions run, in bytes; the page below it is a guard. */
export const faultStackBytes = 8 * 1024;

const defaultStackBytes = 128 * 1024;

/**
 * The layout of physical memory from 1 MiB on: static data, text, read-only data, data with the
 * app's pages, zeroed memory, the two stacks, each with a guard page below it, and the heap.
 */
export function pcLayout(request: LayoutRequest, stackBytes = defaultStackBytes): ImageLayout {
  const places = (sections: readonly PlacedSection[]) => {
    const faultStackLow = alignUp(sectionsEnd(request, sections)) + pageBytes;
    const faultStack = faultStackLow + faultStackBytes;
    const stackLow = faultStack + pageBytes;
    return { faultStackLow, faultStack, stackLow, stackHigh: stackLow + stackBytes };
  };
  return {
    sectionStart: (section, before) => sectionStart(request, section, before),
    symbols: (sections) => symbols(request, sections, places(sections)),
    emptySegments(sections) {
      const { faultStackLow, stackHigh } = places(sections);
      return [emptySegment(faultStackLow, stackHigh - faultStackLow)];
    },
  };
}

function sectionStart(
  request: LayoutRequest,
  section: SectionName,
  before: readonly PlacedSection[],
): number {
  const end = sectionsEnd(request, before);
  const last = before.at(-1);
  const continues = section === "zero" && last?.name === "data" && last.fileSize > 0;
  return continues ? end : alignUp(end);
}

function symbols(
  request: LayoutRequest,
  sections: readonly PlacedSection[],
  places: { readonly faultStack: number; readonly stackLow: number; readonly stackHigh: number },
): ReadonlyMap<string, number> {
  return new Map([
    ["config.platform", platformIds.pc],
    ["config.heapStart", places.stackHigh],
    ["config.heapEnd", 0],
    ...sectionRange("text", sections),
    ...sectionRange("readOnly", sections),
    ["config.stackLow", places.stackLow],
    ["config.stackHigh", places.stackHigh],
    ["config.appImageLength", request.appImage.memorySize],
    ["config.appImageOffset", request.appImage.offset],
    ["config.appInitialPages", request.appInitialPages],
    ["config.faultStack", places.faultStack],
    ["config.signalStack", 0],
    ["config.signalStackLength", 0],
    ["config.signalEntry", 0],
    ["config.seccompFilter", 0],
    ["config.seccompFilterLength", 0],
  ]);
}
