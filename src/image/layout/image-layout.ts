import type { PlacedSection, Segment } from "../../compiler/object/layout.ts";
import type { SectionName } from "../../compiler/object/object.ts";

/** The unit of protection; every range with its own rights has pages of its own. */
export const pageBytes = 4096;

/** Where the kernel's static data begin: asc has been told so (`--memoryBase`). */
export const kernelStaticsAddress = 0x10_0000;

/** A range of memory with given contents at its beginning; both sizes in bytes. */
export interface FixedRange {
  readonly memorySize: number;
  readonly fileSize: number;
}

/** What the layout must know of kernel and app before their code is placed. */
export interface LayoutRequest {
  /** The kernel's static data, at `kernelStaticsAddress`. */
  readonly kernelStatics: FixedRange;
  /** The pages of the app's initial memory that the image provides. */
  readonly appImage: {
    /** Where the pages lie in the app's memory, a multiple of `pageBytes`. */
    readonly offset: number;
    /** Bytes, whole pages; 0 if there are none. */
    readonly memorySize: number;
  };
  /** Initial size of the app's memory in 64 KiB pages. */
  readonly appInitialPages: number;
  /** Bytes of the native stack, if the platform's usual one is too small. */
  readonly stackBytes?: number;
  /** Bytes of the kernel's heap, if the usual one of a Linux process is too small. */
  readonly heapBytes?: number;
}

/** Bytes of a page of WebAssembly's. */
export const wasmPageBytes = 64 * 1024;

/**
 * Initial memory of an app up to this size comes with an executable, which costs nothing; the kernel
 * maps more itself, which costs system calls, but can say what is wrong when it fails.
 */
const loadedAppBytes = 1024 * 1024;

/** Whether a Linux process maps the app's initial memory itself, around the pages of the image. */
export function isMappedByKernel(appInitialPages: number): boolean {
  return appInitialPages * wasmPageBytes > loadedAppBytes;
}

/** Rounds up to a multiple of `unit`. */
export function alignUp(value: number, unit: number = pageBytes): number {
  return Math.ceil(value / unit) * unit;
}

/** Rounds down to the beginning of a page. */
export function pageStart(value: number): number {
  return Math.floor(value / pageBytes) * pageBytes;
}

/** Writable memory that is zero. */
export function emptySegment(address: number, memorySize: number): Segment {
  return { address, memorySize, bytes: new Uint8Array(0), writable: true, executable: false };
}

/** The first address behind all sections, or behind the kernel's static data. */
export function sectionsEnd(request: LayoutRequest, sections: readonly PlacedSection[]): number {
  const staticsEnd = kernelStaticsAddress + request.kernelStatics.memorySize;
  return sections.reduce(
    (end, { address, memorySize }) => Math.max(end, address + memorySize),
    staticsEnd,
  );
}

/**
 * Where a section begins on pages of its own, behind those placed before; zeroed data go on where the
 * data end.
 */
export function nextSection(
  request: LayoutRequest,
  section: SectionName,
  before: readonly PlacedSection[],
): number {
  const end = sectionsEnd(request, before);
  return continuesData(section, before) ? end : alignUp(end);
}

/** Whether a section is the zeroed end of the data that were placed last. */
export function continuesData(section: SectionName, before: readonly PlacedSection[]): boolean {
  const last = before.at(-1);
  return section === "zero" && last?.name === "data" && last.fileSize > 0;
}

/** `config` symbols for the pages that sections occupy: `config.textStart`, `config.textEnd` ... */
export function sectionRanges(
  sections: readonly PlacedSection[],
): readonly (readonly [string, number])[] {
  return (["text", "readOnly", "data"] as const).flatMap((section) => {
    const placed = sections.find(({ name, memorySize }) => name === section && memorySize > 0);
    const start = placed === undefined ? 0 : pageStart(placed.address);
    const end = placed === undefined ? 0 : alignUp(placed.address + placed.memorySize);
    return [
      [`config.${section}Start`, start],
      [`config.${section}End`, end],
    ] as const;
  });
}

/** `config` symbols of what a Linux process has, its signal handler and its seal, where there is none. */
export const nothingOfLinux = [
  "signalStack",
  "signalStackLength",
  "signalEntry",
  "seccompFilter",
  "seccompFilterLength",
  "folderlessFilter",
  "folderlessFilterLength",
  "disksFilter",
  "disksFilterLength",
].map((name) => [`config.${name}`, 0] as const);
