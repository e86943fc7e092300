/** Which devices an image can use, as a note in its file says (contracts/image-note.ts). */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { deviceNote } from "../../contracts/image-note.ts";

/** Headers and notes stand at the beginning of an image. */
const headersLimit = 4096;

/** Numbers of the ELF64 format (System V ABI, chapters 4 and 5). */
const elf = { magic: 0x464c_457f, programHeaders: 32, programCount: 56, programBytes: 56 } as const;
const noteSegment = 4;

/** The note's bits; 0 for an image without one, and for anything that is none or is not there. */
export function readDeviceNote(imagePath: string): number {
  if (!existsSync(imagePath)) return 0;
  const bytes = Buffer.alloc(headersLimit);
  const descriptor = openSync(imagePath, "r");
  try {
    return deviceBits(bytes.subarray(0, readSync(descriptor, bytes)));
  } finally {
    closeSync(descriptor);
  }
}

/** The same of the beginning of a file. Whatever it is, nothing behind its end is read. */
export function deviceBits(file: Buffer): number {
  if (file.length < 64 || file.readUInt32LE(0) !== elf.magic) return 0;
  const start = Number(file.readBigUInt64LE(elf.programHeaders));
  const count = file.readUInt16LE(elf.programCount);
  for (let index = 0; index < count; index++) {
    const at = start + index * elf.programBytes;
    if (at + elf.programBytes > file.length) return 0;
    if (file.readUInt32LE(at) !== noteSegment) continue;
    const offset = Number(file.readBigUInt64LE(at + 8));
    const length = Number(file.readBigUInt64LE(at + 32));
    const bits = findNote(file.subarray(offset, offset + length));
    if (bits !== undefined) return bits;
  }
  return 0;
}

function findNote(notes: Buffer): number | undefined {
  const { headerBytes, owner, type } = deviceNote;
  for (let at = 0; at + headerBytes <= notes.length; ) {
    const nameBytes = notes.readUInt32LE(at);
    const valueBytes = notes.readUInt32LE(at + 4);
    const name = notes.subarray(at + headerBytes, at + headerBytes + nameBytes);
    const value = at + headerBytes + align(nameBytes);
    const isOurs = name.toString("latin1") === `${owner}\0` && notes.readUInt32LE(at + 8) === type;
    if (isOurs && valueBytes >= 4 && value + 4 <= notes.length) return notes.readUInt32LE(value);
    at = value + align(valueBytes);
  }
  return undefined;
}

function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}
