/** Which devices an image can use, as a note in its file says (contracts/image-note.ts). */
import { deviceNote } from "../../contracts/image-note.ts";
import { headerTypes, programHeaders, readHeaders } from "./image-headers.ts";

/** The note's bits; 0 for an image without one, and for anything that is none or is not there. */
export function readDeviceNote(imagePath: string): number {
  return deviceBits(readHeaders(imagePath));
}

/** The same of the beginning of a file. */
export function deviceBits(file: Buffer): number {
  for (const { type, fileOffset, fileBytes } of programHeaders(file)) {
    if (type !== headerTypes.note) continue;
    const bits = findNote(file.subarray(fileOffset, fileOffset + fileBytes));
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
