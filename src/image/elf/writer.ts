import type { Segment } from "../../compiler/object/layout.ts";
import {
  elfIdentity,
  elfMagic,
  elfPageBytes,
  elfSizes,
  programFlags,
  programType,
  sectionFlags,
  sectionType,
} from "./format.ts";
import { multibootHeader, multibootHeaderBytes } from "./multiboot-header.ts";
import { machineNotes, noteAlignment } from "./notes.ts";
import { appendSections, type ElfSection } from "./sections.ts";
import { type ElfSymbol, symbolSections } from "./symbols.ts";

/** What an executable file consists of. */
export interface ElfImage {
  /** Address at which 64-bit execution begins. */
  readonly entry: number;
  /** In the order in which their bytes stand in the file. */
  readonly segments: readonly Segment[];
  /** Whether the file can be mapped: offsets and addresses agree modulo the page size. */
  readonly mappable: boolean;
  /** Whether program headers say that segments have pages of their own, if the file cannot be mapped. */
  readonly hasPageAlignment?: boolean;
  /** Physical address of the 32-bit PVH entry; undefined: no note. */
  readonly pvhEntry?: number | undefined;
  /** What monitors are told of its devices (contracts/image-note.ts), beside PVH's note; 0: nothing. */
  readonly devices?: number | undefined;
  /** Physical address of the 32-bit Multiboot 2 entry; undefined: no header. */
  readonly multibootEntry?: number | undefined;
  /** What others read in the file and nothing loads, each behind a program header of its own. */
  readonly parts?: readonly ElfPart[];
  /** Names for debuggers; none by default. */
  readonly symbols?: readonly ElfSymbol[];
  /** What debuggers read and nothing loads; none by default. */
  readonly debugSections?: readonly ElfSection[];
}

/** A part of the file for whoever loads it: an interpreter's name, a note. */
export interface ElfPart {
  /** Its `programType`. */
  readonly type: number;
  readonly bytes: Uint8Array;
  /** What it begins at a multiple of. */
  readonly alignment: number;
}

interface PlacedPart {
  readonly part: ElfPart;
  readonly offset: number;
}

/** Bytes in front of the first segment of a file without parts: file header, program headers. */
export function elfHeadersLength(segmentCount: number): number {
  return elfSizes.file + elfSizes.program * (segmentCount + 1);
}

/** The same, with all that describes the image and is no segment. */
function headersLength(image: ElfImage): number {
  const header = image.multibootEntry === undefined ? 0 : multibootHeaderBytes;
  const last = placeParts(image).at(-1);
  if (last === undefined) return elfHeadersLength(image.segments.length) + header;
  return last.offset + last.part.bytes.length + header;
}

/** Parts follow the program headers. */
function placeParts(image: ElfImage): readonly PlacedPart[] {
  const parts = partsOf(image);
  let end = elfHeadersLength(image.segments.length + parts.length);
  return parts.map((part) => {
    const offset = Math.ceil(end / part.alignment) * part.alignment;
    end = offset + part.bytes.length;
    return { part, offset };
  });
}

function partsOf({ parts = [], pvhEntry, devices = 0 }: ElfImage): readonly ElfPart[] {
  if (pvhEntry === undefined) return parts;
  const bytes = machineNotes(pvhEntry, devices);
  return [...parts, { type: programType.note, bytes, alignment: noteAlignment }];
}

/** Where the next bytes of a segment at `address` may stand in the file, from `offset` on. */
function elfOffset(offset: number, address: number, mappable: boolean): number {
  if (!mappable) return offset;
  const missing = (address - offset) % elfPageBytes;
  return offset + (missing < 0 ? missing + elfPageBytes : missing);
}

/** Makes an ELF64 executable for x86-64 with a stack that is not executable. */
export function writeElf(image: ElfImage): Uint8Array {
  const placed = placeSegments(image);
  const contentEnd = placed.reduce(
    (end, { segment, offset }) => Math.max(end, offset + segment.bytes.length),
    headersLength(image),
  );
  const file = new Uint8Array(contentEnd);
  for (const { segment, offset } of placed) file.set(segment.bytes, offset);
  if (image.multibootEntry !== undefined) {
    const header = multibootHeader(image.multibootEntry, image.segments);
    file.set(header, headersLength(image) - multibootHeaderBytes);
  }
  writeHeaders(new DataView(file.buffer), image, placed);
  const { debugSections = [], symbols } = image;
  if (symbols === undefined && debugSections.length === 0) return file;
  return appendSections(file, [
    ...placed.filter(({ segment }) => segment.executable).map(textSection),
    ...debugSections,
    ...symbolSections(symbols ?? [], debugSections.length + 2),
  ]);
}

