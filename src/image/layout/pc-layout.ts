import type { MemoryLayout, PlacedSection } from "../../compiler/object/layout.ts";
import type { SectionName } from "../../compiler/object/object.ts";
import { platformIds } from "../../contracts/machine-interface.ts";
import {
  alignUp,
  emptySegment,
  type LayoutRequest,
  pageBytes,
  sectionRange,
  sectionsEnd,
} from "./image-layout.ts";

/** The stack on which exceptions run, in bytes; the page below it is a guard. */
const faultStackBytes = 8 * 1024;

const defaultStackBytes = 128 * 1024;

/**
 * The layout of physical memory from 1 MiB on: static data, text, read-only data, data, zeroed
 * memory, the app's pages, the two stacks, each with a guard page below it, and the heap.
 */
export function pcLayout(
  request: LayoutRequest,
  stackBytes = request.stackBytes ?? defaultStackBytes,
): MemoryLayout {
  const places = (sections: readonly PlacedSection[]) => {
    const appImageStart = alignUp(sectionsEnd(request, sections));
    const faultStackLow = appImageStart + alignUp(request.appImage.memorySize) + pageBytes;
    const faultStack = faultStackLow + faultStackBytes;
    const stackLow = faultStack + pageBytes;
    return { appImageStart, faultStackLow, faultStack, stackLow, stackHigh: stackLow + stackBytes };
  };
  return {
    sectionStart: (section, before) => sectionStart(request, section, before),
    symbols: (sections) => symbols(request, sections, places(sections)),
    emptySegments(sections) {
      const { faultStackLow, stackLow } = places(sections);
      return [emptySegment(faultStackLow, faultStackBytes), emptySegment(stackLow, stackBytes)];
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
  places: Readonly<Record<"appImageStart" | "faultStack" | "stackLow" | "stackHigh", number>>,
): ReadonlyMap<string, number> {
  return new Map([
    ["config.platform", platformIds.pc],
    ["config.heapStart", places.stackHigh],
    ["config.heapEnd", 0],
    ...sectionRange("text", sections),
    ...sectionRange("readOnly", sections),
    ["config.stackLow", places.stackLow],
    ["config.stackHigh", places.stackHigh],
    ["config.appImageStart", places.appImageStart],
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
