import { type CompiledProgram, compileProgram } from "../compiler/driver/compile.ts";
import { type DebugRequest, debugSections } from "../compiler/driver/debug-sections.ts";
import { type LinkedProgram, link } from "../compiler/driver/link.ts";
import { runtimeChunks } from "../compiler/machine-x64/runtime.ts";
import type { MemoryLayout, PlacedSection, Segment } from "../compiler/object/layout.ts";
import type { Chunk } from "../compiler/object/object.ts";
import { wellKnownSymbols } from "../compiler/object/symbols.ts";
import {
  type BuildRequest,
  type CodeOptions,
  defaultCodeOptions,
  type NativePlatform,
} from "../contracts/build.ts";
import { embeddedTree as embeddedTreeFormat } from "../contracts/embedded-tree.ts";
import { encodeImageDefaults, noDefaults } from "../contracts/image-defaults.ts";
import { deviceNoteBits } from "../contracts/image-note.ts";
import { appBase, appKinds } from "../contracts/machine-interface.ts";
import { type AppImage, appImageOf, paddedFrom } from "./app-image.ts";
import { type ElfImage, writeElf } from "./elf/writer.ts";
import {
  isMappedByKernel,
  kernelStaticsAddress,
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
import { fileSizeOfRuns, pageRuns } from "./page-runs.ts";
import { pcAppRange } from "./pc/app-range.ts";
import {
  linuxBootEntrySymbol,
  multibootEntrySymbol,
  pcEntryChunks,
  pvhEntrySymbol,
} from "./pc/entry.ts";
import { interruptSymbols } from "./pc/interrupts.ts";
import { machineTableSegments, sparseSegments } from "./pc/machine-tables.ts";
import { makeProgramMap, readOnlyChunk } from "./program-map.ts";
import { checkAllowedCalls } from "./solo5/allowed-calls.ts";
import { solo5EntryChunks, solo5EntrySymbol } from "./solo5/entry.ts";
import { type Solo5Devices, solo5Parts } from "./solo5/headers.ts";

/** How one platform's images are made. */
interface PlatformImages {
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
    devices: Solo5Devices,
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

/** A part of the app's memory, in whole pages. */
interface ProvidedRange {
  readonly offset: number;
  readonly memorySize: number;
}

interface Completion {
  readonly chunks: readonly Chunk[];
  readonly symbols: readonly (readonly [string, number])[];
}

/** An interpreter calls itself for each call of its program. */
const engineStackBytes = 4 * 1024 * 1024;

/** Packets and connections; what is not touched costs nothing. */
const ownStackHeapBytes = 64 * 1024 * 1024;

const folderlessFilterSymbol = "config.folderlessFilter";
const disksFilterSymbol = "config.disksFilter";
const embeddedTreeSymbol = "config.embeddedTree";
const { contentAlignment } = embeddedTreeFormat;

const platforms: Readonly<Record<NativePlatform, PlatformImages>> = {
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
    file: (program, segments) => ({
      entry: program.addressOf(linuxBootEntrySymbol),
      segments: [...segments, ...machineTableSegments(program)],
      mappable: false,
      pvhEntry: program.addressOf(pvhEntrySymbol),
      multibootEntry: program.addressOf(multibootEntrySymbol),
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

/** Compiles, links and packs one app with the kernel; throws what the compiler throws. */
export async function buildProgram(request: BuildRequest): Promise<Uint8Array> {
  return (await buildParts(request)).image;
}

/** An image, and what was packed into it. */
export interface ImageParts {
  readonly image: Uint8Array;
  readonly symbols: CompiledProgram["symbols"];
  readonly chunks: readonly Chunk[];
  /** Symbols from which all else is reached. */
  readonly roots: readonly string[];
  /** Bytes in the file of the kernel's static data, and of the app's initial memory. */
  readonly kernelStaticsBytes: number;
  readonly appMemoryBytes: number;
}

/** As `buildProgram`, for those who want to know what is in the image. */
export async function buildParts(request: BuildRequest): Promise<ImageParts> {
  const images = platforms[request.platform];
  const { platform, kernel, app, maximumPages, objects, threads, defaults } = request;
  const { embeddedTree, bootsFromDisk, hasTap, hasDebugInfo = false, diskCount = 0 } = request;
  const code = { ...(request.code ?? defaultCodeOptions), ...images.code };
  const record = encodeImageDefaults(defaults ?? noDefaults);
  const program = await compileProgram({
    platform,
    kernel,
    app,
    ...(maximumPages === undefined ? {} : { maximumPages }),
    ...(objects === undefined ? {} : { objects }),
    ...(threads === undefined ? {} : { threads }),
    code,
    hasDefaults: defaults !== undefined,
    hasDebugInfo,
    ...(bootsFromDisk === undefined ? {} : { bootsFromDisk }),
    ...(hasTap === undefined ? {} : { hasTap }),
    supplied: (symbols) => [
      ...runtimeChunks(symbols),
      ...images.entryChunks(symbols, code.cpu),
      readOnlyChunk(symbols, "config.defaults", record, 4),
      ...(embeddedTree === undefined
        ? []
        : [readOnlyChunk(symbols, embeddedTreeSymbol, embeddedTree, contentAlignment)]),
    ],
    roots: images.roots,
  });
  return packProgram(
    program,
    images,
    treeSymbols(embeddedTree),
    {
      hasNetwork: program.usesOwnStack && hasTap === true,
      diskCount: program.opensFiles ? diskCount : 0,
    },
    hasDebugInfo ? request : undefined,
  );
}

/** Whether something that the program reaches refers to a symbol. */
function isReached({ chunks, symbols }: CompiledProgram, name: string): boolean {
  const wanted = symbols.intern(name);
  return chunks.some(({ relocations }) => relocations.mention(wanted));
}

/** Where the image's files are, if there are none, and how many bytes they have. */
function treeSymbols(tree: Uint8Array | undefined): readonly (readonly [string, number])[] {
  const length = ["config.embeddedTreeLength", tree?.length ?? 0] as const;
  return tree === undefined ? [[embeddedTreeSymbol, 0], length] : [length];
}

function packProgram(
  program: CompiledProgram,
  images: PlatformImages,
  files: Completion["symbols"],
  asked: Solo5Devices,
  debugRequest: DebugRequest | undefined,
): ImageParts {
  const map = makeProgramMap(program.chunks, program.symbols);
  const completion = images.complete(program);
  const appImage = appImageOf(program.appMemory, images.appUnitBytes);
  const contents = paddedFrom(kernelStaticsAddress, program.kernelMemory);
  const statics = images.statics(kernelStaticsAddress, contents, program.kernelMemory.end);
  const kernelStatics = {
    memorySize: program.kernelMemory.end - kernelStaticsAddress,
    fileSize: fileSizeOfRuns(statics),
  };
  const { initialPages } = program.appMemory;
  const range = images.appRange(appImage, initialPages);
  const layout = images.layout({
    kernelStatics,
    appImage: range,
    appInitialPages: initialPages,
    ...(program.usesOwnStack ? { heapBytes: ownStackHeapBytes } : {}),
    ...(program.appKind === appKinds.javaScriptEngine ? { stackBytes: engineStackBytes } : {}),
  });
  const chunks = [...program.chunks, ...map.chunks, ...completion.chunks];
  const linked = link(
    chunks,
    program.symbols,
    withSymbols(layout, [
      ["config.functionCount", map.functionCount],
      ...completion.symbols,
      ...files,
    ]),
  );
  const appSegments = provide(range, appImage, images.appAddress(linked, range));
  const segments = fileOrder(linked.segments, statics, appSegments);
  const file = images.file(linked, segments, asked);
  const devices =
    (program.findsDevices ? deviceNoteBits.consolePorts : 0) |
    (program.opensSockets ? deviceNoteBits.network : 0) |
    (program.opensFiles ? deviceNoteBits.disks : 0);
  const debug = debugRequest === undefined ? {} : debugParts(program, linked, debugRequest);
  return {
    image: writeElf({ ...file, ...debug, devices }),
    symbols: program.symbols,
    chunks,
    roots: images.roots,
    kernelStaticsBytes: kernelStatics.fileSize,
    appMemoryBytes: appSegments.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** What only debuggers read: the names of all functions, and the sections of DWARF. */
function debugParts(
  program: CompiledProgram,
  linked: LinkedProgram,
  request: DebugRequest,
): Pick<ElfImage, "symbols" | "debugSections"> {
  const symbols = linked.functions.map(({ address, chunk }) => ({
    name: chunk.displayName ?? program.symbols.nameOf(chunk.symbol),
    address,
    size: chunk.size,
    kind: "function" as const,
  }));
  return { symbols, debugSections: debugSections(program, linked, request) };
}

/** The segments of a range of the app's memory. */
function provide(range: ProvidedRange, appImage: AppImage, appAddress: number): Segment[] {
  const end = range.offset + range.memorySize;
  const contents = appImage.memorySize === 0 ? end : appImage.offset;
  return zeroesAndContents(
    appAddress + range.offset,
    appAddress + contents,
    appImage.bytes,
    appAddress + end,
  );
}

function withSymbols(
  layout: MemoryLayout,
  symbols: readonly (readonly [string, number])[],
): MemoryLayout {
  return {
    sectionStart: (section, before) => layout.sectionStart(section, before),
    symbols: (sections: readonly PlacedSection[]) =>
      new Map([...layout.symbols(sections), ...symbols]),
    emptySegments: (sections) => layout.emptySegments(sections),
  };
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
function fileOrder(
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