/** The header by which debuggers and disassemblers find the code. */
function textSection({ segment, offset }: PlacedSegment): ElfSection {
  const { address, bytes } = segment;
  return {
    name: ".text",
    type: sectionType.contents,
    flags: sectionFlags.allocated | sectionFlags.executable,
    loaded: { address, offset, length: bytes.length },
  };
}

interface PlacedSegment {
  readonly segment: Segment;
  readonly offset: number;
}

function placeSegments(image: ElfImage): PlacedSegment[] {
  let end = headersLength(image);
  return image.segments.map((segment) => {
    if (segment.bytes.length === 0) {
      return { segment, offset: image.mappable ? segment.address % elfPageBytes : 0 };
    }
    const offset = elfOffset(end, segment.address, image.mappable);
    end = offset + segment.bytes.length;
    return { segment, offset };
  });
}

function writeHeaders(view: DataView, image: ElfImage, placed: readonly PlacedSegment[]): void {
  const parts = placeParts(image);
  writeFileHeader(view, image.entry, placed.length + 1 + parts.length);
  let at: number = elfSizes.file;
  for (const { segment, offset } of [...placed].sort(byAddress)) {
    writeProgramHeader(view, at, {
      type: programType.load,
      flags:
        (segment.isGuard === true ? 0 : programFlags.read) |
        (segment.writable ? programFlags.write : 0) |
        (segment.executable ? programFlags.execute : 0),
      offset,
      address: segment.address,
      fileBytes: segment.bytes.length,
      memoryBytes: segment.memorySize,
      alignment: image.mappable || image.hasPageAlignment === true ? elfPageBytes : 1,
    });
    at += elfSizes.program;
  }
  writeProgramHeader(view, at, {
    type: programType.gnuStack,
    flags: programFlags.read | programFlags.write,
    offset: 0,
    address: 0,
    fileBytes: 0,
    memoryBytes: 0,
    alignment: 16,
  });
  for (const { part, offset } of parts) {
    at += elfSizes.program;
    writePart(view, at, part, offset);
  }
}

/** Writes the program header of a part, and the part. */
function writePart(
  view: DataView,
  at: number,
  { type, bytes, alignment }: ElfPart,
  offset: number,
): void {
  writeProgramHeader(view, at, {
    type,
    flags: programFlags.read,
    offset,
    address: 0,
    fileBytes: bytes.length,
    memoryBytes: bytes.length,
    alignment,
  });
  new Uint8Array(view.buffer).set(bytes, offset);
}

function byAddress(first: PlacedSegment, second: PlacedSegment): number {
  return first.segment.address - second.segment.address;
}

function writeFileHeader(view: DataView, entry: number, programCount: number): void {
  view.setUint32(0, elfMagic, true);
  view.setUint8(4, elfIdentity.class64);
  view.setUint8(5, elfIdentity.littleEndian);
  view.setUint8(6, elfIdentity.version);
  view.setUint16(16, elfIdentity.typeExecutable, true);
  view.setUint16(18, elfIdentity.machineX64, true);
  view.setUint32(20, elfIdentity.version, true);
  setAddress(view, 24, entry);
  setAddress(view, 32, elfSizes.file);
  view.setUint16(52, elfSizes.file, true);
  view.setUint16(54, elfSizes.program, true);
  view.setUint16(56, programCount, true);
  view.setUint16(58, elfSizes.section, true);
}

interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignment: number;
}

function writeProgramHeader(view: DataView, at: number, header: ProgramHeader): void {
  view.setUint32(at, header.type, true);
  view.setUint32(at + 4, header.flags, true);
  setAddress(view, at + 8, header.offset);
  setAddress(view, at + 16, header.address);
  setAddress(view, at + 24, header.address);
  setAddress(view, at + 32, header.fileBytes);
  setAddress(view, at + 40, header.memoryBytes);
  setAddress(view, at + 48, header.alignment);
}

function setAddress(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}
