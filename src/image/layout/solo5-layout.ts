import type { MemoryLayout, PlacedSection } from "../../compiler/object/layout.ts";
import { wellKnownSymbols } from "../../compiler/object/symbols.ts";
import { TsukiError } from "../../contracts/errors.ts";
import { platformIds } from "../../contracts/machine-interface.ts";
import {
  alignUp,
  type LayoutRequest,
  nextSection,
  nothingOfLinux,
  pageBytes,
  sectionRanges,
  sectionsEnd,
  wasmPageBytes,
} from "./image-layout.ts";

const usualStackBytes = 1024 * 1024;
/** What the linker can write, which compiled code compares with. */
const addressLimit = 0x7fff_ffff;
/** For the report of a stack that is full. */
const faultStackBytes = 16 * 1024;

interface Places {
  readonly guard: number;
  readonly stackLow: number;
  readonly stackHigh: number;
  readonly faultStack: number;
  readonly app: number;
}

/**
 * The layout of a guest of Solo5's from 1 MiB on: static data, text, read-only data, data, a guard page,
 * the stack, the one for its overflow, and the app's memory, which grows towards the kernel's heap; that
 * grows down from the end of memory, wherever that is. What no segment covers is writable and zero.
 */
export function solo5Layout(request: LayoutRequest): MemoryLayout {
  return {
    sectionStart: (section, before) => nextSection(request, section, before),
    symbols: (sections) => symbols(request, sections, placesBehind(request, sections)),
    emptySegments(sections) {
      const { guard } = placesBehind(request, sections);
      const rights = { writable: false, executable: false, isGuard: true } as const;
      return [{ address: guard, memorySize: pageBytes, bytes: new Uint8Array(0), ...rights }];
    },
  };
}

function placesBehind(request: LayoutRequest, sections: readonly PlacedSection[]): Places {
  const guard = alignUp(sectionsEnd(request, sections));
  const stackLow = guard + pageBytes;
  const stackHigh = stackLow + (request.stackBytes ?? usualStackBytes);
  const faultStack = stackHigh + faultStackBytes;
  return { guard, stackLow, stackHigh, faultStack, app: faultStack };
}

function symbols(
  request: LayoutRequest,
  sections: readonly PlacedSection[],
  places: Places,
): ReadonlyMap<string, number> {
  const { appImage, appInitialPages } = request;
  const heapStart = places.app + appInitialPages * wasmPageBytes;
  if (heapStart > addressLimit) {
    throw new TsukiError(
      "wasm-unsupported",
      "The app begins with more memory than the 2 GiB in which an image for solo5 lies; let it grow.",
    );
  }
  return new Map([
    ["config.platform", platformIds.solo5],
    ["config.heapStart", heapStart],
    ["config.heapEnd", 0],
    ...sectionRanges(sections),
    ["config.stackLow", places.stackLow],
    ["config.stackHigh", places.stackHigh],
    ["config.appImageStart", places.app + appImage.offset],
    ["config.appImageLength", appImage.memorySize],
    ["config.appImageOffset", appImage.offset],
    ["config.appInitialPages", appInitialPages],
    ["config.faultStack", places.faultStack],
    ["config.pageTables", 0],
    ...nothingOfLinux,
    [wellKnownSymbols.appBase, places.app],
  ]);
}
