import type { CompiledProgram } from "../compiler/driver/compile.ts";
import type { LinkedProgram } from "../compiler/driver/link.ts";
import type { MemoryLayout, Segment } from "../compiler/object/layout.ts";
import type { Chunk } from "../compiler/object/object.ts";
import { wellKnownSymbols } from "../compiler/object/symbols.ts";
import type { CodeOptions, NativePlatform } from "../contracts/build.ts";
import { appBase } from "../contracts/machine-interface.ts";
import type { AppImage } from "./app-image.ts";
import type { ElfImage } from "./elf/writer.ts";
import {
  isMappedByKernel,
  type LayoutRequest,
  pageBytes,
  wasmPageBytes,
} from "./layout/image-layout.ts";
import { linuxLayout } from "./layout/linux-layout.ts";
import { pcLayout } from "./layout/pc-layout.ts";
import { solo5Layout } from "./layout/solo5-layout.ts";
import { linuxEntryChunks, linuxEntrySymbol } from "./linux/entry.ts";
import {
  disksProcessFilter,
  folderlessProcessFilter,
  sealedProcessFilter,
} from "./linux/sealed-calls.ts";
import { pageRuns } from "./page-runs.ts";
import { pcAppRange } from "./pc/app-range.ts";
import {
  linuxBootEntrySymbol,
  multibootEntrySymbol,
  pcEntryChunks,
  pvhEntrySymbol,
} from "./pc/entry.ts";
import { interruptSymbols } from "./pc/interrupts.ts";
import { machineTableSegments, sparseSegments } from "./pc/machine-tables.ts";
import { readOnlyChunk } from "./program-map.ts";
import type { ProvidedRange } from "./segments.ts";
import { checkAllowedCalls } from "./solo5/allowed-calls.ts";
import { solo5EntryChunks, solo5EntrySymbol } from "./solo5/entry.ts";
import { type Solo5Devices, solo5Parts } from "./solo5/headers.ts";

/** How one platform's images are made. */
export interface PlatformImages {
  readonly roots: readonly string[];
  /** How code must be made, whatever was asked for. */
  readonly code?: Partial<CodeOptions>;
  readonly entryChunks: typeof pcEntryChunks;
  readonly layout: (request: LayoutRequest) => MemoryLayout;
  /** What only the finished program tells: chunks, and sizes by the names of their symbols. */
  readonly complete: (program: CompiledProgram) => Completion;
  readonly file: (
    program: LinkedProgram,
    segments: readonly Segment[],
    devices: ImageDevices,
  ) => ElfImage;
  /** The kernel's static data from an address on, as far as `end`. */
  readonly statics: (start: number, contents: Uint8Array, end: number) => Segment[];
  /** What the provided part of the app's memory ends at a multiple of, in bytes. */
  readonly appUnitBytes: number;
  /** Which part of the app's initial memory, of a size in pages of 64 KiB, the file provides. */
  readonly appRange: (appImage: AppImage, initialPages: number) => ProvidedRange;
  /** Where the app's memory would begin, counting from its provided part. */
  readonly appAddress: (program: LinkedProgram, range: ProvidedRange) => number;
}

/** Devices that an image has a use for. */
export interface ImageDevices extends Solo5Devices {
  /** `deviceNoteBits` (contracts/image-note.ts). */
  readonly noteBits: number;
}

/** Chunks, and values by the names of their symbols. */
interface Completion {
  readonly chunks: readonly Chunk[];
  readonly symbols: readonly (readonly [string, number])[];
}

const folderlessFilterSymbol = "config.folderlessFilter";
const disksFilterSymbol = "config.disksFilter";

/** Those of every platform but `node`. */
export const platformImages: Readonly<Record<NativePlatform, PlatformImages>> = {
  linux: {
    roots: [linuxEntrySymbol],
    entryChunks: linuxEntryChunks,
    layout: linuxLayout,
    complete: (program) => {
      const { symbols, systemCalls, usesOwnStack } = program;
      const filter = sealedProcessFilter(systemCalls, usesOwnStack);
      const folderless = folderlessProcessFilter(systemCalls, usesOwnStack);
      const disks = disksProcessFilter(systemCalls, usesOwnStack);
      const chunks = [readOnlyChunk(symbols, "config.seccompFilter", filter.bytes, 8)];
      if (isReached(program, folderlessFilterSymbol)) {
        chunks.push(readOnlyChunk(symbols, folderlessFilterSymbol, folderless.bytes, 8));
        chunks.push(readOnlyChunk(symbols, disksFilterSymbol, disks.bytes, 8));
      }
      return {
        chunks,
        symbols: [
          ["config.seccompFilterLength", filter.length],
          ["config.folderlessFilterLength", folderless.length],
          ["config.disksFilterLength", disks.length],
        ],
      };
    },
    file: (program, segments) => ({
      entry: program.addressOf(linuxEntrySymbol),
      segments,
      mappable: true,
    }),
    statics: pageRuns,
    // Larger than a page, so that other data need no other image around them (relink.ts).
    appUnitBytes: wasmPageBytes,
    appRange: (appImage, initialPages) =>
      isMappedByKernel(initialPages)
        ? appImage
        : { offset: 0, memorySize: initialPages * wasmPageBytes },
    appAddress: () => Number(appBase),
  },
  pc: {
    roots: [pvhEntrySymbol, multibootEntrySymbol, linuxBootEntrySymbol, ...interruptSymbols],
    entryChunks: pcEntryChunks,
    layout: pcLayout,
    complete: () => ({ chunks: [], symbols: [] }),
    file: (program, segments, { noteBits }) => ({
      entry: program.addressOf(linuxBootEntrySymbol),
      segments: [...segments, ...machineTableSegments(program)],
      mappable: false,
      pvhEntry: program.addressOf(pvhEntrySymbol),
      multibootEntry: program.addressOf(multibootEntrySymbol),
      devices: noteBits,
    }),
    statics: (start, contents, end) => {
      const bytes = new Uint8Array(end - start);
      bytes.set(contents);
      return sparseSegments(start, bytes);
    },
    appUnitBytes: pageBytes,
    appRange: (appImage, initialPages) => pcAppRange(appImage, initialPages * wasmPageBytes),
    appAddress: (program, { offset }) => program.addressOf("config.appImageStart") - offset,
  },
  solo5: {
    roots: [solo5EntrySymbol],
    // Nothing tells a guest of a fault, and there are no addresses but its memory's.
    code: { memory: "given" },
    entryChunks: solo5EntryChunks,
    layout: solo5Layout,
    complete: ({ systemCalls }) => {
      checkAllowedCalls(systemCalls);
      return { chunks: [], symbols: [] };
    },
    file: (program, segments, devices) => ({
      entry: program.addressOf(solo5EntrySymbol),
      segments,
      mappable: false,
      hasPageAlignment: true,
      parts: solo5Parts(devices),
    }),
    statics: (start, contents, end) =>
      pageRuns(start, contents, end).filter(({ bytes }) => bytes.length > 0),
    appUnitBytes: pageBytes,
    appRange: (appImage) => appImage,
    appAddress: (program) => program.addressOf(wellKnownSymbols.appBase),
  },
};

/** Whether something that the program reaches refers to a symbol. */
function isReached({ chunks, symbols }: CompiledProgram, name: string): boolean {
  const wanted = symbols.intern(name);
  return chunks.some(({ relocations }) => relocations.mention(wanted));
}
