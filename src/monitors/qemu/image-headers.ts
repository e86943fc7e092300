/** The program headers of an image's file (System V ABI, ELF64, chapter 5), whatever file it is. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";

/** Headers and notes stand at the beginning of an image. */
const headersLimit = 4096;

const elf = { magic: 0x464c_457f, programHeaders: 32, programCount: 56, programBytes: 56 } as const;
const fileHeaderBytes = 64;

/** Types of program headers. */
export const headerTypes = { load: 1, note: 4 } as const;

/** One program header. */
export interface ProgramHeader {
  readonly type: number;
  readonly fileOffset: number;
  readonly fileBytes: number;
  readonly physicalAddress: number;
  readonly memoryBytes: number;
}

/** The beginning of an image's file, empty where there is none. */
export function readHeaders(imagePath: string): Buffer {
  const bytes = Buffer.alloc(headersLimit);
  if (!existsSync(imagePath)) return Buffer.alloc(0);
  const descriptor = openSync(imagePath, "r");
  try {
    return bytes.subarray(0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** The program headers in the beginning of a file; nothing behind its end is read. */
export function* programHeaders(file: Buffer): Generator<ProgramHeader> {
  if (file.length < fileHeaderBytes || file.readUInt32LE(0) !== elf.magic) return;
  const start = Number(file.readBigUInt64LE(elf.programHeaders));
  const count = file.readUInt16LE(elf.programCount);
  for (let index = 0; index < count; index++) {
    const at = start + index * elf.programBytes;
    if (at + elf.programBytes > file.length) return;
    const number = (offset: number): number => Number(file.readBigUInt64LE(at + offset));
    yield {
      type: file.readUInt32LE(at),
      fileOffset: number(8),
      physicalAddress: number(24),
      fileBytes: number(32),
      memoryBytes: number(40),
    };
  }
}

/** Where the memory ends that an image's file fills, in bytes; 0 for a file that is no image. */
export function imageMemoryEnd(file: Buffer): number {
  const loaded = [...programHeaders(file)].filter(({ type }) => type === headerTypes.load);
  const ends = loaded.map(({ physicalAddress, memoryBytes }) => physicalAddress + memoryBytes);
  return Math.max(0, ...ends);
}
