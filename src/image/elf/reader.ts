import type { Segment } from "../../compiler/object/layout.ts";
import { elfIdentity, elfMagic, elfSizes, programFlags, programType, pvhNote } from "./format.ts";

/** A file is not an ELF64 executable for x86-64, or its parts lie outside of it. */
export class ElfFormatError extends Error {
  override readonly name = "ElfFormatError";
  readonly code = "ELF_FORMAT";
}

/** What a loader learns from an executable file. */
export interface ElfFile {
  readonly entry: number;
  /** In the order of the program headers. */
  readonly segments: readonly LoadedSegment[];
  readonly pvhEntry: number | undefined;
  /** Whether the process's stack would be executable. */
  readonly executableStack: boolean;
}

/** A segment and where its bytes stand in the file. */
export interface LoadedSegment extends Segment {
  readonly fileOffset: number;
}

/** Reads the program headers of an ELF64 executable; throws ElfFormatError. */
export function readElf(bytes: Uint8Array): ElfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { programAt, programCount } = readFileHeader(view);
  const segments: LoadedSegment[] = [];
  let pvhEntry: number | undefined;
  let executableStack = true;
  for (let index = 0; index < programCount; index++) {
    const at = programAt + index * elfSizes.program;
    const type = view.getUint32(at, true);
    const flags = view.getUint32(at + 4, true);
    if (type === programType.load) segments.push(readSegment(bytes, view, at, flags));
    if (type === programType.note) pvhEntry = readPvhEntry(view, at) ?? pvhEntry;
    if (type === programType.gnuStack) executableStack = (flags & programFlags.execute) !== 0;
  }
  return { entry: readNumber(view, 24), segments, pvhEntry, executableStack };
}

function readFileHeader(view: DataView): { programAt: number; programCount: number } {
  if (view.byteLength < elfSizes.file || view.getUint32(0, true) !== elfMagic) {
    throw new ElfFormatError("This is not an ELF file.");
  }
  const supported =
    view.getUint8(4) === elfIdentity.class64 &&
    view.getUint8(5) === elfIdentity.littleEndian &&
    view.getUint16(16, true) === elfIdentity.typeExecutable &&
    view.getUint16(18, true) === elfIdentity.machineX64;
  if (!supported) throw new ElfFormatError("This is not an ELF64 executable for x86-64.");
  if (view.getUint16(54, true) !== elfSizes.program) {
    throw new ElfFormatError("The ELF program headers have an unknown size.");
  }
  const programAt = readNumber(view, 32);
  const programCount = view.getUint16(56, true);
  checkRange(view, programAt, programCount * elfSizes.program, "program headers");
  return { programAt, programCount };
}

function readSegment(bytes: Uint8Array, view: DataView, at: number, flags: number): LoadedSegment {
  const fileOffset = readNumber(view, at + 8);
  const fileBytes = readNumber(view, at + 32);
  const memorySize = readNumber(view, at + 40);
  checkRange(view, fileOffset, fileBytes, "segment");
  if (memorySize < fileBytes) throw new ElfFormatError("An ELF segment is larger than its memory.");
  return {
    address: readNumber(view, at + 16),
    bytes: bytes.subarray(fileOffset, fileOffset + fileBytes),
    memorySize,
    writable: (flags & programFlags.write) !== 0,
    executable: (flags & programFlags.execute) !== 0,
    fileOffset,
  };
}

/** The PVH entry if it stands among the notes of a program header. */
function readPvhEntry(view: DataView, header: number): number | undefined {
  const start = readNumber(view, header + 8);
  const length = readNumber(view, header + 32);
  checkRange(view, start, length, "notes");
  let at = start;
  while (at + pvhNote.headerBytes <= start + length) {
    const nameBytes = alignTo4(view.getUint32(at, true));
    const valueBytes = view.getUint32(at + 4, true);
    const value = at + pvhNote.headerBytes + nameBytes;
    const next = value + alignTo4(valueBytes);
    if (next > start + length) throw new ElfFormatError("An ELF note is longer than its segment.");
    if (isPvhNote(view, at)) return valueBytes >= 8 ? readNumber(view, value) : undefined;
    at = next;
  }
  return undefined;
}

function isPvhNote(view: DataView, at: number): boolean {
  if (view.getUint32(at, true) !== pvhNote.owner.length + 1) return false;
  if (view.getUint32(at + 8, true) !== pvhNote.type) return false;
  const name = [0, 1, 2].map((index) => view.getUint8(at + pvhNote.headerBytes + index));
  return String.fromCharCode(...name) === pvhNote.owner;
}

function alignTo4(value: number): number {
  return Math.ceil(value / 4) * 4;
}

function checkRange(view: DataView, offset: number, length: number, what: string): void {
  if (offset + length > view.byteLength) {
    throw new ElfFormatError(`The ELF file ends before its ${what}.`);
  }
}

function readNumber(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new ElfFormatError("An address or size in the ELF file is too large.");
  }
  return Number(value);
}
