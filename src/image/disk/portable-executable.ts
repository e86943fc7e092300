import { pageBytes } from "../layout/image-layout.ts";

/** Bytes of the headers, and where the contents begin, in the file and in memory. */
export const executableHeaderBytes = pageBytes;

const stubBytes = 64;
const optionalHeaderBytes = 240;
const sectionHeaderBytes = 40;
const fileHeaderOffset = stubBytes + 4;
const optionalHeaderOffset = fileHeaderOffset + 20;
const sectionsOffset = optionalHeaderOffset + optionalHeaderBytes;

const machineX64 = 0x8664;
/** Executable image, large addresses. */
const characteristics = 0x22;
const pe32Plus = 0x20b;
const uefiApplication = 10;
const directoryCount = 16;
const codeSection = 0x6000_0020;
const dataSection = 0x4000_0040;

/**
 * A UEFI application (Microsoft PE/COFF specification; UEFI specification, 2.1.1) out of code that
 * runs wherever it is put, entered at its first byte, and data that is only read, from `dataOffset` on.
 */
export function portableExecutable(contents: Uint8Array, dataOffset: number): Uint8Array {
  const file = new Uint8Array(executableHeaderBytes + contents.length);
  file.set(contents, executableHeaderBytes);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, stubBytes, true);
  view.setUint32(stubBytes, 0x4550, true);
  view.setUint16(fileHeaderOffset, machineX64, true);
  view.setUint16(fileHeaderOffset + 2, 2, true);
  view.setUint16(fileHeaderOffset + 16, optionalHeaderBytes, true);
  view.setUint16(fileHeaderOffset + 18, characteristics, true);
  const at = optionalHeaderOffset;
  view.setUint16(at, pe32Plus, true);
  view.setUint32(at + 4, dataOffset, true);
  view.setUint32(at + 8, contents.length - dataOffset, true);
  view.setUint32(at + 16, executableHeaderBytes, true);
  view.setUint32(at + 20, executableHeaderBytes, true);
  view.setUint32(at + 32, pageBytes, true);
  view.setUint32(at + 36, pageBytes, true);
  view.setUint32(at + 56, file.length, true);
  view.setUint32(at + 60, executableHeaderBytes, true);
  view.setUint16(at + 68, uefiApplication, true);
  view.setUint32(at + 108, directoryCount, true);
  writeSection(view, sectionsOffset, ".text", 0, dataOffset, codeSection);
  const data = sectionsOffset + sectionHeaderBytes;
  writeSection(view, data, ".rdata", dataOffset, contents.length - dataOffset, dataSection);
  return file;
}

/** Sections lie in the file as in memory. */
function writeSection(
  view: DataView,
  at: number,
  name: string,
  offset: number,
  length: number,
  flags: number,
): void {
  [...name].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  view.setUint32(at + 8, length, true);
  view.setUint32(at + 12, executableHeaderBytes + offset, true);
  view.setUint32(at + 16, length, true);
  view.setUint32(at + 20, executableHeaderBytes + offset, true);
  view.setUint32(at + 36, flags, true);
}
