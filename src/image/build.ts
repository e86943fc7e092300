import { type CompiledProgram, compileProgram } from "../compiler/driver/compile.ts";
import { type DebugRequest, debugSections } from "../compiler/driver/debug-sections.ts";
import { type LinkedProgram, link } from "../compiler/driver/link.ts";
import { runtimeChunks } from "../compiler/machine-x64/runtime.ts";
import type { MemoryLayout, PlacedSection } from "../compiler/object/layout.ts";
import type { Chunk } from "../compiler/object/object.ts";
import { type BuildRequest, defaultCodeOptions } from "../contracts/build.ts";
import { embeddedTree as embeddedTreeFormat } from "../contracts/embedded-tree.ts";
import { encodeImageDefaults, noDefaults } from "../contracts/image-defaults.ts";
import { deviceNoteBits } from "../contracts/image-note.ts";
import { appKinds } from "../contracts/machine-interface.ts";
import { appImageOf, paddedFrom } from "./app-image.ts";
import { type ElfImage, writeElf } from "./elf/writer.ts";
import { kernelStaticsAddress } from "./layout/image-layout.ts";
import { fileSizeOfRuns } from "./page-runs.ts";
import { type ImageDevices, type PlatformImages, platformImages } from "./platform-images.ts";
import { makeProgramMap, readOnlyChunk } from "./program-map.ts";
import { appSegments, fileOrder } from "./segments.ts";

/** An interpreter calls itself for each call of its program. */
const engineStackBytes = 4 * 1024 * 1024;

/** Packets and connections; what is not touched costs nothing. */
const ownStackHeapBytes = 64 * 1024 * 1024;

const embeddedTreeSymbol = "config.embeddedTree";
const { contentAlignment } = embeddedTreeFormat;

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
  const images = platformImages[request.platform];
  const { platform, kernel, app, maximumPages, objects, threads, defaults } = request;
  const { embeddedTree, bootsFromDisk, hasTap, hasDebugInfo = false } = request;
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
  return packProgram(program, images, request);
}

/** What the image asks of whoever runs it, as far as the app has a use for it. */
function devicesOf(
  { findsDevices, opensFiles, opensSockets, usesOwnStack }: CompiledProgram,
  { hasTap = false, diskCount = 0 }: BuildRequest,
): ImageDevices {
  return {
    noteBits:
      (findsDevices ? deviceNoteBits.consolePorts : 0) |
      (opensSockets ? deviceNoteBits.network : 0) |
      (opensFiles ? deviceNoteBits.disks : 0),
    hasNetwork: usesOwnStack && hasTap,
    diskCount: opensFiles ? diskCount : 0,
  };
}

/** Where the image's files are, if there are none, and how many bytes they have. */
function treeSymbols(tree: Uint8Array | undefined): readonly (readonly [string, number])[] {
  const length = ["config.embeddedTreeLength", tree?.length ?? 0] as const;
  return tree === undefined ? [[embeddedTreeSymbol, 0], length] : [length];
}

function packProgram(
  program: CompiledProgram,
  images: PlatformImages,
  request: BuildRequest,
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
      ...treeSymbols(request.embeddedTree),
    ]),
  );
  const memory = appSegments(range, appImage, images.appAddress(linked, range));
  const segments = fileOrder(linked.segments, statics, memory);
  const file = images.file(linked, segments, devicesOf(program, request));
  const debug = request.hasDebugInfo === true ? debugParts(program, linked, request) : {};
  return {
    image: writeElf({ ...file, ...debug }),
    symbols: program.symbols,
    chunks,
    roots: images.roots,
    kernelStaticsBytes: kernelStatics.fileSize,
    appMemoryBytes: memory.reduce((sum, { bytes }) => sum + bytes.length, 0),
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
